import { chainLimits } from "./limits.ts";
import type { Word } from "./server.ts";

export type Verdict = "agree" | "older-is-stale" | "differ";

/**
 * What two servers' words are worth. One whose newest block lies far behind the other's stands still, unless the
 * other's block is from the future: then it is that one which makes things up.
 *
 * @param now seconds since 1970
 */
export function judge(newer: Word, older: Word, now: number): Verdict {
  if (newer.data === older.data) return "agree";
  const isBehind = newer.head.time - older.head.time > chainLimits.staleSeconds;
  const isPossible = newer.head.time <= now + chainLimits.aheadSeconds;
  return isBehind && isPossible ? "older-is-stale" : "differ";
}

/** One history, and the same in it. */
export function isSameBlockAndData({ head: one, data }: Word, other: Word): boolean {
  const isSameBlock = one.number === other.head.number && one.parentHash === other.head.parentHash;
  return isSameBlock && data === other.data;
}
