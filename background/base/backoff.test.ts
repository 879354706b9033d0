import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const waits = { firstMs: 2_000, longestMs: 60_000 };
const almostOne = 1 - Number.EPSILON;

describe("backoffMs", () => {
  it("doubles with every failure, up to the longest", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 1e9].map(failures =>
      backoffMs({ ...waits, failures, random: almostOne }),
    );
    expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("draws from the upper half", () => {
    expect(backoffMs({ ...waits, failures: 1, random: 0 })).toBe(1_000);
    expect(backoffMs({ ...waits, failures: 1, random: 0.5 })).toBe(1_500);
  });

  it("never waits less than half the first wait nor more than the longest, whatever happened", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 2 ** 31 }),
        fc.double({ min: 0, max: almostOne, noNaN: true }),
        (failures, random) => {
          const ms = backoffMs({ ...waits, failures, random });
          expect(ms).toBeGreaterThanOrEqual(1_000);
          expect(ms).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });
});
