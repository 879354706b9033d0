import type { Head } from "./chain.ts";
import { cacheLimits } from "./limits.ts";
import type { Resolved } from "./resolved.ts";

/** An answer with the blocks it was read at, one for each chain that had a say in it. */
export interface Kept {
  readonly resolved: Resolved;
  readonly heads: ReadonlyMap<number, Head>;
}

interface Slot extends Kept {
  readonly at: number;
}

/**
 * What is known without asking. Owners, epochs and entries may change with any block, so an answer is good as long as
 * its block is its chain's newest, and the newest is known no longer than a block takes.
 */
export class AnswerCache {
  readonly #elapsed: () => number;
  readonly #slots = new Map<string, Slot>();
  readonly #newest = new Map<number, { readonly head: Head; readonly at: number }>();

  /** @param elapsed milliseconds that only grow */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Tells of a chain's newest block; true when it is another than before. */
  note(chainId: number, head: Head): boolean {
    const before = this.#newest.get(chainId)?.head;
    this.#newest.set(chainId, { head, at: this.#elapsed() });
    return before === undefined || !isSame(before, head);
  }

  keep(key: string, kept: Kept): void {
    for (const [chainId, head] of kept.heads) this.note(chainId, head);
    this.#slots.delete(key);
    this.#slots.set(key, { ...kept, at: this.#elapsed() });
    const [oldest] = this.#slots.keys();
    if (this.#slots.size > cacheLimits.mostAnswers && oldest !== undefined) this.#slots.delete(oldest);
  }

  get(key: string): Resolved | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    if (this.#isGood(slot)) return slot.resolved;
    this.#slots.delete(key);
    return undefined;
  }

  #isGood({ heads, at, resolved }: Slot): boolean {
    const now = this.#elapsed();
    // A gateway's word is bound to no block.
    if (resolved.isOffchain && now - at > cacheLimits.gatewayMs) return false;
    return [...heads].every(([chainId, head]) => {
      const newest = this.#newest.get(chainId);
      return newest !== undefined && isSame(newest.head, head) && now - newest.at <= cacheLimits.headMs;
    });
  }
}

/**
 * Another parent at the same height is another history: a reorg. One that took back the newest block alone shows in
 * its time, for what came in its place was made later.
 */
function isSame(one: Head, other: Head): boolean {
  return one.number === other.number && one.parentHash === other.parentHash && one.time === other.time;
}
