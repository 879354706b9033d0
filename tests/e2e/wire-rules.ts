import type { Direction, Fate, Rule } from "./wire-proxy.ts";

/** Which SIP message: a method, a status of a method's answer such as `200 INVITE`, or every one. */
export type Which = string;

export const everything =
  (fate: Fate): Rule =>
  () =>
    fate;

/** The first `times` of these meet the fate; everything else, and what comes later, passes. */
export function firstOf(
  which: Which,
  fate: Fate,
  { times = 1, direction }: { times?: number; direction?: Direction } = {},
): Rule {
  let left = times;
  return (message, way) => {
    if (left === 0 || kindOf(message) !== which || (direction !== undefined && way !== direction)) return {};
    left--;
    return fate;
  };
}

/** Passes everything on, and counts these. */
export function countOf(which: Which): { readonly rule: Rule; readonly count: () => number } {
  let count = 0;
  const rule: Rule = message => {
    if (kindOf(message) === which) count++;
    return {};
  };
  return { rule, count: () => count };
}

/** `INVITE`, or `200 INVITE` for the answer to it. */
function kindOf(message: string): string {
  const [start = ""] = message.split("\r\n", 1);
  const method = /^CSeq\s*:\s*\d+\s+(\w+)/im.exec(message)?.[1] ?? "";
  const status = /^SIP\/2\.0 (\d{3})/.exec(start)?.[1];
  return status === undefined ? (start.split(" ", 1)[0] ?? "") : `${status} ${method}`;
}
