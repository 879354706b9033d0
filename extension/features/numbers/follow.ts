import type { Hex } from "../../../background/chain/chain.ts";

/**
 * What became of a transaction.
 *
 *     unseen ──▶ pending ──▶ confirmed ──▶ (deep: final)
 *       │  ▲        │  ▲         │
 *       ▼  │        ▼  └─ reorg ─┘   failed: as confirmed
 *      lost ◀──── dropped          replaced: another took its place; final
 */
export type TxState =
  /** No server has it. Wallets may hold it back, or send it to others. */
  | { readonly kind: "unseen" }
  | { readonly kind: "pending"; readonly undone?: string }
  | { readonly kind: "confirmed"; readonly block: string; readonly depth: number }
  | { readonly kind: "failed"; readonly block: string; readonly depth: number }
  /** By another transaction of the wallet, which does something else. */
  | { readonly kind: "replaced"; readonly by: Hex | null }
  /** It was known, and is no more. It may come back. `undone`: the block that held it, which the chain took back. */
  | { readonly kind: "lost"; readonly undone?: string };

export interface Tx {
  readonly hash: Hex;
  /** In milliseconds since 1970. */
  readonly sentAt: number;
  /** Known once a server has shown it. */
  readonly nonce?: number;
  readonly state: TxState;
}

/** What the chain's servers say at one moment. */
export interface TxFacts {
  readonly head: bigint;
  readonly receipt?: { readonly block: bigint; readonly isSuccess: boolean } | undefined;
  readonly seen?: { readonly nonce: number } | undefined;
  /** The number of the account's next transaction. */
  readonly next?: number;
  /** Which transaction has taken its number. */
  readonly taker?: { readonly hash: Hex; readonly isSame: boolean } | undefined;
}

/** So many blocks behind, nobody waits any more for a chain to go back. */
export const finalDepth = 32;

/**
 * What is known of it after the servers were asked.
 *
 * @example
 * judge(tx, { head: 7n, receipt: { block: 7n, isSuccess: true } }).state // confirmed in block 7, depth 1
 */
export function judge(tx: Tx, { head, receipt, seen, next, taker }: TxFacts): Tx {
  if (receipt) {
    const depth = Math.max(1, Number(head - receipt.block) + 1);
    const kind = receipt.isSuccess ? "confirmed" : "failed";
    return {
      ...tx,
      ...(seen && { nonce: seen.nonce }),
      state: { kind, block: String(receipt.block), depth },
    };
  }
  const undone = undoneBy(tx);
  if (seen) return { ...tx, nonce: seen.nonce, state: { kind: "pending", ...undone } };
  if (tx.nonce === undefined) return { ...tx, state: { kind: "unseen" } };
  if (next === undefined || next <= tx.nonce) return { ...tx, state: { kind: "lost", ...undone } };
  // The wallet made the same anew, dearer: it is followed in the place of the first.
  if (taker?.isSame) return { ...tx, hash: taker.hash, state: { kind: "pending" } };
  return { ...tx, state: { kind: "replaced", by: taker?.hash ?? null } };
}

/** The block that once held it, told until another one does. */
function undoneBy({ state }: Tx): { readonly undone?: string } {
  switch (state.kind) {
    case "confirmed":
    case "failed":
      return { undone: state.block };
    case "pending":
    case "lost":
      return state.undone === undefined ? {} : { undone: state.undone };
    case "unseen":
    case "replaced":
      return {};
  }
}

/** Whether nothing will change any more. */
export function isFinal({ state }: Tx): boolean {
  // By whom is not found at once where servers differ: it may still have been a copy of itself.
  if (state.kind === "replaced") return state.by !== null;
  return (state.kind === "confirmed" || state.kind === "failed") && state.depth >= finalDepth;
}
