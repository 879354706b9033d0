import { header, requires } from "./fields.ts";
import type { SipResponse } from "./message.ts";

/** What the side that placed the call does with a provisional response. */
export type ProvisionalOrder =
  /** Not a reliable one: to the user, no PRACK. */
  | { readonly kind: "plain" }
  /** To the user, and a PRACK with this RAck within the dialog; `last` is to be remembered for the dialog. */
  | { readonly kind: "next"; readonly rack: string; readonly last: number }
  /** Sent again, or ahead of its time: neither to the user nor acknowledged. */
  | { readonly kind: "drop" };

const PLAIN: ProvisionalOrder = { kind: "plain" };
const DROP: ProvisionalOrder = { kind: "drop" };
const MAX_RSEQ = 2 ** 31 - 1;

/**
 * Order of reliable provisional responses within one early dialog (RFC 3262 §4): the first sets the number, each
 * one after it "MUST be exactly one greater".
 *
 * @param last the RSeq of the one before, if any
 */
export function orderProvisional(response: SipResponse, last: number | undefined): ProvisionalOrder {
  if (response.status <= 100 || response.status >= 200 || !requires(response, "100rel")) return PLAIN;
  const rseq = Number(header(response, "rseq"));
  if (!Number.isInteger(rseq) || rseq < 1 || rseq > MAX_RSEQ) return DROP;
  if (last !== undefined && rseq !== last + 1) return DROP;
  const cseq = header(response, "cseq")?.trim().split(/\s+/).join(" ") ?? "";
  return { kind: "next", rack: `${rseq} ${cseq}`, last: rseq };
}
