import {
  ALPHA,
  BARE_URI_CHAR,
  BARE_USER,
  DIGIT,
  HEX,
  isOf,
  LABEL,
  PARAM,
  PASSWORD,
  SCHEME,
  skip,
  URI_CHAR,
  URI_HEADER,
  USER,
} from "./char-class.ts";
import type { ByteText } from "./message.ts";
import {
  AT,
  COLON,
  COMMA,
  codeAt,
  EQUALS,
  GREATER,
  QUESTION,
  SEMICOLON,
  scanEscaped,
  scanHost,
  scanNumber,
} from "./scan.ts";
import { sipLimits } from "./text-limits.ts";

// Scanners of URIs; `scan.ts` says what scanners return.

const AMPERSAND = 38;
const PLUS = 43;
const SPACE = 32;

/** Without angle brackets: the URI ends before the first ";", "," or "?", which belong to the header (§20.10). */
export const BARE_URI = 0;
/** A Request-URI: with parameters, without `?Route=...` at its end (§19.1.1, table 1). */
export const REQUEST_URI = 1;
/** In angle brackets, or by itself: with parameters and headers. */
export const WHOLE_URI = 2;

export type UriPlace = typeof BARE_URI | typeof REQUEST_URI | typeof WHOLE_URI;

/** `SIP-URI`, `SIPS-URI`, a tel URI of RFC 3966, or any other `absoluteURI`. */
export function scanUri(text: ByteText, at: number, place: UriPlace): number {
  const rest = skipSipScheme(text, at);
  return rest > 0 ? scanSipUri(text, rest, place) : scanOtherUri(text, at, place);
}

/** The index after "sip:" or "sips:", in any case; 0 where neither stands. */
function skipSipScheme(text: ByteText, at: number): number {
  if (at + 5 > text.length) return 0;
  // The letters of a scheme are made lower case by setting one bit.
  const isSip =
    (text.charCodeAt(at) | 0x20) === 115 &&
    (text.charCodeAt(at + 1) | 0x20) === 105 &&
    (text.charCodeAt(at + 2) | 0x20) === 112;
  if (!isSip) return 0;
  const code = text.charCodeAt(at + 3);
  if (code === COLON) return at + 4;
  return (code | 0x20) === 115 && text.charCodeAt(at + 4) === COLON ? at + 5 : 0;
}

function scanOtherUri(text: ByteText, at: number, place: UriPlace): number {
  const colon = skipScheme(text, at);
  if (colon < 0) return colon;
  const scheme = text.slice(at, colon).toLowerCase();
  if (scheme === "tel") return scanTelUri(text, colon + 1, place);
  if (scheme === "sip" || scheme === "sips") return ~(colon + 1);
  return scanSome(text, colon + 1, place === BARE_URI ? BARE_URI_CHAR : URI_CHAR);
}

/** The index of the colon after `scheme`. */
export function skipScheme(text: ByteText, at: number): number {
  const end = isOf(text, at, ALPHA) ? skip(text, at, SCHEME) : at;
  return end > at && codeAt(text, end) === COLON ? end : ~end;
}

/** After the scheme. Only "@" tells a user from a host, so what is no whole URI is read again with a user. */
function scanSipUri(text: ByteText, at: number, place: UriPlace): number {
  const end = scanHost(text, at);
  if (end > 0) {
    // Names and numbers of letters and digits look like hosts.
    if (codeAt(text, end) === AT && isOf(text, at, LABEL)) return scanHostPart(text, end + 1, place);
    const last = scanAfterHost(text, end, place);
    if (last > 0 && isPastUri(codeAt(text, last), place)) return last;
  }
  const host = scanUserInfo(text, at, place === BARE_URI ? BARE_USER : USER);
  return host < 0 ? host : scanHostPart(text, host, place);
}

/** Whether no "@" of this URI can follow: angle brackets and blanks end every URI. */
function isPastUri(code: number, place: UriPlace): boolean {
  if (code === GREATER || code <= SPACE) return true;
  return place === BARE_URI && (code === SEMICOLON || code === COMMA || code === QUESTION);
}

function scanHostPart(text: ByteText, at: number, place: UriPlace): number {
  const end = scanHost(text, at);
  return end < 0 ? end : scanAfterHost(text, end, place);
}

/** `[ ":" port ] uri-parameters [ headers ]` */
function scanAfterHost(text: ByteText, at: number, place: UriPlace): number {
  let end = at;
  if (codeAt(text, end) === COLON) {
    end = scanNumber(text, end + 1, 65_535);
    if (end < 0) return end;
  }
  if (place === BARE_URI) return end;
  if (codeAt(text, end) === SEMICOLON) {
    end = scanUriParams(text, end);
    if (end < 0) return end;
  }
  return place === WHOLE_URI && codeAt(text, end) === QUESTION ? scanUriHeaders(text, end + 1) : end;
}

/** Where the host begins: after the "@", or at `at` when there is no `userinfo`. */
export function scanUserInfo(text: ByteText, at: number, user: number): number {
  const end = scanEscaped(text, at, user);
  if (end < 0) return end;
  const code = codeAt(text, end);
  if (code === AT) return end === at ? ~at : end + 1;
  if (code !== COLON) return at;
  const password = scanEscaped(text, end + 1, PASSWORD);
  if (password < 0 || codeAt(text, password) !== AT) return at;
  return end === at ? ~at : password + 1;
}

/** `uri-parameters`. `at` is the first ";". */
export function scanUriParams(text: ByteText, at: number): number {
  let end = at;
  for (let count = 0; end >= 0 && codeAt(text, end) === SEMICOLON; count += 1) {
    if (count === sipLimits.params) return ~end;
    end = scanSome(text, end + 1, PARAM);
    if (end >= 0 && codeAt(text, end) === EQUALS) end = scanSome(text, end + 1, PARAM);
  }
  return end;
}

/** One or more characters of these classes, or escaped ones. */
function scanSome(text: ByteText, at: number, classes: number): number {
  const end = scanEscaped(text, at, classes);
  return end === at ? ~at : end;
}

/** `headers` without the "?": `hname "=" hvalue`, joined by "&". */
function scanUriHeaders(text: ByteText, at: number): number {
  let end = at;
  for (;;) {
    end = scanSome(text, end, URI_HEADER);
    if (end < 0) return end;
    if (codeAt(text, end) !== EQUALS) return ~end;
    end = scanEscaped(text, end + 1, URI_HEADER);
    if (end < 0 || codeAt(text, end) !== AMPERSAND) return end;
    end += 1;
  }
}

/** RFC 3966 §3: `+` and digits with visual separators, or a local number, which needs its `phone-context`. */
function scanTelUri(text: ByteText, at: number, place: UriPlace): number {
  const isGlobal = codeAt(text, at) === PLUS;
  const number = isGlobal ? at + 1 : at;
  let end = number;
  let digits = 0;
  while (end < text.length && (isSeparator(text.charCodeAt(end)) || isTelDigit(text, end, isGlobal))) {
    if (!isSeparator(text.charCodeAt(end))) digits += 1;
    end += 1;
  }
  if (digits === 0) return ~end;
  return place === BARE_URI || codeAt(text, end) !== SEMICOLON ? end : scanUriParams(text, end);
}

function isSeparator(code: number): boolean {
  return code === 45 || code === 46 || code === 40 || code === 41;
}

function isTelDigit(text: ByteText, at: number, isGlobal: boolean): boolean {
  const code = text.charCodeAt(at);
  return isGlobal ? isOf(text, at, DIGIT) : isOf(text, at, HEX) || code === 42 || code === 35;
}
