import { describe, expect, it } from "vitest";
import type { Word } from "./server.ts";
import { isSameBlockAndData, judge, type Verdict } from "./witnesses.ts";

const now = 1_800_000_000;

describe("judge", () => {
  it.each<[string, Verdict, readonly [Word, Word]]>([
    ["agree", "agree", [word(8n, now, "0xaa"), word(8n, now, "0xaa")]],
    ["agree, a block apart", "agree", [word(9n, now, "0xaa"), word(8n, now - 12, "0xaa")]],
    ["differ on one block", "differ", [word(8n, now, "0xaa"), word(8n, now, "0xbb")]],
    ["differ, a block apart", "differ", [word(9n, now, "0xaa"), word(8n, now - 12, "0xbb")]],
    ["one stands still", "older-is-stale", [word(99n, now, "0xaa"), word(8n, now - 61, "0xbb")]],
    ["one may stand still", "differ", [word(12n, now, "0xaa"), word(8n, now - 60, "0xbb")]],
    ["one is from the future", "differ", [word(99n, now + 121, "0xaa"), word(8n, now, "0xbb")]],
    ["a slow clock", "older-is-stale", [word(99n, now + 120, "0xaa"), word(8n, now, "0xbb")]],
  ])("%s: %s", (_, verdict, [newer, older]) => {
    expect(judge(newer, older, now)).toBe(verdict);
  });
});

describe("isSameBlockAndData", () => {
  it("is one block of one history, with the same in it", () => {
    const it = word(8n, now, "0xaa");
    expect(isSameBlockAndData(it, word(8n, now, "0xaa"))).toBe(true);
    expect(isSameBlockAndData(it, word(8n, now, "0xbb"))).toBe(false);
    expect(isSameBlockAndData(it, word(9n, now, "0xaa"))).toBe(false);
    const fork = { ...it, head: { ...it.head, parentHash: `0x${"2".repeat(64)}` } } as const;
    expect(isSameBlockAndData(it, fork)).toBe(false);
  });
});

function word(number: bigint, time: number, data: Word["data"]): Word {
  return { head: { number, parentHash: `0x${"1".repeat(64)}`, time }, data };
}
