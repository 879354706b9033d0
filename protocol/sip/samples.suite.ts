import type { SipHeader, SipRequest, SipResponse } from "./message.ts";
import type { ProxyConfig } from "./proxy-config.ts";

interface RequestSample {
  readonly method?: string;
  readonly uri?: string;
  readonly branch?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly seq?: number;
  /** Put in front of the usual ones, Via first of all. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly via?: readonly string[];
  readonly body?: string;
}

/** A request from Alice to Bob, as it leaves her client transaction. */
export function sampleRequest(sample: RequestSample = {}): SipRequest {
  const { method = "INVITE", uri = "sip:bob@b.example", branch = "z9hG4bKalice1", headers = [] } = sample;
  const via = sample.via ?? [`SIP/2.0/WS alice.invalid;branch=${branch}`];
  return {
    kind: "request",
    method,
    uri,
    headers: [
      ...via.map(value => line("Via", value)),
      ...headers.map(([name, value]) => line(name, value)),
      ...(headers.some(([name]) => name === "Max-Forwards") ? [] : [line("Max-Forwards", "70")]),
      line("From", sample.from ?? "<sip:alice@a.example>;tag=alice"),
      line("To", sample.to ?? "<sip:bob@b.example>"),
      line("Call-ID", sample.callId ?? "call-1@alice.invalid"),
      line("CSeq", `${sample.seq ?? 1} ${method}`),
    ],
    body: sample.body ?? "",
  };
}

/** A response to it, made by hand: the machines are not tested with what they themselves use. */
export function sampleResponse(
  request: SipRequest,
  status: number,
  { toTag = "bob", headers = [] }: { toTag?: string; headers?: readonly (readonly [string, string])[] } = {},
): SipResponse {
  const copied = ["via", "from", "to", "call-id", "cseq", "record-route"];
  return {
    kind: "response",
    status,
    reason: `Reason ${status}`,
    headers: [
      ...request.headers
        .filter(header => copied.includes(header.key))
        .map(header =>
          header.key === "to" && status > 100 && !header.value.includes(";tag=")
            ? { ...header, value: `${header.value};tag=${toTag}` }
            : header,
        ),
      ...headers.map(([name, value]) => line(name, value)),
    ],
    body: "",
  };
}

export function line(name: string, value: string): SipHeader {
  return { key: name.toLowerCase(), name, value };
}

/** All values of a header, one per line. */
export function linesOf({ headers }: SipRequest | SipResponse, key: string): string[] {
  return headers.filter(header => header.key === key).map(header => header.value);
}

/** One process of the domain a.example. */
export const config: ProxyConfig = {
  via: "SIP/2.0/WSS node1.a.example",
  sentBy: "node1.a.example",
  recordRoute: "<sip:a.example;transport=ws;lr>",
  isOurs: uri => uri.host === "a.example",
  extensions: new Set(["etherlynk.v1"]),
};
