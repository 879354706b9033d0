import { describe, expect, it } from "vitest";
import { alternate, median, type Pair, toInterval, toLoneRow, toRow } from "./rounds.ts";

const pairsOf = (...ratios: number[]): Pair[] => ratios.map(ratio => ({ ours: ratio * 20, peer: 20 }));

describe("median", () => {
  it("is the middle value, or the mean of the two middle ones", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("interval", () => {
  it("is the smallest and largest ratio of 6 to 8 rounds, and covers at least 95 %", () => {
    const { ratio, low, high, coverage } = toInterval(pairsOf(0.5, 0.4, 0.6, 0.45, 0.55, 0.7));
    expect([ratio, low, high]).toEqual([expect.closeTo(0.525), 0.4, 0.7]);
    expect(coverage).toBeCloseTo(1 - 2 / 64);
  });

  it("lets go of one wild round at each end from nine rounds on", () => {
    const { low, high, coverage } = toInterval(pairsOf(0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.7, 9));
    expect([low, high]).toEqual([0.5, 0.7]);
    expect(coverage).toBeCloseTo(1 - (2 * 10) / 512);
  });

  it("takes the published ranks of the sign test", () => {
    // k for a two-sided 95 % interval of the median: n=6 -> 1, 9 -> 2, 12 -> 3, 15 -> 4, 20 -> 6.
    for (const [count, rank] of [
      [6, 1],
      [8, 1],
      [9, 2],
      [12, 3],
      [15, 4],
      [20, 6],
    ] as const) {
      const { low, high } = toInterval(Array.from({ length: count }, (_, i) => ({ ours: i + 1, peer: 1 })));
      expect([low, high], `${count} rounds`).toEqual([rank, count + 1 - rank]);
    }
  });

  it("says that too few rounds do not reach 95 %", () => {
    expect(toInterval(pairsOf(1, 2, 3, 4, 5)).coverage).toBeCloseTo(0.9375);
    expect(toInterval(pairsOf(1)).coverage).toBe(0);
  });

  it("pairs each round: a drift that hits both sides alike cancels out", () => {
    const drifting = [1, 2, 3, 4, 5, 6].map(speed => ({ ours: speed * 5, peer: speed * 10 }));
    expect(toInterval(drifting)).toMatchObject({ ratio: 0.5, low: 0.5, high: 0.5 });
  });
});

describe("row", () => {
  const spec = { bench: "relay.200B", unit: "µs", peerName: "peer 1.0.2" };

  it("is judged on the interval's better end", () => {
    const pairs = pairsOf(0.5, 0.6, 0.7, 0.8, 0.6, 0.7);
    expect(toRow({ ...spec, goal: { atMost: 0.5 } }, pairs)).toMatchObject({
      goal: "≤ 0.5",
      ok: true,
      low: 0.5,
    });
    expect(toRow({ ...spec, goal: { atMost: 0.49 } }, pairs)).toMatchObject({ goal: "≤ 0.49", ok: false });
  });

  it("has no verdict without a goal", () => {
    expect(toRow(spec, pairsOf(1, 1))).not.toHaveProperty("ok");
  });

  it("says in words why it has no peer", () => {
    const row = toLoneRow(spec, [1, 2, 3], "not installed");
    expect(row).toMatchObject({ ours: 2, peer: null, ratio: null, note: "not installed" });
  });
});

describe("alternate", () => {
  it("begins each round with the next target", async () => {
    const order: string[] = [];
    const results = await alternate(3, ["a", "b"], async (name, round) => {
      order.push(`${name}${round}`);
      return round;
    });
    expect(order).toEqual(["a0", "b0", "b1", "a1", "a2", "b2"]);
    expect(results).toEqual([
      { a: 0, b: 0 },
      { b: 1, a: 1 },
      { a: 2, b: 2 },
    ]);
  });
});
