import { peerOfCaller, requestWithin } from "../../protocol/sip/dialog-peer.ts";
import { prependHeader } from "../../protocol/sip/edit-message.ts";
import { cseq, header } from "../../protocol/sip/fields.ts";
import { parseNameAddr } from "../../protocol/sip/headers.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { parseUri } from "../../protocol/sip/uri.ts";

/** What ends a call that was answered when nobody waited for the answer any more. */
export interface LateAnswer {
  readonly ack: SipRequest;
  readonly bye: SipRequest;
}

export interface LateAnswerOptions {
  readonly config: ProxyConfig;
  /** Why, for the device. */
  readonly headers: readonly SipHeader[];
  /** Unlike any other branch; of the ACK and the BYE, in this order. */
  readonly branches: readonly [string, string];
}

/** Above whatever the caller has numbered within the early dialog, of which this node knows nothing: PRACKs, INFOs. */
const BYE_AFTER = 1_000;
const MOST_SEQ = 0x7fff_ffff;

/**
 * The same, of an answer that was not read yet: one that cannot be is left to its device, which gives up by itself.
 * Its transaction must go its way whatever stands in it.
 */
export function readLateAnswer(
  invite: SipRequest,
  ok: SipResponse,
  options: LateAnswerOptions,
): LateAnswer | undefined {
  try {
    return toLateAnswer(invite, ok, options);
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}

/**
 * The caller has had another answer, so nobody else will: a 2xx without its ACK is repeated for half a minute (RFC 3261
 * §13.3.1.4), and the device believes meanwhile that it talks. Both go by the flow that the INVITE took.
 *
 * @param invite as this node has forwarded it
 */
function toLateAnswer(
  invite: SipRequest,
  ok: SipResponse,
  { config, headers, branches }: LateAnswerOptions,
): LateAnswer | undefined {
  const peer = peerOfCaller(invite, ok, header(invite, "contact") ?? "");
  if (peer === undefined) return undefined;
  const fromHere = { ...peer, routes: behindUs(peer.routes, config) };
  const seq = peer.localSeq;
  const toRequest = (method: "ACK" | "BYE", branch: string, its: { seq: number; headers: typeof headers }) =>
    prependHeader(
      requestWithin(fromHere, { method, seq: its.seq, content: { headers: its.headers } }),
      "Via",
      `${config.via};branch=z9hG4bK${branch}`,
    );
  return {
    ack: toRequest("ACK", branches[0], { seq: cseq(ok).seq, headers: [] }),
    bye: toRequest("BYE", branches[1], { seq: Math.min(seq + BYE_AFTER, MOST_SEQ), headers }),
  };
}

/** Of the caller's way what comes after this node. */
function behindUs(routes: readonly ByteText[], { isOurs }: ProxyConfig): readonly ByteText[] {
  const at = routes.findIndex(route => {
    const uri = parseUri(parseNameAddr(route).uri);
    return uri.kind === "sip" && isOurs(uri);
  });
  return routes.slice(at + 1);
}
