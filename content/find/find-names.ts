import type { Finder, Finding } from "./finding.ts";

const ending = /\.eth(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])/giu;
// Joiners and variation selectors are part of names that are drawn.
const letter = /\p{L}|\p{N}|\p{M}|\p{Extended_Pictographic}|\u200d|\ufe0f|[_-]/u;
/** Whether it may stand before a name: neither mail nor a path is one. */
const joined = /[@/:=\\]/;
/** The longest name there is (RFC 1035). */
const longest = 255;

/**
 * Names of ENS's own ending. From each ending back to where the name begins, so that no text costs more than its
 * length times the longest name.
 *
 * @example
 * findNames("ask pay.alice.eth, now") // [{ start: 4, end: 17, to: "pay.alice.eth" }]
 */
export const findNames: Finder = text => {
  const found: Finding[] = [];
  for (const { 0: suffix, index } of text.matchAll(ending)) {
    const start = beginOf(text, index);
    const end = index + suffix.length;
    const to = text.slice(start, end);
    const isName = start < index && !to.includes("..") && !joined.test(text[start - 1] ?? "");
    if (isName) found.push({ start, end, to });
  }
  return found;
};

function beginOf(text: string, end: number): number {
  const floor = Math.max(0, end - longest);
  let start = end;
  while (start > floor) {
    const size = isLowSurrogate(text, start - 1) ? 2 : 1;
    const before = text.slice(start - size, start);
    if (before !== "." && !letter.test(before)) break;
    start -= size;
  }
  while (text[start] === ".") start += 1;
  return start;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
