/**
 * Bytes as text, one byte per character (0 to 255). SIP is UTF-8 with bodies of any bytes (RFC 3261 §7, §25.1);
 * kept this way a message passes through untouched, and its length in bytes is its length. A Node `Buffer`
 * turns into it by `latin1`; text for people by `toByteText` and `fromByteText`.
 *
 * What is read out of a message is mostly a slice, and engines keep the whole text behind a slice: whoever stores
 * a value for longer than its message (a Contact, a Call-ID) stores a copy.
 */
export type ByteText = string;

/** One header line. `key` is the lower-case long form (`v` and `Via` are both `via`), `name` is as written. */
export interface SipHeader {
  readonly key: string;
  readonly name: string;
  readonly value: ByteText;
}

export interface SipRequest {
  readonly kind: "request";
  readonly method: string;
  readonly uri: ByteText;
  readonly headers: readonly SipHeader[];
  readonly body: ByteText;
}

export interface SipResponse {
  readonly kind: "response";
  readonly status: number;
  readonly reason: ByteText;
  readonly headers: readonly SipHeader[];
  readonly body: ByteText;
}

export type SipMessage = SipRequest | SipResponse;
