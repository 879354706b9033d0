import { toBytes } from "./byte-text.ts";
import { isCodeOf, PARAM, trimBlanks, USER } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { BACKSLASH, QUOTE, SEMICOLON, scanHost } from "./scan.ts";
import { scanUri, scanUserInfo, WHOLE_URI } from "./scan-uri.ts";
import { SipParseError } from "./sip-parse-error.ts";

/**
 * Parameters in their order, names and values as written: of a URI with their %HH, of a header with their quotes.
 * `undefined` is a name without "=".
 */
export type Params = readonly Param[];
export type Param = readonly [name: string, value: ByteText | undefined];

export interface SipUri {
  readonly kind: "sip";
  readonly scheme: "sip" | "sips";
  /** As written, %HH kept: `unescapeUri` says what it means, `escapeUser` writes one. */
  readonly user?: ByteText;
  readonly password?: ByteText;
  /** Lower case; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  /** What stands after "?", as written; "" without. */
  readonly headers: ByteText;
}

/** RFC 3966. */
export interface TelUri {
  readonly kind: "tel";
  readonly scheme: "tel";
  /** As written, with its visual separators: `+1-201-555-0123`. */
  readonly number: string;
  readonly params: Params;
}

export interface OtherUri {
  readonly kind: "other";
  /** Lower case. */
  readonly scheme: string;
  /** All after the colon, as written. */
  readonly rest: ByteText;
}

export type Uri = SipUri | TelUri | OtherUri;

const NO_PARAMS: Params = [];

/** Those that "never match" a URI without them (RFC 3261 §19.1.4 with its examples; `gr`: RFC 5627 §4). */
const TELLING_PARAMS = ["transport", "user", "ttl", "method", "maddr", "gr"];

/**
 * Reads a URI that stands by itself or in angle brackets.
 *
 * @example
 * parseUri("sip:alice.eth@node.example;transport=wss")
 * // { kind: "sip", scheme: "sip", user: "alice.eth", host: "node.example", params: [["transport", "wss"]], headers: "" }
 * @throws SipParseError
 */
export function parseUri(text: ByteText): Uri {
  const bytes = toBytes(text);
  const end = scanUri(bytes, 0, WHOLE_URI);
  if (end !== bytes.length) {
    throw new SipParseError("the URI is malformed", { offset: end < 0 ? ~end : end, status: 400 });
  }
  const colon = text.indexOf(":");
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === "sip" || scheme === "sips") return toSipUri(text, bytes, scheme);
  const rest = text.slice(colon + 1);
  return scheme === "tel" ? toTelUri(rest) : { kind: "other", scheme, rest };
}

export function isSipUri(uri: Uri): uri is SipUri {
  return uri.kind === "sip";
}

export function formatUri(uri: Uri): ByteText {
  if (uri.kind === "other") return `${uri.scheme}:${uri.rest}`;
  if (uri.kind === "tel") return `tel:${uri.number}${formatParams(uri.params)}`;
  const password = uri.password === undefined ? "" : `:${uri.password}`;
  const user = uri.user === undefined ? "" : `${uri.user}${password}@`;
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  const headers = uri.headers === "" ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers}`;
}

/**
 * Whether both name the same resource (RFC 3261 §19.1.4, RFC 3966 §5). Not transitive: a parameter that only one
 * of two bears is mostly ignored.
 */
export function isSameUri(a: Uri, b: Uri): boolean {
  if (a.kind === "sip" && b.kind === "sip") return isSameSipUri(a, b);
  if (a.kind === "tel" && b.kind === "tel") return isSameTelUri(a, b);
  return a.kind === "other" && b.kind === "other" && a.scheme === b.scheme && a.rest === b.rest;
}

/**
 * The value of a parameter, without its quotes: `undefined` when it is absent, "" when it stands without a value.
 * Of two of the same name the first counts.
 */
export function param(params: Params, name: string): ByteText | undefined {
  for (const [known, value] of params)
    if (isSameWord(known, name)) return value === undefined ? "" : unquote(value);
  return undefined;
}

/** In place of the first of that name, or at the end. The value is as it is to be written; none: the name alone. */
export function withParam(params: Params, name: string, value?: ByteText): Params {
  const at = params.findIndex(([known]) => isSameWord(known, name));
  const changed: Param = [name, value];
  if (at < 0) return [...params, changed];
  return params.filter((old, index) => index <= at || !isSameWord(old[0], name)).with(at, changed);
}

export function withoutParam(params: Params, name: string): Params {
  return params.filter(([known]) => !isSameWord(known, name));
}

/** The parameters from `at` to `end`, of text that a scanner has passed: the first ";" is at `at`, or none is there. */
export function parseParams(text: ByteText, at: number, end: number): Params {
  if (at >= end) return NO_PARAMS;
  const params: Param[] = [];
  const isQuoted = text.includes('"', at);
  for (let start = at; start < end; ) {
    const mark = isQuoted ? skipParam(text, start + 1) : text.indexOf(";", start + 1);
    const next = mark < 0 || mark > end ? end : mark;
    const equals = text.indexOf("=", start);
    if (equals < 0 || equals > next) params.push([trimBlanks(text.slice(start + 1, next)), undefined]);
    else params.push([trimBlanks(text.slice(start + 1, equals)), trimBlanks(text.slice(equals + 1, next))]);
    start = next;
  }
  return params;
}

export function formatParams(params: Params): ByteText {
  let text = "";
  for (const [name, value] of params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** What %HH stand for. The result may hold any byte: it is for comparing and for showing, not for a URI. */
export function unescapeUri(text: ByteText): ByteText {
  return text.includes("%")
    ? text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

/** Any bytes as the user of a URI, what may not stand there as %HH. */
export function escapeUser(bytes: ByteText): ByteText {
  return escapeAllBut(bytes, USER);
}

/** Any bytes as the value of a parameter of a URI. */
export function escapeUriParam(bytes: ByteText): ByteText {
  return escapeAllBut(bytes, PARAM);
}

function escapeAllBut(bytes: ByteText, classes: number): ByteText {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes.charCodeAt(at);
    text += isCodeOf(code, classes) ? bytes[at] : `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

/** `"a \"b\""` as `a "b"`; what bears no quotes as it is. */
export function unquote(value: ByteText): ByteText {
  if (!value.startsWith('"')) return value;
  const inner = value.slice(1, -1);
  return inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
}

/** Any text but line ends, which no quoted string can hold. */
export function quote(text: ByteText): ByteText {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls stand in a quoted string only when escaped
  return `"${text.replace(/["\\\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\\$&")}"`;
}

function toSipUri(text: ByteText, bytes: Uint8Array, scheme: "sip" | "sips"): SipUri {
  const at = scheme.length + 1;
  const host = scanUserInfo(bytes, at, USER);
  const hostEnd = scanHost(bytes, host);
  const question = text.indexOf("?", hostEnd);
  const end = question < 0 ? text.length : question;
  const semicolon = text.indexOf(";", hostEnd);
  const paramsStart = semicolon < 0 || semicolon > end ? end : semicolon;
  const uri: { -readonly [Key in keyof SipUri]: SipUri[Key] } = {
    kind: "sip",
    scheme,
    host: text.slice(host, hostEnd).toLowerCase(),
    params: parseParams(text, paramsStart, end),
    headers: text.slice(end + 1),
  };
  if (host > at) {
    const colon = text.indexOf(":", at);
    const isSecret = colon >= 0 && colon < host;
    uri.user = text.slice(at, isSecret ? colon : host - 1);
    if (isSecret) uri.password = text.slice(colon + 1, host - 1);
  }
  if (hostEnd < paramsStart) uri.port = Number(text.slice(hostEnd + 1, paramsStart));
  return uri;
}

function toTelUri(rest: ByteText): TelUri {
  const semicolon = rest.indexOf(";");
  const end = semicolon < 0 ? rest.length : semicolon;
  return {
    kind: "tel",
    scheme: "tel",
    number: rest.slice(0, end),
    params: parseParams(rest, end, rest.length),
  };
}

/** Where a parameter ends: at a ";" that stands in no quotes. */
function skipParam(text: ByteText, at: number): number {
  let quoted = false;
  for (let here = at; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted && code === BACKSLASH) here += 1;
    else if (!quoted && code === SEMICOLON) return here;
  }
  return text.length;
}

function isSameSipUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    normal(a.user) === normal(b.user) &&
    normal(a.password) === normal(b.password) &&
    isSameWord(a.host, b.host) &&
    a.port === b.port &&
    hasSameParams(a.params, b.params) &&
    hasSameParams(b.params, a.params) &&
    toHeaderSet(a.headers) === toHeaderSet(b.headers)
  );
}

/** Of two parameters of one name the first counts, as for `param`. */
function hasSameParams(ours: Params, theirs: Params): boolean {
  return ours.every(([name]) => {
    const other = normalParam(theirs, name);
    if (other === undefined) return !TELLING_PARAMS.includes(name.toLowerCase());
    return isSameWord(normalParam(ours, name) ?? "", other);
  });
}

function normalParam(params: Params, name: string): ByteText | undefined {
  const found = params.find(([known]) => isSameWord(known, name));
  return found && (normal(found[1]) ?? "");
}

/** "URI header components are never ignored"; their order is. */
function toHeaderSet(headers: ByteText): string {
  return headers
    .split("&")
    .map(pair => {
      const equals = pair.indexOf("=");
      return `${normal(pair.slice(0, equals))?.toLowerCase()}=${normal(pair.slice(equals + 1))}`;
    })
    .sort()
    .join("&");
}

function isSameTelUri(a: TelUri, b: TelUri): boolean {
  const bare = ({ number }: TelUri) => number.replace(/[-.()]/g, "").toLowerCase();
  const isIn = (ours: Params, theirs: Params) =>
    ours.every(([name]) => isSameWord(normalParam(ours, name) ?? "", normalParam(theirs, name) ?? "\0"));
  return bare(a) === bare(b) && isIn(a.params, b.params) && isIn(b.params, a.params);
}

/** "Characters other than those in the reserved set are equivalent to their %HH" (§19.1.4). */
function normal(text: ByteText | undefined): ByteText | undefined {
  return text?.replace(/%[\da-f]{2}/gi, escaped => {
    const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return ";/?:@&=+$,%".includes(char) ? escaped.toUpperCase() : char;
  });
}

/** Words of SIP are compared without their case (§7.3.1). */
function isSameWord(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}
