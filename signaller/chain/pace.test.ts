import { describe, expect, it } from "vitest";
import { createPace } from "./pace.ts";

const limits = { pollMs: 1_000, quickPollMs: 250 };

/** Looks for so many blocks of a chain, and how it went: questions, and how late each block was seen. */
function follow(everyMs: number, blocks: number) {
  const pace = createPace(limits);
  const late: number[] = [];
  let [now, seen, looks] = [0, 0, 0];
  while (seen < blocks) {
    now += pace.next(now);
    looks++;
    const head = Math.floor(now / everyMs);
    if (head > seen) late.push(now - (seen + 1) * everyMs);
    pace.found(head - seen, now);
    seen = head;
  }
  const settled = late.slice(5);
  return { looks: looks / blocks, late: settled.reduce((sum, ms) => sum + ms, 0) / settled.length };
}

describe("the pace of looking for blocks", () => {
  it.each([12_000, 6_300, 2_000])(
    "of one every %i ms is quick when it is due, and asks not much more",
    everyMs => {
      const { looks, late } = follow(everyMs, 50);
      expect(late).toBeLessThan(250);
      expect(looks).toBeLessThanOrEqual(everyMs / 1_000 + 5);
    },
  );

  it("is the usual one at first, and again when a block is long overdue", () => {
    const pace = createPace(limits);
    expect(pace.next(0)).toBe(1_000);
    pace.found(1, 0);
    pace.found(1, 2_000);
    expect([2_000, 3_000, 3_900, 4_100, 6_500].map(pace.next)).toEqual([1_000, 500, 250, 250, 1_000]);
  });

  it("is never slower than tests want it", () => {
    const pace = createPace({ pollMs: 20, quickPollMs: 250 });
    pace.found(1, 0);
    pace.found(1, 100);
    expect([100, 150, 200, 1_000].map(pace.next)).toEqual([20, 20, 20, 20]);
  });
});
