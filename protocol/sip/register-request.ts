import { toHeader } from "./edit-message.ts";
import { contacts, expires, header } from "./fields.ts";
import { type NameAddr, parseNameAddr, parseSeconds } from "./headers.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";
import type { Account } from "./registration-state.ts";
import { isSameUri, param, parseUri } from "./uri.ts";

/** What the registrar granted this device. */
export interface GrantedBinding {
  /** Seconds. */
  readonly expires: number;
  /** RFC 5627 §4.2: addresses of this very device, which work wherever it is registered; "" where none is issued. */
  readonly publicGruu: ByteText;
  readonly temporaryGruu: ByteText;
}

/** A REGISTER of this device (RFC 3261 §10.2), without the Via that its sender puts on top. */
export function createRegister(
  account: Account,
  { seq, expires, headers }: { seq: number; expires: number; headers: readonly SipHeader[] },
): SipRequest {
  return {
    kind: "request",
    method: "REGISTER",
    uri: account.registrar,
    headers: [
      toHeader("Max-Forwards", "70"),
      toHeader("From", `${account.address};tag=${account.tag}`),
      toHeader("To", account.address),
      toHeader("Call-ID", account.callId),
      toHeader("CSeq", `${seq} REGISTER`),
      toHeader("Contact", `${account.contact};expires=${expires}`),
      ...account.headers,
      ...headers,
    ],
    body: "",
  };
}

/** What a 200 says of this device among all that are registered; nothing where it is not among them. */
export function grantedBinding(
  account: Account,
  response: SipResponse,
  asked: number,
): GrantedBinding | undefined {
  const ours = parseNameAddr(account.contact);
  const bound = contacts(response).find(contact => isSameContact(contact, ours));
  if (bound === undefined) return undefined;
  const seconds = parseSeconds(param(bound.params, "expires") ?? "") ?? expires(response) ?? asked;
  if (seconds <= 0) return undefined;
  return {
    expires: seconds,
    publicGruu: param(bound.params, "pub-gruu") ?? "",
    temporaryGruu: param(bound.params, "temp-gruu") ?? "",
  };
}

/** "It MUST contain a Min-Expires header field" (§10.2.8). */
export function minExpires(response: SipResponse): number | undefined {
  return parseSeconds(header(response, "min-expires") ?? "");
}

export function retryAfter(response: SipResponse): number | undefined {
  return parseSeconds(header(response, "retry-after") ?? "");
}

/** By the instance and the flow where it has them (RFC 5626 §4.1), else by the address. */
function isSameContact(bound: NameAddr, ours: NameAddr): boolean {
  const instance = param(ours.params, "+sip.instance");
  if (instance !== undefined && param(bound.params, "+sip.instance") !== undefined) {
    return (
      param(bound.params, "+sip.instance") === instance &&
      (param(bound.params, "reg-id") ?? param(ours.params, "reg-id")) === param(ours.params, "reg-id")
    );
  }
  return bound.uri !== "*" && isSameUri(parseUri(bound.uri), parseUri(ours.uri));
}
