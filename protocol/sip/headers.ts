import { toBytes } from "./byte-text.ts";
import { BLANK, DIGIT, isAllOf, isCodeOf, skip, TOKEN, trimBlanks } from "./char-class.ts";
import { splitList } from "./comma-list.ts";
import type { ByteText } from "./message.ts";
import { scanHost } from "./scan.ts";
import {
  scanAddress,
  scanContacts,
  scanCSeq,
  scanDisplayName,
  scanMediaType,
  scanSentProtocol,
  scanVia,
} from "./scan-header.ts";
import { BARE_URI, scanUri } from "./scan-uri.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { formatParams, type Params, parseParams, quote, unquote } from "./uri.ts";

/** One Via (RFC 3261 §20.42). */
export interface Via {
  /** `SIP/2.0`, without blanks. */
  readonly protocol: string;
  /** As written; everybody writes upper case. */
  readonly transport: string;
  /** Of the sent-by: lower case, an IPv6 address in its brackets. */
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
}

/** An address in To, From, Contact, Route and their like. */
export interface NameAddr {
  /** What it means, without quotes and escapes; UTF-8 (`fromByteText`). */
  readonly displayName?: ByteText;
  /** As written, for `parseUri`. `*` in a Contact that stands for all. */
  readonly uri: ByteText;
  /** Of the header, not of the URI. */
  readonly params: Params;
}

export interface CSeq {
  readonly seq: number;
  readonly method: string;
}

export interface MediaType {
  /** Lower case: `application/sdp`. */
  readonly type: string;
  readonly params: Params;
}

/** RFC 3262 §7.2. */
export interface RAck extends CSeq {
  readonly rseq: number;
}

/** @throws SipParseError */
export function parseVia(value: ByteText): Via {
  const text = trimBlanks(value);
  const bytes = toBytes(text);
  requireEnd(bytes, scanVia(bytes, 0), "Via");
  const protocolEnd = scanSentProtocol(bytes, 0);
  const slash = text.lastIndexOf("/", protocolEnd - 1);
  const host = skip(bytes, protocolEnd, BLANK);
  const hostEnd = scanHost(bytes, host);
  const semicolon = text.indexOf(";", hostEnd);
  const end = semicolon < 0 ? text.length : semicolon;
  const colon = skip(bytes, hostEnd, BLANK);
  const via: { -readonly [Key in keyof Via]: Via[Key] } = {
    protocol: text.slice(0, slash).replace(/[ \t]/g, ""),
    transport: trimBlanks(text.slice(slash + 1, protocolEnd)),
    host: text.slice(host, hostEnd).toLowerCase(),
    params: parseParams(text, end, text.length),
  };
  if (colon < end) via.port = Number(text.slice(colon + 1, end));
  return via;
}

export function formatVia(via: Via): ByteText {
  const port = via.port === undefined ? "" : `:${via.port}`;
  return `${via.protocol}/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/**
 * @example
 * parseNameAddr('"Alice" <sip:alice.eth@node.example>;tag=1')
 * // { displayName: "Alice", uri: "sip:alice.eth@node.example", params: [["tag", "1"]] }
 * @throws SipParseError
 */
export function parseNameAddr(value: ByteText): NameAddr {
  const text = trimBlanks(value);
  const bytes = toBytes(text);
  requireEnd(bytes, scanAddress(bytes, 0), "the address");
  return toNameAddr(text, bytes);
}

/** Always with angle brackets, and a display name in quotes: right for every URI and every name. */
export function formatNameAddr({ displayName, uri, params }: NameAddr): ByteText {
  if (uri === "*") return uri;
  const name = displayName === undefined ? "" : `${quote(displayName)} `;
  return `${name}<${uri}>${formatParams(params)}`;
}

/**
 * A header line of one or more addresses: Contact (`*` as a URI of its own), Route, Record-Route, Path.
 *
 * @throws SipParseError
 */
export function parseNameAddrs(value: ByteText): readonly NameAddr[] {
  const text = trimBlanks(value);
  if (!text.includes(",")) return text === "*" ? [{ uri: "*", params: [] }] : [parseNameAddr(text)];
  const bytes = toBytes(text);
  requireEnd(bytes, scanContacts(bytes, 0), "the list of addresses");
  return splitList(text).map(parseNameAddr);
}

/** @throws SipParseError */
export function parseCSeq(value: ByteText): CSeq {
  const text = trimBlanks(value);
  const bytes = toBytes(text);
  requireEnd(bytes, scanCSeq(bytes, 0), "CSeq");
  const end = skip(bytes, 0, DIGIT);
  return { seq: Number(text.slice(0, end)), method: text.slice(skip(bytes, end, BLANK)) };
}

export function formatCSeq({ seq, method }: CSeq): ByteText {
  return `${seq} ${method}`;
}

/** @throws SipParseError */
export function parseRAck(value: ByteText): RAck {
  const [rseq = "", seq = "", method = "", ...more] = toWords(value);
  const cseq = parseCSeq(`${seq} ${method}`);
  const number = parseSeconds(rseq);
  if (number === undefined || number === 0 || more.length > 0) throw malformed("RAck", 0);
  return { rseq: number, ...cseq };
}

/**
 * A list of tokens as Supported, Require, Allow have it; it may be empty.
 *
 * @throws SipParseError
 */
export function parseTokens(value: ByteText): readonly string[] {
  const tokens = splitList(value);
  const wrong = tokens.find(token => !isAllOf(token, TOKEN));
  if (wrong !== undefined) throw malformed("the list of tokens", value.indexOf(wrong));
  return tokens;
}

/** @throws SipParseError */
export function parseMediaType(value: ByteText): MediaType {
  const text = trimBlanks(value);
  const bytes = toBytes(text);
  requireEnd(bytes, scanMediaType(bytes, 0), "Content-Type");
  const semicolon = text.indexOf(";");
  const end = semicolon < 0 ? text.length : semicolon;
  const [type = "", subtype = ""] = text.slice(0, end).split("/");
  return {
    type: `${trimBlanks(type)}/${trimBlanks(subtype)}`.toLowerCase(),
    params: parseParams(text, end, text.length),
  };
}

/**
 * `delta-seconds` below 2**32: Expires, Min-Expires, RSeq, Retry-After (its comment and parameters are dropped).
 * `undefined` for anything else: a malformed expiry counts as none (RFC 3261 §10.2.1.1, §20.19).
 */
export function parseSeconds(value: ByteText): number | undefined {
  const text = trimBlanks(value);
  let end = 0;
  while (end < text.length && isCodeOf(text.charCodeAt(end), DIGIT)) end += 1;
  const rest = trimBlanks(text.slice(end));
  if (end === 0 || (rest !== "" && rest[0] !== "(" && rest[0] !== ";")) return undefined;
  const seconds = Number(text.slice(0, end));
  return seconds < 2 ** 32 ? seconds : undefined;
}

/** Of text that `scanAddress` has passed. */
function toNameAddr(text: ByteText, bytes: Uint8Array): NameAddr {
  const uri = scanDisplayName(bytes, 0);
  const end = uri === 0 ? scanUri(bytes, 0, BARE_URI) : text.indexOf(">", uri);
  const semicolon = text.indexOf(";", end);
  const params = semicolon < 0 ? [] : parseParams(text, semicolon, text.length);
  const displayName = uri < 2 ? "" : trimBlanks(text.slice(0, uri - 1));
  if (displayName === "") return { uri: text.slice(uri, end), params };
  return { displayName: unquote(displayName), uri: text.slice(uri, end), params };
}

function toWords(value: ByteText): string[] {
  return value.split(/[ \t]+/).filter(word => word !== "");
}

function requireEnd(bytes: Uint8Array, end: number, what: string): void {
  if (end !== bytes.length) throw malformed(what, end < 0 ? ~end : end);
}

function malformed(what: string, offset: number): SipParseError {
  return new SipParseError(`${what} is malformed`, { offset, status: 400 });
}
