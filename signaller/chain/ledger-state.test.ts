import { describe, expect, it } from "vitest";
import type { Move } from "./blocks.ts";
import { createChangeGatherer } from "./change.ts";
import { createLedgerState } from "./ledger-state.ts";
import { followLimits } from "./limits.ts";

const id = 9_991_234;
const account = (byte: number) => Buffer.alloc(20, byte);
const text = (byte: number) => `0x${byte.toString(16).padStart(2, "0").repeat(20)}`;
const move = (from: number, to: number): Move => ({ id, from: account(from), to: account(to) });
const block = (number: number) => ({ number, hash: `h${number}`, parentHash: `h${number - 1}`, time: 0 });
const client = { epoch: 0, revoked: [], home: undefined };

function createSetting(over: Partial<typeof followLimits> = {}) {
  const changes = createChangeGatherer(1);
  return { changes, state: createLedgerState(block(10), changes, { ...followLimits, ...over }) };
}

const quiet = { moves: [], accounts: [] };

describe("a ledger's state", () => {
  it("takes back what a block did, in the order that leads back", () => {
    const { state, changes } = createSetting();
    state.apply(block(11), { ...quiet, moves: [move(0, 1)] }, []);
    state.apply(block(12), { ...quiet, moves: [move(1, 2), move(2, 3)] }, []);
    expect(changes.take()?.numbers.get(id)).toEqual({ from: undefined, to: text(3), isUndone: false });
    expect(state.undo()).toBe(true);
    expect([state.numbers.ownerOf(id), state.head.number]).toEqual([text(1), 11]);
    expect(changes.take()?.numbers.get(id)).toEqual({ from: text(3), to: text(1), isUndone: true });
    expect(state.undo()).toBe(true);
    expect([state.numbers.ownerOf(id), state.numbers.size, state.undo()]).toEqual([undefined, 0, false]);
  });

  it("tells nothing of what went and came back within one look", () => {
    const { state, changes } = createSetting();
    state.apply(block(11), { ...quiet, moves: [move(1, 2)] }, []);
    state.undo();
    expect(changes.take()).toBeUndefined();
  });

  it("doubts accounts of a block that is no more, until they are read again", () => {
    const { state } = createSetting();
    state.apply(block(11), { ...quiet, accounts: ["0xa"] }, [["0xa", client]]);
    state.undo();
    expect([...state.doubted]).toEqual(["0xa"]);
    state.apply(block(11), quiet, [["0xa", client]]);
    expect(state.doubted.size).toBe(0);
  });

  it("lets what was loaded stand back behind what a block has said", () => {
    const { state } = createSetting();
    state.apply(block(11), { ...quiet, moves: [move(1, 2)] }, []);
    state.addNumber(id, account(1));
    expect(state.numbers.ownerOf(id)).toBe(text(2));
  });

  it("keeps so many blocks and numbers, and no more", () => {
    const { state } = createSetting({ keptBlocks: 2, mostNumbers: 1 });
    state.addNumber(1, account(1));
    state.apply(block(11), { ...quiet, moves: [move(0, 2)] }, []);
    state.apply(block(12), quiet, []);
    expect([state.hashOf(10), state.hashOf(11), state.hashOf(12)]).toEqual([undefined, "h11", "h12"]);
    expect(state.numbers.has(id)).toBe(false);
    expect([state.undo(), state.undo()]).toEqual([true, false]);
  });
});
