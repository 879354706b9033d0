import { toHeader } from "./edit-message.ts";
import { cseq, headerValues } from "./fields.ts";
import type { SipHeader, SipRequest, SipResponse } from "./message.ts";

/**
 * The ACK of a 3xx to 6xx, which the client transaction sends itself, to where the INVITE went
 * (RFC 3261 §17.1.1.3): everything of the INVITE but the To, which is the response's.
 */
export function createHopAck(invite: SipRequest, response: SipResponse): SipRequest {
  return createHopRequest(invite, "ACK", headersOf(response, "to"));
}

/**
 * The CANCEL of a request (RFC 3261 §9.1): "The Request-URI, Call-ID, To, the numeric part of CSeq, and From
 * header fields in the CANCEL request MUST be identical to those in the request being cancelled, including tags";
 * one Via, the top one; its Route; no Require. `headers` are more of the caller's, such as a Reason (RFC 3326).
 */
export function createCancel(request: SipRequest, headers: readonly SipHeader[]): SipRequest {
  const cancel = createHopRequest(request, "CANCEL", headersOf(request, "to"));
  return headers.length === 0 ? cancel : { ...cancel, headers: [...cancel.headers, ...headers] };
}

function createHopRequest(
  request: SipRequest,
  method: "ACK" | "CANCEL",
  to: readonly SipHeader[],
): SipRequest {
  const via = headerValues(request, "via")[0];
  return {
    kind: "request",
    method,
    uri: request.uri,
    headers: [
      ...(via === undefined ? [] : [toHeader("Via", via)]),
      toHeader("Max-Forwards", "70"),
      ...headersOf(request, "route"),
      ...headersOf(request, "from"),
      ...to,
      ...headersOf(request, "call-id"),
      toHeader("CSeq", `${cseq(request).seq} ${method}`),
    ],
    body: "",
  };
}

function headersOf({ headers }: SipRequest | SipResponse, key: string): SipHeader[] {
  return headers.filter(header => header.key === key);
}
