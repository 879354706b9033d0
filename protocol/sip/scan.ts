import { skipUtf8 } from "./byte-text.ts";
import { BLANK, DIGIT, HEX, isOf, LABEL, PLAIN, QUOTED, skip, TOKEN } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { sipLimits } from "./text-limits.ts";

// Scanners walk over text and build nothing. Each takes where to begin and returns the index after what it
// found, or `~index` (negative) of where that stopped being it. Line ends belong to no rule: they end every walk.

export const QUOTE = 34;
export const PERCENT = 37;
export const ASTERISK = 42;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const QUESTION = 63;
export const AT = 64;
const DOT = 46;
const HYPHEN = 45;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
export const BACKSLASH = 92;

/** The character code, or -1 after the end. */
export function codeAt(text: ByteText, at: number): number {
  return at < text.length ? text.charCodeAt(at) : -1;
}

/** `SWS char SWS`, as in SEMI, EQUAL, SLASH (§25.1). */
export function scanMark(text: ByteText, at: number, code: number): number {
  const mark = skip(text, at, BLANK);
  return codeAt(text, mark) === code ? skip(text, mark + 1, BLANK) : ~mark;
}

export function scanToken(text: ByteText, at: number): number {
  const end = skip(text, at, TOKEN);
  return end === at ? ~at : end;
}

/** Characters of these classes and `escaped`: "%" HEXDIG HEXDIG. */
export function scanEscaped(text: ByteText, at: number, classes: number): number {
  let end = skip(text, at, classes);
  while (codeAt(text, end) === PERCENT) {
    if (!isOf(text, end + 1, HEX) || !isOf(text, end + 2, HEX)) return ~end;
    end = skip(text, end + 3, classes);
  }
  return end;
}

/** `quoted-string`. `at` is its opening quote. */
export function scanQuoted(text: ByteText, at: number): number {
  let end = skip(text, at + 1, QUOTED);
  for (let code = codeAt(text, end); code !== QUOTE; code = codeAt(text, end)) {
    const next = code === BACKSLASH ? skipEscaped(text, end + 1) : code < 0x80 ? end : skipUtf8(text, end);
    if (next <= end) return ~end;
    end = skip(text, next, QUOTED);
  }
  return end + 1;
}

/** The second half of `quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)`; 0 where it is none. */
function skipEscaped(text: ByteText, at: number): number {
  const code = codeAt(text, at);
  return code < 0 || code > 0x7f || code === 10 || code === 13 ? 0 : at + 1;
}

/** Unstructured text: `TEXT-UTF8-TRIM` without its line ends. Stops, without failing, at what is none of it. */
export function skipText(text: ByteText, at: number): number {
  let end = skip(text, at, PLAIN);
  while (codeAt(text, end) >= 0x80) {
    const next = skipUtf8(text, end);
    if (next === end) return end;
    end = skip(text, next, PLAIN);
  }
  return end;
}

/** Digits of a number of at most `most`. */
export function scanNumber(text: ByteText, at: number, most: number): number {
  const end = skip(text, at, DIGIT);
  if (end === at) return ~at;
  let value = 0;
  for (let digit = at; digit < end; digit += 1) {
    value = value * 10 + text.charCodeAt(digit) - 48;
    if (value > most) return ~at;
  }
  return end;
}

/** `host`: a name, an IPv4 address, or an IPv6 reference in brackets. */
export function scanHost(text: ByteText, at: number): number {
  let label = at;
  let end = scanLabel(text, at);
  while (end > 0 && codeAt(text, end) === DOT && isOf(text, end + 1, LABEL)) {
    label = end + 1;
    end = scanLabel(text, label);
  }
  if (end < 0) return codeAt(text, at) === OPEN_BRACKET ? scanIpv6Reference(text, at) : end;
  // The last label of a name begins with a letter; of all else only an IPv4 address is left.
  if (isOf(text, label, DIGIT)) return scanAllIpv4(text, at, end);
  // A dot may end a name: "example.com.".
  return codeAt(text, end) === DOT ? end + 1 : end;
}

function scanAllIpv4(text: ByteText, at: number, end: number): number {
  return scanIpv4(text, at) === end && codeAt(text, end) !== DOT ? end : ~at;
}

function scanLabel(text: ByteText, at: number): number {
  const end = skip(text, at, LABEL);
  if (end === at) return ~at;
  return text.charCodeAt(at) === HYPHEN || text.charCodeAt(end - 1) === HYPHEN ? ~at : end;
}

function scanIpv4(text: ByteText, at: number): number {
  let end = at;
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (codeAt(text, end) !== DOT) return ~end;
      end += 1;
    }
    const next = scanNumber(text, end, 255);
    if (next < 0 || next - end > 3) return ~end;
    end = next;
  }
  return end;
}

function scanIpv6Reference(text: ByteText, at: number): number {
  const end = scanIpv6(text, at + 1);
  if (end < 0) return end;
  return codeAt(text, end) === CLOSE_BRACKET ? end + 1 : ~end;
}

/** IPv6 as RFC 4291 §2.2 writes it: eight groups, or fewer and one `::`; the last two may be an IPv4 address. */
export function scanIpv6(text: ByteText, at: number): number {
  const left = scanGroups(text, at);
  if (codeAt(text, left.end) !== COLON || codeAt(text, left.end + 1) !== COLON) {
    return left.groups === 8 ? left.end : ~left.end;
  }
  const right = scanGroups(text, left.end + 2);
  return !left.hasIpv4 && left.groups + right.groups < 8 ? right.end : ~right.end;
}

/** `h16 *( ":" h16 )` and an IPv4 address after them; may be empty. */
function scanGroups(text: ByteText, at: number): { groups: number; end: number; hasIpv4: boolean } {
  let end = at;
  for (let groups = 0; groups <= 8; groups += 1) {
    const start = groups === 0 ? at : end + 1;
    if (groups > 0 && (codeAt(text, end) !== COLON || codeAt(text, start) === COLON)) {
      return { groups, end, hasIpv4: false };
    }
    const next = skip(text, start, HEX);
    if (codeAt(text, next) === DOT) {
      const last = scanIpv4(text, start);
      return { groups: groups + 2, end: last < 0 ? end : last, hasIpv4: true };
    }
    if (next === start || next - start > 4) return { groups, end, hasIpv4: false };
    end = next;
  }
  return { groups: 9, end, hasIpv4: false };
}

/** `*(SEMI generic-param)`. Blanks after the last one are part of it. */
export function scanParams(text: ByteText, at: number): number {
  let end = skip(text, at, BLANK);
  for (let count = 0; codeAt(text, end) === SEMICOLON; count += 1) {
    if (count === sipLimits.params) return ~end;
    const name = skip(text, end + 1, BLANK);
    const nameEnd = skip(text, name, TOKEN);
    if (nameEnd === name) return ~name;
    end = skip(text, nameEnd, BLANK);
    if (codeAt(text, end) === EQUALS) {
      end = scanParamValue(text, skip(text, end + 1, BLANK));
      if (end < 0) return end;
      end = skip(text, end, BLANK);
    }
  }
  return end;
}

/** `gen-value`: a token, a host, or a quoted string; also IPv6 without brackets, as `received` has it. */
function scanParamValue(text: ByteText, at: number): number {
  const end = skip(text, at, TOKEN);
  if (codeAt(text, end) === COLON) return scanIpv6(text, at);
  if (end > at) return end;
  const code = codeAt(text, at);
  if (code === QUOTE) return scanQuoted(text, at);
  if (code === OPEN_BRACKET) return scanIpv6Reference(text, at);
  return code === COLON ? scanIpv6(text, at) : ~at;
}
