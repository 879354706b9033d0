import { describe, expect, it } from "vitest";
import { finalDepth, isFinal, judge, type Tx, type TxFacts } from "./follow.ts";

const hash = `0x${"ab".repeat(32)}` as const;
const other = `0x${"cd".repeat(32)}` as const;
const sent: Tx = { hash, sentAt: 1, state: { kind: "unseen" } };
const pending: Tx = { ...sent, nonce: 3, state: { kind: "pending" } };
const confirmed: Tx = { ...pending, state: { kind: "confirmed", block: "6", depth: 1 } };

describe("judge", () => {
  it.each([
    ["unseen->nobody has it->unseen", sent, { head: 6n }, { kind: "unseen" }],
    ["unseen->seen->pending", sent, { head: 6n, seen: { nonce: 3 } }, { kind: "pending" }],
    [
      "unseen->receipt->confirmed",
      sent,
      { head: 6n, receipt: { block: 6n, isSuccess: true } },
      { kind: "confirmed", block: "6", depth: 1 },
    ],
    [
      "pending->receipt that reverted->failed",
      pending,
      { head: 9n, receipt: { block: 6n, isSuccess: false } },
      { kind: "failed", block: "6", depth: 4 },
    ],
    ["pending->dropped->lost", pending, { head: 9n, next: 3 }, { kind: "lost" }],
    [
      "pending->another took its number->replaced",
      pending,
      { head: 9n, next: 4, taker: { hash: other, isSame: false } },
      { kind: "replaced", by: other },
    ],
    [
      "pending->some other took its number->replaced",
      pending,
      { head: 9n, next: 4 },
      { kind: "replaced", by: null },
    ],
    [
      "confirmed->reorg, in the queue again->pending",
      confirmed,
      { head: 6n, seen: { nonce: 3 } },
      { kind: "pending", undone: "6" },
    ],
    ["confirmed->reorg, gone->lost", confirmed, { head: 6n, next: 3 }, { kind: "lost", undone: "6" }],
    [
      "lost by a reorg->in the queue again->pending",
      { ...confirmed, state: { kind: "lost", undone: "6" } },
      { head: 7n, seen: { nonce: 3 } },
      { kind: "pending", undone: "6" },
    ],
    [
      "pending after a reorg->in another block->confirmed",
      { ...confirmed, state: { kind: "pending", undone: "6" } },
      { head: 8n, receipt: { block: 8n, isSuccess: true } },
      { kind: "confirmed", block: "8", depth: 1 },
    ],
    [
      "confirmed->a server that is behind its receipt->depth 1",
      confirmed,
      { head: 4n, receipt: { block: 6n, isSuccess: true } },
      { kind: "confirmed", block: "6", depth: 1 },
    ],
  ] as const satisfies readonly [string, Tx, TxFacts, Tx["state"]][])("%s", (...[, tx, facts, state]) => {
    expect(judge(tx, facts).state).toEqual(state);
  });

  it("follows the dearer copy in the place of the first", () => {
    const next = judge(pending, { head: 9n, next: 4, taker: { hash: other, isSame: true } });
    expect(next).toMatchObject({ hash: other, nonce: 3, state: { kind: "pending" } });
  });

  it("a lost one that comes back is pending again", () => {
    const lost = judge(pending, { head: 9n, next: 3 });
    expect(judge(lost, { head: 9n, seen: { nonce: 3 } }).state).toEqual({ kind: "pending" });
  });
});

it("only depth and a replacement are final", () => {
  const deep = (depth: number): Tx => ({ ...sent, state: { kind: "confirmed", block: "1", depth } });
  expect([sent, pending, confirmed, deep(finalDepth - 1)].map(isFinal)).toEqual([false, false, false, false]);
  const replaced = (by: typeof other | null): Tx => ({ ...pending, state: { kind: "replaced", by } });
  expect([deep(finalDepth), replaced(other), replaced(null)].map(isFinal)).toEqual([true, true, false]);
});
