import { BLANK, DIGIT, isAllOf, skip, TOKEN, trimBlanks } from "./char-class.ts";
import { splitList } from "./comma-list.ts";
import type { ByteText } from "./message.ts";
import { COLON, codeAt, scanHost } from "./scan.ts";
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
  requireEnd(text, scanVia(text, 0), "Via");
  const protocolEnd = scanSentProtocol(text, 0);
  const [name = "", version = "", transport = ""] = text.slice(0, protocolEnd).split("/");
  const host = skip(text, protocolEnd, BLANK);
  const hostEnd = scanHost(text, host);
  const mark = skip(text, hostEnd, BLANK);
  const semicolon = text.indexOf(";", mark);
  const end = semicolon < 0 ? text.length : semicolon;
  return {
    protocol: `${trimBlanks(name)}/${trimBlanks(version)}`,
    transport: trimBlanks(transport),
    host: text.slice(host, hostEnd).toLowerCase(),
    ...(codeAt(text, mark) === COLON && { port: Number(text.slice(mark + 1, end)) }),
    params: parseParams(text, end),
  };
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
  requireEnd(text, scanAddress(text, 0), "the address");
  return toNameAddr(text);
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
  requireEnd(text, scanContacts(text, 0), "the list of addresses");
  return text === "*" ? [{ uri: "*", params: [] }] : splitList(text).map(toNameAddr);
}

/** @throws SipParseError */
export function parseCSeq(value: ByteText): CSeq {
  const text = trimBlanks(value);
  requireEnd(text, scanCSeq(text, 0), "CSeq");
  const [seq = "", method = ""] = toWords(text);
  return { seq: Number(seq), method };
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
  requireEnd(text, scanMediaType(text, 0), "Content-Type");
  const semicolon = text.indexOf(";");
  const end = semicolon < 0 ? text.length : semicolon;
  const [type = "", subtype = ""] = text.slice(0, end).split("/");
  return {
    type: `${trimBlanks(type)}/${trimBlanks(subtype)}`.toLowerCase(),
    params: parseParams(text, end),
  };
}

/**
 * `delta-seconds` below 2**32: Expires, Min-Expires, RSeq, Retry-After (its comment and parameters are dropped).
 * `undefined` for anything else: a malformed expiry counts as none (RFC 3261 §10.2.1.1, §20.19).
 */
export function parseSeconds(value: ByteText): number | undefined {
  const start = skip(value, 0, BLANK);
  const end = skip(value, start, DIGIT);
  const rest = skip(value, end, BLANK);
  const isEnd = rest === value.length || "(;".includes(value.charAt(rest));
  const seconds = Number(value.slice(start, end));
  return end > start && isEnd && seconds < 2 ** 32 ? seconds : undefined;
}

/** Of text that `scanAddress` has passed. */
function toNameAddr(text: ByteText): NameAddr {
  const uri = scanDisplayName(text, 0);
  if (uri === 0) {
    const end = scanUri(text, 0, BARE_URI);
    return { uri: text.slice(0, end), params: parseParams(text, end) };
  }
  const end = text.indexOf(">", uri);
  const displayName = trimBlanks(text.slice(0, uri - 1));
  return {
    ...(displayName !== "" && { displayName: unquote(displayName) }),
    uri: text.slice(uri, end),
    params: parseParams(text, end),
  };
}

function toWords(value: ByteText): string[] {
  return value.split(/[ \t]+/).filter(word => word !== "");
}

function requireEnd(text: ByteText, end: number, what: string): void {
  if (end !== text.length) throw malformed(what, end < 0 ? ~end : end);
}

function malformed(what: string, offset: number): SipParseError {
  return new SipParseError(`${what} is malformed`, { offset, status: 400 });
}
