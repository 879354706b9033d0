import {
  ALPHA,
  BARE_USER,
  DIGIT,
  HEX,
  isOf,
  PARAM,
  PASSWORD,
  URI_CHAR,
  URI_HEADER,
  USER,
} from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { AT, COLON, codeAt, EQUALS, QUESTION, SEMICOLON, scanEscaped, scanHost, scanNumber } from "./scan.ts";
import { sipLimits } from "./text-limits.ts";

// Scanners of URIs; `scan.ts` says what scanners return.

const AMPERSAND = 38;
const PLUS = 43;

/** Without angle brackets: the URI ends before the first ";", "," or "?", which belong to the header (§20.10). */
export const BARE_URI = 0;
/** A Request-URI: with parameters, without `?Route=...` at its end (§19.1.1, table 1). */
export const REQUEST_URI = 1;
/** In angle brackets, or by itself: with parameters and headers. */
export const WHOLE_URI = 2;

export type UriPlace = typeof BARE_URI | typeof REQUEST_URI | typeof WHOLE_URI;

/** `SIP-URI`, `SIPS-URI`, a tel URI of RFC 3966, or any other `absoluteURI`. */
export function scanUri(text: ByteText, at: number, place: UriPlace): number {
  const colon = skipScheme(text, at);
  if (colon < 0) return colon;
  const length = colon - at;
  if ((length === 3 || length === 4) && isSipScheme(text, at, length)) {
    return scanSipUri(text, colon + 1, place);
  }
  if (length === 3 && isScheme(text, at, "tel")) return scanTelUri(text, colon + 1, place);
  const end = scanEscaped(text, colon + 1, URI_CHAR);
  return end === colon + 1 ? ~end : end;
}

/** The index of the colon after `scheme`. */
export function skipScheme(text: ByteText, at: number): number {
  if (!isOf(text, at, ALPHA)) return ~at;
  let end = at + 1;
  while (end < text.length && isOf(text, end, ALPHA | DIGIT)) end += 1;
  // "+", "-" and "." are as rare as a scheme that is not ours.
  while (end < text.length && (isOf(text, end, ALPHA | DIGIT) || isSchemeMark(text.charCodeAt(end))))
    end += 1;
  return codeAt(text, end) === COLON ? end : ~end;
}

function isSchemeMark(code: number): boolean {
  return code === PLUS || code === 45 || code === 46;
}

function isSipScheme(text: ByteText, at: number, length: number): boolean {
  return isScheme(text, at, "sip") && (length === 3 || (text.charCodeAt(at + 3) | 0x20) === 115);
}

/** Schemes are letters only, so that setting one bit makes them lower case. */
function isScheme(text: ByteText, at: number, scheme: string): boolean {
  for (let index = 0; index < scheme.length; index += 1) {
    if ((text.charCodeAt(at + index) | 0x20) !== scheme.charCodeAt(index)) return false;
  }
  return true;
}

function scanSipUri(text: ByteText, at: number, place: UriPlace): number {
  const host = scanUserInfo(text, at, place === BARE_URI ? BARE_USER : USER);
  if (host < 0) return host;
  let end = scanHost(text, host);
  if (end < 0) return end;
  if (codeAt(text, end) === COLON) {
    end = scanNumber(text, end + 1, 65_535);
    if (end < 0) return end;
  }
  if (place === BARE_URI) return end;
  if (codeAt(text, end) === SEMICOLON) {
    end = scanUriParams(text, end);
    if (end < 0) return end;
  }
  if (place !== WHOLE_URI || codeAt(text, end) !== QUESTION) return end;
  return scanUriHeaders(text, end + 1);
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
