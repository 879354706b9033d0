import type { Content, DialogPeer } from "./dialog-state.ts";
import { toHeader } from "./edit-message.ts";
import { callId, contacts, cseq, fromTag, header, headerValues, toTag } from "./fields.ts";
import { parseNameAddr } from "./headers.ts";
import type { ByteText, SipHeader, SipMessage, SipRequest, SipResponse } from "./message.ts";
import { param, parseUri } from "./uri.ts";

/**
 * The dialog a message belongs to (RFC 3261 §12): "a Call-ID value, a local tag and a remote tag". A request is
 * taken as received, a response as received too: to a request of ours.
 *
 * @example
 * dialogKey(response) === dialogKey(requestOfTheOtherEnd) // true
 */
export function dialogKey(message: SipMessage): string {
  const [local, remote] =
    message.kind === "request" ? [toTag(message), fromTag(message)] : [fromTag(message), toTag(message)];
  return `${callId(message)} ${local ?? ""} ${remote ?? ""}`;
}

/** The same key, of a dialog. */
export function keyOfPeer({ callId, localTag, remoteTag }: DialogPeer): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/**
 * The caller's view of a dialog that a response makes (§12.1.2): one of 101 to 299, with a To tag; nothing
 * without. A 2xx after provisional responses makes it anew, for only now is the route set final (§13.2.2.4).
 *
 * @param contact the value of the Contact that the INVITE bore
 */
export function peerOfCaller(
  invite: SipRequest,
  response: SipResponse,
  contact: ByteText,
): DialogPeer | undefined {
  const remoteTag = toTag(response);
  if (remoteTag === undefined) return undefined;
  return {
    callId: callId(invite),
    localTag: fromTag(invite) ?? "",
    remoteTag,
    local: header(invite, "from") ?? "",
    remote: header(response, "to") ?? "",
    target: contactUri(response) ?? invite.uri,
    // "The route set MUST be set to the list of URIs in the Record-Route header field from the response, taken in
    // reverse order and preserving all URI parameters."
    routes: headerValues(response, "record-route").reverse(),
    contact,
    ownsCallId: true,
    localSeq: cseq(invite).seq,
    remoteSeq: -1,
  };
}

/** The callee's view of the dialog that an INVITE makes (§12.1.1); nothing without the Contact it must have. */
export function peerOfCallee(
  invite: SipRequest,
  { tag, contact }: { readonly tag: ByteText; readonly contact: ByteText },
): DialogPeer | undefined {
  const target = contactUri(invite);
  if (target === undefined) return undefined;
  return {
    callId: callId(invite),
    localTag: tag,
    remoteTag: fromTag(invite) ?? "",
    local: `${header(invite, "to") ?? ""};tag=${tag}`,
    remote: header(invite, "from") ?? "",
    target,
    routes: headerValues(invite, "record-route"),
    contact,
    ownsCallId: false,
    localSeq: 0,
    remoteSeq: cseq(invite).seq,
  };
}

/** The peer with what a target refresh, or the 2xx of its INVITE, says of the other end (§12.2.1.2, §13.2.2.4). */
export function withTarget(peer: DialogPeer, message: SipMessage): DialogPeer {
  const target = contactUri(message);
  return target === undefined || target === peer.target ? peer : { ...peer, target };
}

function contactUri(message: SipMessage): ByteText | undefined {
  const uri = contacts(message)[0]?.uri;
  return uri === "*" ? undefined : uri;
}

/** A request within the dialog, numbered `seq`, without the Via that its sender puts on top (§12.2.1.1). */
export function requestWithin(
  peer: DialogPeer,
  { method, seq, content }: { readonly method: string; readonly seq: number; readonly content: Content },
): SipRequest {
  const { headers: more = [], body = "" } = content;
  const [uri, routes] = routeOf(peer);
  const headers: SipHeader[] = [
    ...routes.map(route => toHeader("Route", route)),
    toHeader("Max-Forwards", "70"),
    toHeader("From", peer.local),
    toHeader("To", peer.remote),
    toHeader("Call-ID", peer.callId),
    toHeader("CSeq", `${seq} ${method}`),
  ];
  if (hasContact.has(method)) headers.push(toHeader("Contact", peer.contact));
  headers.push(...more);
  return { kind: "request", method, uri, headers, body };
}

/** Requests that may move the remote target, or make a dialog of their own. */
const hasContact = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "REFER", "NOTIFY"]);

/** Request-URI and Route: past a strict router its URI stands first, and the target last (§12.2.1.1). */
function routeOf({ target, routes }: DialogPeer): readonly [uri: ByteText, routes: readonly ByteText[]] {
  const [first, ...rest] = routes;
  if (first === undefined) return [target, routes];
  const text = parseNameAddr(first).uri;
  const uri = parseUri(text);
  const isLoose = uri.kind === "sip" && param(uri.params, "lr") !== undefined;
  return isLoose ? [target, routes] : [text, [...rest, `<${target}>`]];
}
