import { callId, cseq, fromTag, header, topVia } from "./fields.ts";
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
  const method = message.kind === "request" ? message.method : cseq(message).method;
  return `${topBranch(message).branch} ${method}`;
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

/**
 * Two requests without a To tag that share it, and not their `serverKey`, are one request that came on two ways: a
 * user agent answers the later one with 482 (RFC 3261 §8.2.2.2).
 */
export function mergeKey(request: SipRequest): string {
  const { seq, method } = cseq(request);
  return `${fromTag(request) ?? ""} ${callId(request)} ${seq} ${method}`;
}

/** Host and port of a Via, comparable: how a response, and a loop, is known to be one's own. */
export function sentBy({ host, port }: Via): string {
  return port === undefined ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
}

function keyAs(request: SipRequest, method: string): string {
  const { branch, sender } = topBranch(request);
  if (isMagic(branch)) return `${branch} ${sender} ${method}`;
  // A client of RFC 2543 does not promise a unique branch. The To tag is left out: the ACK's is the response's.
  const { seq } = cseq(request);
  return `${request.uri} ${fromTag(request) ?? ""} ${callId(request)} ${seq} ${sender} ${branch} ${method}`;
}

/** A Via as everybody writes it, up to its branch: no blanks, quotes or upper-case hosts. */
const plainVia = /^SIP\/2\.0\/[A-Z]+ ([a-z0-9.:[\]-]+)(?:;[^",;]*)*?;branch=([^;",\s]+)(?:[;,]|$)/;

/** Every message takes this way, twice: the plain case is read without taking the whole Via apart. */
function topBranch(message: SipMessage): { readonly branch: string; readonly sender: string } {
  const plain = plainVia.exec(header(message, "via") ?? "");
  if (plain !== null) return { branch: plain[2] ?? "", sender: plain[1] ?? "" };
  const via = topVia(message);
  return { branch: param(via.params, "branch") ?? "", sender: sentBy(via) };
}

/** "The branch ID inserted by an element compliant with this specification MUST always begin with" it (§8.1.1.7). */
function isMagic(branch: string): boolean {
  // The cookie alone tells nobody from anybody (RFC 4475 §3.2.1).
  return branch.length > 7 && branch.slice(0, 7).toLowerCase() === "z9hg4bk";
}
