import { firstOfList, splitList } from "./comma-list.ts";
import { headerKey } from "./header-names.ts";
import {
  type CSeq,
  type MediaType,
  type NameAddr,
  parseCSeq,
  parseMediaType,
  parseNameAddr,
  parseNameAddrs,
  parseSeconds,
  parseTokens,
  parseVia,
  type Via,
} from "./headers.ts";
import type { ByteText, SipMessage } from "./message.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { param } from "./uri.ts";

// Typed reads of a message. Those of headers that `parseMessage` checks never throw for a message it has read;
// for one made by hand, or of other headers, they throw SipParseError with status 400.

/** The value of the first such header. `key` is the lower-case long form. */
export function header({ headers }: SipMessage, key: string): ByteText | undefined {
  for (const line of headers) if (line.key === key) return line.value;
  return undefined;
}

/** All values of a header that is a comma-separated list, from all its lines (RFC 3261 §7.3.1). */
export function headerValues({ headers }: SipMessage, key: string): ByteText[] {
  return headers.filter(line => line.key === key).flatMap(line => splitList(line.value));
}

/** The first value of a list header: the topmost Via, Route, Record-Route. */
export function firstValue(message: SipMessage, key: string): ByteText | undefined {
  const value = header(message, key);
  return value === undefined ? undefined : firstOfList(value);
}

export function topVia(message: SipMessage): Via {
  return parseVia(firstOfList(mandatory(message, "via")));
}

export function viaCount(message: SipMessage): number {
  return headerValues(message, "via").length;
}

export function from(message: SipMessage): NameAddr {
  return parseNameAddr(mandatory(message, "from"));
}

export function to(message: SipMessage): NameAddr {
  return parseNameAddr(mandatory(message, "to"));
}

/** Clients of RFC 2543 send none. */
export function fromTag(message: SipMessage): string | undefined {
  return param(from(message).params, "tag");
}

export function toTag(message: SipMessage): string | undefined {
  return param(to(message).params, "tag");
}

export function callId(message: SipMessage): ByteText {
  return mandatory(message, "call-id");
}

export function cseq(message: SipMessage): CSeq {
  return parseCSeq(mandatory(message, "cseq"));
}

/** Absent in requests of RFC 2543, which a proxy gives 70 (§16.6 step 3). */
export function maxForwards(message: SipMessage): number | undefined {
  const value = header(message, "max-forwards");
  return value === undefined ? undefined : parseSeconds(value);
}

/** A Contact of `*` has `*` as its URI. */
export function contacts(message: SipMessage): readonly NameAddr[] {
  return addresses(message, "contact");
}

export function routes(message: SipMessage): readonly NameAddr[] {
  return addresses(message, "route");
}

export function recordRoutes(message: SipMessage): readonly NameAddr[] {
  return addresses(message, "record-route");
}

/** Seconds. A malformed one counts as none (§10.2.1.1). */
export function expires(message: SipMessage): number | undefined {
  const value = header(message, "expires");
  return value === undefined ? undefined : parseSeconds(value);
}

export function contentType(message: SipMessage): MediaType | undefined {
  const value = header(message, "content-type");
  return value === undefined ? undefined : parseMediaType(value);
}

/** Option tags in lower case: "tokens are always case-insensitive" (§7.3.1). */
export function tokens(message: SipMessage, key: string): readonly string[] {
  return message.headers
    .filter(line => line.key === key)
    .flatMap(line => parseTokens(line.value))
    .map(token => token.toLowerCase());
}

export function supports(message: SipMessage, tag: string): boolean {
  return tokens(message, "supported").includes(tag.toLowerCase());
}

export function requires(message: SipMessage, tag: string): boolean {
  return tokens(message, "require").includes(tag.toLowerCase());
}

function addresses({ headers }: SipMessage, key: string): readonly NameAddr[] {
  return headers.filter(line => line.key === key).flatMap(line => parseNameAddrs(line.value));
}

function mandatory(message: SipMessage, key: string): ByteText {
  const value = header(message, key);
  if (value === undefined) {
    throw new SipParseError(`${headerKey(key)} is missing`, { offset: 0, status: 400 });
  }
  return value;
}
