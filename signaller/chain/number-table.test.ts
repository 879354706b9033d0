import { describe, expect, it } from "vitest";
import { createNumberTable } from "./number-table.ts";

const accountOf = (byte: number) => Buffer.alloc(20, byte);
const textOf = (byte: number) => `0x${byte.toString(16).padStart(2, "0").repeat(20)}`;

describe("a table of numbers", () => {
  it("knows as a Map does, through claims, sales and claims undone, as it grows", () => {
    const table = createNumberTable(7);
    const model = new Map<number, number>();
    // A generator of its own, so that a failure comes again.
    let state = 1;
    const random = (most: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return state % most;
    };
    for (let i = 0; i < 30_000; i++) {
      const id = 999_000_000_000_000 + random(8_000) * 124_999_999;
      const byte = random(4);
      table.set(id, accountOf(byte));
      model.set(id, byte);
    }
    for (const [id, byte] of model) expect(table.ownerOf(id)).toBe(byte === 0 ? undefined : textOf(byte));
    expect(table.size).toBe([...model.values()].filter(byte => byte !== 0).length);
    expect(table.has(9_990_000)).toBe(false);
    expect(table.ownerOf(9_990_000)).toBeUndefined();
  });

  it("takes 28 bytes a slot, and numbers in a row do not fall together", () => {
    const table = createNumberTable();
    const before = process.memoryUsage().arrayBuffers;
    const began = performance.now();
    for (let i = 0; i < 100_000; i++) table.set(999_100_000_000_000 + i, accountOf(1));
    const ms = performance.now() - began;
    expect(table.size).toBe(100_000);
    // Old arrays may not have been collected yet: twice the table at most.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 262_144 * 28 + 1_000_000);
    expect(ms).toBeLessThan(2_000);
  });
});
