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
const LETTER_S = 115;
const SIP = Uint8Array.of(115, 105, 112);
const TEL = Uint8Array.of(116, 101, 108);

/** Without angle brackets: the URI ends before the first ";", "," or "?", which belong to the header (§20.10). */
export const BARE_URI = 0;
/** A Request-URI: with parameters, without `?Route=...` at its end (§19.1.1, table 1). */
export const REQUEST_URI = 1;
/** In angle brackets, or by itself: with parameters and headers. */
export const WHOLE_URI = 2;

export type UriPlace = typeof BARE_URI | typeof REQUEST_URI | typeof WHOLE_URI;

/** `SIP-URI`, `SIPS-URI`, a tel URI of RFC 3966, or any other `absoluteURI`. */
export function scanUri(bytes: Uint8Array, at: number, place: UriPlace): number {
  if (isScheme(bytes, at, SIP)) {
    const code = codeAt(bytes, at + 3);
    if (code === COLON) return scanSipUri(bytes, at + 4, place);
    if ((code | 0x20) === LETTER_S && codeAt(bytes, at + 4) === COLON)
      return scanSipUri(bytes, at + 5, place);
  }
  const colon = skipScheme(bytes, at);
  if (colon < 0) return colon;
  if (colon === at + 3 && isScheme(bytes, at, TEL)) return scanTelUri(bytes, colon + 1, place);
  return scanSome(bytes, colon + 1, place === BARE_URI ? BARE_URI_CHAR : URI_CHAR);
}

/** Letters are made lower case by setting one bit. */
function isScheme(bytes: Uint8Array, at: number, scheme: Uint8Array): boolean {
  for (let index = 0; index < scheme.length; index += 1) {
    if ((codeAt(bytes, at + index) | 0x20) !== scheme[index]) return false;
  }
  return true;
}

/** The index of the colon after `scheme`. */
export function skipScheme(bytes: Uint8Array, at: number): number {
  const end = isOf(bytes, at, ALPHA) ? skip(bytes, at, SCHEME) : at;
  return end > at && codeAt(bytes, end) === COLON ? end : ~end;
}

/** After the scheme. Only "@" tells a user from a host, so what is no whole URI is read again with a user. */
function scanSipUri(bytes: Uint8Array, at: number, place: UriPlace): number {
  const end = scanHost(bytes, at);
  if (end > 0) {
    // Names and numbers of letters and digits look like hosts.
    if (codeAt(bytes, end) === AT && isOf(bytes, at, LABEL)) return scanHostPart(bytes, end + 1, place);
    const last = scanAfterHost(bytes, end, place);
    if (last > 0 && isPastUri(codeAt(bytes, last), place)) return last;
  }
  const host = scanUserInfo(bytes, at, place === BARE_URI ? BARE_USER : USER);
  return host < 0 ? host : scanHostPart(bytes, host, place);
}

/** Whether no "@" of this URI can follow: angle brackets and blanks end every URI. */
function isPastUri(code: number, place: UriPlace): boolean {
  if (code === GREATER || code <= SPACE) return true;
  return place === BARE_URI && (code === SEMICOLON || code === COMMA || code === QUESTION);
}

function scanHostPart(bytes: Uint8Array, at: number, place: UriPlace): number {
  const end = scanHost(bytes, at);
  return end < 0 ? end : scanAfterHost(bytes, end, place);
}

/** `[ ":" port ] uri-parameters [ headers ]` */
function scanAfterHost(bytes: Uint8Array, at: number, place: UriPlace): number {
  let end = at;
  if (codeAt(bytes, end) === COLON) {
    end = scanNumber(bytes, end + 1, 65_535);
    if (end < 0) return end;
  }
  if (place === BARE_URI) return end;
  if (codeAt(bytes, end) === SEMICOLON) {
    end = scanUriParams(bytes, end);
    if (end < 0) return end;
  }
  return place === WHOLE_URI && codeAt(bytes, end) === QUESTION ? scanUriHeaders(bytes, end + 1) : end;
}

/** Where the host begins: after the "@", or at `at` when there is no `userinfo`. */
export function scanUserInfo(bytes: Uint8Array, at: number, user: number): number {
  const end = scanEscaped(bytes, at, user);
  if (end < 0) return end;
  const code = codeAt(bytes, end);
  if (code === AT) return end === at ? ~at : end + 1;
  if (code !== COLON) return at;
  const password = scanEscaped(bytes, end + 1, PASSWORD);
  if (password < 0 || codeAt(bytes, password) !== AT) return at;
  return end === at ? ~at : password + 1;
}

/** `uri-parameters`. `at` is the first ";". */
export function scanUriParams(bytes: Uint8Array, at: number): number {
  let end = at;
  for (let count = 0; end >= 0 && codeAt(bytes, end) === SEMICOLON; count += 1) {
    if (count === sipLimits.params) return ~end;
    end = scanSome(bytes, end + 1, PARAM);
    if (end >= 0 && codeAt(bytes, end) === EQUALS) end = scanSome(bytes, end + 1, PARAM);
  }
  return end;
}

/** One or more characters of these classes, or escaped ones. */
function scanSome(bytes: Uint8Array, at: number, classes: number): number {
  const end = scanEscaped(bytes, at, classes);
  return end === at ? ~at : end;
}

/** `headers` without the "?": `hname "=" hvalue`, joined by "&". */
function scanUriHeaders(bytes: Uint8Array, at: number): number {
  let end = at;
  for (;;) {
    end = scanSome(bytes, end, URI_HEADER);
    if (end < 0) return end;
    if (codeAt(bytes, end) !== EQUALS) return ~end;
    end = scanEscaped(bytes, end + 1, URI_HEADER);
    if (end < 0 || codeAt(bytes, end) !== AMPERSAND) return end;
    end += 1;
  }
}

/** RFC 3966 §3: `+` and digits with visual separators, or a local number, which needs its `phone-context`. */
function scanTelUri(bytes: Uint8Array, at: number, place: UriPlace): number {
  const isGlobal = codeAt(bytes, at) === PLUS;
  const number = isGlobal ? at + 1 : at;
  let end = number;
  let digits = 0;
  while (isSeparator(codeAt(bytes, end)) || isTelDigit(bytes, end, isGlobal)) {
    if (!isSeparator(codeAt(bytes, end))) digits += 1;
    end += 1;
  }
  if (digits === 0) return ~end;
  return place === BARE_URI || codeAt(bytes, end) !== SEMICOLON ? end : scanUriParams(bytes, end);
}

function isSeparator(code: number): boolean {
  return code === 45 || code === 46 || code === 40 || code === 41;
}

function isTelDigit(bytes: Uint8Array, at: number, isGlobal: boolean): boolean {
  const code = codeAt(bytes, at);
  return isGlobal ? isOf(bytes, at, DIGIT) : isOf(bytes, at, HEX) || code === 42 || code === 35;
}
