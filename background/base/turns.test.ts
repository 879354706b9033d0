import { describe, expect, it } from "vitest";
import { createTurns } from "./turns.ts";

describe("turns", () => {
  it("start in order, each after the one before has ended, even when that failed", async () => {
    const inTurn = createTurns();
    const happened: string[] = [];
    const work =
      (name: string, fails = false) =>
      async () => {
        happened.push(`${name} starts`);
        await Promise.resolve();
        happened.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([inTurn(work("a")), inTurn(work("b", true)), inTurn(work("c"))]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(happened).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });
});
