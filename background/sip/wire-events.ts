import type { CallEvent } from "../../protocol/call/call-event.ts";
import { toResponse } from "../../protocol/call/end-reason.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import { header } from "../../protocol/sip/fields.ts";
import { parseSeconds } from "../../protocol/sip/headers.ts";
import type { ByteText, SipResponse } from "../../protocol/sip/message.ts";

interface Answered {
  readonly tag: DialogTag;
  readonly answer: ByteText | undefined;
  readonly random: number;
}

/** What a final response to a re-INVITE of ours is to the call. */
export function toReinviteOutcome(response: SipResponse, { tag, answer, random }: Answered): CallEvent {
  const { status } = response;
  if (status < 300) return { type: "reinvite-accepted", tag, ...toWhole({ answer }) };
  const retryAfter = parseSeconds(header(response, "retry-after") ?? "");
  return { type: "reinvite-rejected", tag, status, ...toWhole({ retryAfter }), random };
}

/**
 * An INVITE of ours that had no answer is as one refused by 408 (RFC 3261 §8.1.3.1). One whose connection was lost
 * would be a 503, which is a busy network's word; we know better, and say so.
 */
export function toInviteFailure(why: "timeout" | "transport-error"): CallEvent {
  if (why === "timeout") return { type: "rejected", status: 408, reasons: [] };
  const { status, reason } = toResponse("network-lost");
  return { type: "rejected", status, reasons: reason === undefined ? [] : [reason] };
}

/** `exactOptionalPropertyTypes`: a key is there with a value, or not at all. */
export function toWhole<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
