/** How long to wait with the next look for a new block. Times are milliseconds of one clock that only grows. */
export interface Pace {
  /** A look has found so many more blocks. */
  found(blocks: number, now: number): void;
  next(now: number): number;
}

export interface PaceLimits {
  /** The longest wait, and the shortest one. */
  readonly pollMs: number;
  readonly quickPollMs: number;
}

/** How much the last interval counts among all before it. */
const WEIGHT = 0.3;

/**
 * Blocks come at intervals that are nearly the same. So it is looked often when the next one is due, and seldom while it
 * is not, or when it is long overdue: a quarter of a second late instead of a half, for as many questions.
 */
export function createPace({ pollMs, quickPollMs }: PaceLimits): Pace {
  let foundAt: number | undefined;
  let interval: number | undefined;
  return {
    found(blocks, now) {
      if (blocks <= 0) return;
      if (foundAt !== undefined) {
        const last = (now - foundAt) / blocks;
        interval = interval === undefined ? last : interval + WEIGHT * (last - interval);
      }
      foundAt = now;
    },
    next(now) {
      if (foundAt === undefined || interval === undefined) return pollMs;
      const away = Math.abs(foundAt + interval - now);
      return Math.max(Math.min(quickPollMs, pollMs), Math.min(pollMs, away / 2));
    },
  };
}
