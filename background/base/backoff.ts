export interface Backoff {
  /** How many tries have failed in a row, the last one included. */
  readonly failures: number;
  /** The longest wait after the first failure. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly longestMs: number;
  /** From 0 up to, but without, 1: the caller's randomness. */
  readonly random: number;
}

/**
 * How long to wait before the next try (RFC 5626 §4.5): the longest wait doubles with every failure, and the wait
 * is drawn from its upper half, so that the clients of a node that died do not come back in one instant.
 *
 * @example
 * backoffMs({ failures: 3, firstMs: 2_000, longestMs: 60_000, random: 0 }) // 4000: half of 2000 · 2²
 */
export function backoffMs({ failures, firstMs, longestMs, random }: Backoff): number {
  // 2^31 is past every wait in use; a larger power would only lose its digits.
  const doublings = Math.min(Math.max(failures - 1, 0), 31);
  const longest = Math.min(longestMs, firstMs * 2 ** doublings);
  return Math.round(longest * (0.5 + random / 2));
}
