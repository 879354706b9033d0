import { skipUtf8 } from "./byte-text.ts";
import { BLANK, DIGIT, HEX, isOf, LABEL, PLAIN, QUOTED, skip, TOKEN } from "./char-class.ts";
import { sipLimits } from "./text-limits.ts";

// Scanners walk over the bytes of SIP text and build nothing. Each takes where to begin and returns the index after
// what it found, or `~index` (negative) of where that stopped being it. Line ends belong to no rule: they end every
// walk.

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

/** The byte, or -1 after the end. */
export function codeAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] ?? -1) : -1;
}

/** `SWS char SWS`, as in SEMI, EQUAL, SLASH (§25.1). */
export function scanMark(bytes: Uint8Array, at: number, code: number): number {
  const mark = skip(bytes, at, BLANK);
  return codeAt(bytes, mark) === code ? skip(bytes, mark + 1, BLANK) : ~mark;
}

export function scanToken(bytes: Uint8Array, at: number): number {
  const end = skip(bytes, at, TOKEN);
  return end === at ? ~at : end;
}

/** Characters of these classes and `escaped`: "%" HEXDIG HEXDIG. */
export function scanEscaped(bytes: Uint8Array, at: number, classes: number): number {
  let end = skip(bytes, at, classes);
  while (codeAt(bytes, end) === PERCENT) {
    if (!isOf(bytes, end + 1, HEX) || !isOf(bytes, end + 2, HEX)) return ~end;
    end = skip(bytes, end + 3, classes);
  }
  return end;
}

/** `quoted-string`. `at` is its opening quote. */
export function scanQuoted(bytes: Uint8Array, at: number): number {
  let end = skip(bytes, at + 1, QUOTED);
  for (let code = codeAt(bytes, end); code !== QUOTE; code = codeAt(bytes, end)) {
    const next = code === BACKSLASH ? skipEscaped(bytes, end + 1) : code < 0x80 ? end : skipUtf8(bytes, end);
    if (next <= end) return ~end;
    end = skip(bytes, next, QUOTED);
  }
  return end + 1;
}

/** The second half of `quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)`; 0 where it is none. */
function skipEscaped(bytes: Uint8Array, at: number): number {
  const code = codeAt(bytes, at);
  return code < 0 || code > 0x7f || code === 10 || code === 13 ? 0 : at + 1;
}

/** Unstructured text: `TEXT-UTF8-TRIM` without its line ends. Stops, without failing, at what is none of it. */
export function skipText(bytes: Uint8Array, at: number): number {
  let end = skip(bytes, at, PLAIN);
  while (codeAt(bytes, end) >= 0x80) {
    const next = skipUtf8(bytes, end);
    if (next === end) return end;
    end = skip(bytes, next, PLAIN);
  }
  return end;
}

/** Digits of a number of at most `most`. */
export function scanNumber(bytes: Uint8Array, at: number, most: number): number {
  const end = skip(bytes, at, DIGIT);
  if (end === at) return ~at;
  let value = 0;
  for (let digit = at; digit < end; digit += 1) {
    value = value * 10 + codeAt(bytes, digit) - 48;
    if (value > most) return ~at;
  }
  return end;
}

/** `host`: a name, an IPv4 address, or an IPv6 reference in brackets. */
export function scanHost(bytes: Uint8Array, at: number): number {
  let label = at;
  let end = scanLabel(bytes, at);
  while (end > 0 && codeAt(bytes, end) === DOT && isOf(bytes, end + 1, LABEL)) {
    label = end + 1;
    end = scanLabel(bytes, label);
  }
  if (end < 0) return codeAt(bytes, at) === OPEN_BRACKET ? scanIpv6Reference(bytes, at) : end;
  // The last label of a name begins with a letter; of all else only an IPv4 address is left.
  if (isOf(bytes, label, DIGIT)) return scanAllIpv4(bytes, at, end);
  // A dot may end a name: "example.com.".
  return codeAt(bytes, end) === DOT ? end + 1 : end;
}

function scanAllIpv4(bytes: Uint8Array, at: number, end: number): number {
  return scanIpv4(bytes, at) === end && codeAt(bytes, end) !== DOT ? end : ~at;
}

function scanLabel(bytes: Uint8Array, at: number): number {
  const end = skip(bytes, at, LABEL);
  if (end === at) return ~at;
  return bytes[at] === HYPHEN || bytes[end - 1] === HYPHEN ? ~at : end;
}

function scanIpv4(bytes: Uint8Array, at: number): number {
  let end = at;
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (codeAt(bytes, end) !== DOT) return ~end;
      end += 1;
    }
    const next = scanNumber(bytes, end, 255);
    if (next < 0 || next - end > 3) return ~end;
    end = next;
  }
  return end;
}

function scanIpv6Reference(bytes: Uint8Array, at: number): number {
  const end = scanIpv6(bytes, at + 1);
  if (end < 0) return end;
  return codeAt(bytes, end) === CLOSE_BRACKET ? end + 1 : ~end;
}

/** IPv6 as RFC 4291 §2.2 writes it: eight groups, or fewer and one `::`; the last two may be an IPv4 address. */
export function scanIpv6(bytes: Uint8Array, at: number): number {
  const left = scanGroups(bytes, at);
  if (codeAt(bytes, left.end) !== COLON || codeAt(bytes, left.end + 1) !== COLON) {
    return left.groups === 8 ? left.end : ~left.end;
  }
  const right = scanGroups(bytes, left.end + 2);
  return !left.hasIpv4 && left.groups + right.groups < 8 ? right.end : ~right.end;
}

/** `h16 *( ":" h16 )` and an IPv4 address after them; may be empty. */
function scanGroups(bytes: Uint8Array, at: number): { groups: number; end: number; hasIpv4: boolean } {
  let end = at;
  for (let groups = 0; groups <= 8; groups += 1) {
    const start = groups === 0 ? at : end + 1;
    if (groups > 0 && (codeAt(bytes, end) !== COLON || codeAt(bytes, start) === COLON)) {
      return { groups, end, hasIpv4: false };
    }
    const next = skip(bytes, start, HEX);
    if (codeAt(bytes, next) === DOT) {
      const last = scanIpv4(bytes, start);
      return { groups: groups + 2, end: last < 0 ? end : last, hasIpv4: true };
    }
    if (next === start || next - start > 4) return { groups, end, hasIpv4: false };
    end = next;
  }
  return { groups: 9, end, hasIpv4: false };
}

/** `*(SEMI generic-param)`. Blanks after the last one are part of it. */
export function scanParams(bytes: Uint8Array, at: number): number {
  let end = skip(bytes, at, BLANK);
  for (let count = 0; codeAt(bytes, end) === SEMICOLON; count += 1) {
    if (count === sipLimits.params) return ~end;
    const name = skip(bytes, end + 1, BLANK);
    const nameEnd = skip(bytes, name, TOKEN);
    if (nameEnd === name) return ~name;
    end = skip(bytes, nameEnd, BLANK);
    if (codeAt(bytes, end) === EQUALS) {
      end = scanParamValue(bytes, skip(bytes, end + 1, BLANK));
      if (end < 0) return end;
      end = skip(bytes, end, BLANK);
    }
  }
  return end;
}

/** `gen-value`: a token, a host, or a quoted string; also IPv6 without brackets, as `received` has it. */
function scanParamValue(bytes: Uint8Array, at: number): number {
  const end = skip(bytes, at, TOKEN);
  if (codeAt(bytes, end) === COLON) return scanIpv6(bytes, at);
  if (end > at) return end;
  const code = codeAt(bytes, at);
  if (code === QUOTE) return scanQuoted(bytes, at);
  if (code === OPEN_BRACKET) return scanIpv6Reference(bytes, at);
  return code === COLON ? scanIpv6(bytes, at) : ~at;
}
