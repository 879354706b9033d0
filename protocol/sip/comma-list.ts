import { trimBlanks } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { BACKSLASH, COMMA, LESS, QUOTE } from "./scan.ts";

/**
 * The values of a comma-separated list (RFC 3261 §7.3.1); commas in quotes and in angle brackets separate nothing.
 * Values are trimmed, empty ones are left out.
 */
export function splitList(text: ByteText): ByteText[] {
  if (!text.includes(",")) return trimBlanks(text) === "" ? [] : [trimBlanks(text)];
  const values: ByteText[] = [];
  let start = 0;
  let at = 0;
  while (at <= text.length) {
    const code = codeOf(text, at);
    if (code === COMMA || code === -1) {
      const value = trimBlanks(text.slice(start, at));
      if (value !== "") values.push(value);
      start = at + 1;
    }
    at = skipUnit(text, at, code);
  }
  return values;
}

/** The first value of such a list, the others unread; "" of an empty one. */
export function firstOfList(text: ByteText): ByteText {
  if (!text.includes(",")) return trimBlanks(text);
  let at = 0;
  for (let code = codeOf(text, at); code !== COMMA && code !== -1; code = codeOf(text, at)) {
    at = skipUnit(text, at, code);
  }
  const value = trimBlanks(text.slice(0, at));
  return value === "" ? (splitList(text)[0] ?? "") : value;
}

/** Past one character, or past a quoted string or what stands in angle brackets, whole. */
function skipUnit(text: ByteText, at: number, code: number): number {
  if (code === LESS) {
    const end = text.indexOf(">", at);
    return end < 0 ? text.length : end + 1;
  }
  if (code !== QUOTE) return at + 1;
  let end = at + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE) {
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  }
  return Math.min(end + 1, text.length);
}

/** -1 after the end. */
function codeOf(text: ByteText, at: number): number {
  return at < text.length ? text.charCodeAt(at) : -1;
}
