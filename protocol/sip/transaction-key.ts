import { callId, cseq, fromTag, topVia } from "./fields.ts";
import type { Via } from "./headers.ts";
import type { SipMessage, SipRequest } from "./message.ts";
import { param } from "./uri.ts";

/**
 * By which a response finds its client transaction (RFC 3261 §17.1.3): the branch of its top Via, and the method,
 * "since a CANCEL request constitutes a different transaction, but shares the same value of the branch parameter".
 * The same for the request that was sent.
 *
 * @example
 * clientKey(invite) === clientKey(itsResponse) // true
 */
export function clientKey(message: SipMessage): string {
  return `${param(topVia(message).params, "branch") ?? ""} ${cseq(message).method}`;
}

/**
 * By which a request finds its server transaction (RFC 3261 §17.2.3): branch, sent-by and method, where the ACK
 * of a 3xx-6xx counts as its INVITE. "The sent-by value is used ... because there could be accidental or
 * malicious duplication of branch parameters from different clients."
 */
export function serverKey(request: SipRequest): string {
  return keyAs(request, request.method === "ACK" ? "INVITE" : request.method);
}

/** The `serverKey` of the INVITE that a CANCEL is meant for (RFC 3261 §9.2). */
export function cancelledKey(cancel: SipRequest): string {
  return keyAs(cancel, "INVITE");
}

/** Host and port of a Via, comparable: how a response, and a loop, is known to be one's own. */
export function sentBy({ host, port }: Via): string {
  return port === undefined ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
}

function keyAs(request: SipRequest, method: string): string {
  const via = topVia(request);
  const branch = param(via.params, "branch") ?? "";
  if (isMagic(branch)) return `${branch} ${sentBy(via)} ${method}`;
  // A client of RFC 2543 does not promise a unique branch. The To tag is left out: the ACK's is the response's.
  const { seq } = cseq(request);
  return `${request.uri} ${fromTag(request) ?? ""} ${callId(request)} ${seq} ${sentBy(via)} ${branch} ${method}`;
}

/** "The branch ID inserted by an element compliant with this specification MUST always begin with" it (§8.1.1.7). */
function isMagic(branch: string): boolean {
  return branch.startsWith("z9hG4bK") || branch.slice(0, 7).toLowerCase() === "z9hg4bk";
}
