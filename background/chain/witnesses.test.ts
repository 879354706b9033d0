import { describe, expect, it } from "vitest";
import type { Word } from "./server.ts";
import { isSameBlockAndData, judge } from "./witnesses.ts";

const now = 1_800_000_000;

describe("judge", () => {
  it.each<[string, Word, Word, ReturnType<typeof judge>]>([
    ["agree", word(8n, now, "0xaa"), word(8n, now, "0xaa"), "agree"],
    ["agree, a block apart", word(9n, now, "0xaa"), word(8n, now - 12, "0xaa"), "agree"],
    ["differ on one block", word(8n, now, "0xaa"), word(8n, now, "0xbb"), "differ"],
    ["differ, a block apart", word(9n, now, "0xaa"), word(8n, now - 12, "0xbb"), "differ"],
    ["one stands still", word(99n, now, "0xaa"), word(8n, now - 61, "0xbb"), "older-is-stale"],
    ["one is not yet said to stand still", word(12n, now, "0xaa"), word(8n, now - 60, "0xbb"), "differ"],
    [
      "one is from the future, which makes it no witness",
      word(99n, now + 121, "0xaa"),
      word(8n, now, "0xbb"),
      "differ",
    ],
    [
      "one is ahead of a clock that is slow",
      word(99n, now + 120, "0xaa"),
      word(8n, now, "0xbb"),
      "older-is-stale",
    ],
  ])("%s", (_, newer, older, verdict) => {
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
