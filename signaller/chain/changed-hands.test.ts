import { describe, expect, it } from "vitest";
import type { ChainChange, Handover } from "./change.ts";
import { createChangedHands } from "./changed-hands.ts";

const change = (numbers: Readonly<Record<number, Partial<Handover>>>): ChainChange => ({
  chainId: 1,
  numbers: new Map(
    Object.entries(numbers).map(([id, over]) => [
      Number(id),
      { from: "0xa", to: "0xb", isUndone: false, ...over },
    ]),
  ),
  accounts: new Set(),
  isAll: false,
});
const nobody = () => false;

describe("numbers that have changed hands", () => {
  it("are so until the buyer comes", () => {
    const hands = createChangedHands(10);
    hands.note(change({ 9991111: {}, 9992222: {}, 9993333: { to: "0xc" } }), nobody);
    hands.arrived("0xb");
    expect(["+9991111", "+9992222", "+9993333"].map(hands.has)).toEqual([false, false, true]);
  });

  it("are not, where they were claimed, given back by a reorg, or bought by who is here", () => {
    const hands = createChangedHands(10);
    hands.note(change({ 9991111: { from: undefined } }), nobody);
    hands.note(change({ 9992222: {} }), account => account === "0xb");
    hands.note(change({ 9993333: {} }), nobody);
    hands.note(change({ 9993333: { from: "0xb", to: "0xa", isUndone: true } }), nobody);
    expect(hands.size).toBe(0);
  });

  it("are so many and no more: the oldest goes", () => {
    const hands = createChangedHands(2);
    hands.note(change({ 9991111: {}, 9992222: {}, 9993333: {} }), nobody);
    expect([hands.size, hands.has("+9991111"), hands.has("+9993333")]).toEqual([2, false, true]);
  });

  it("and who was here is remembered, the longest ago least", () => {
    const hands = createChangedHands(2);
    for (const account of ["0xa", "0xb", "0xa", "0xc"]) hands.arrived(account);
    expect(["0xa", "0xb", "0xc"].map(hands.wasHere)).toEqual([true, false, true]);
  });
});
