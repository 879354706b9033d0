import { createAlarm } from "./alarm.ts";
import { type NewHeadsConfig, startNewHeads } from "./new-heads.ts";
import { createPace } from "./pace.ts";

/** When a chain is looked at for new blocks. */
export interface NextLook {
  /** A server tells of blocks by itself. */
  readonly isTold: boolean;
  /** The last look has found so many new blocks; resolves when it is time for the next. */
  afterFinding(blocks: number): Promise<void>;
  /** It failed: the waits double, up to their limit. */
  afterFailing(): Promise<void>;
  /** Somebody wants to know. Of no effect but while looks fail and are far apart. */
  soon(): void;
}

/** For so long a server is waited for that has not the block of which another one has told. */
const AHEAD_MS = 3_000;

export function startNextLook(config: Omit<NewHeadsConfig, "heard">): NextLook {
  const { limits, signal } = config;
  const alarm = createAlarm(limits.leastMs, signal);
  const pace = createPace(limits);
  const heads = startNewHeads({ ...config, heard: () => alarm.ring() });
  let failedMs = limits.pollMs;
  let lookedAt = performance.now();
  let isRung = false;
  /** A block was told of that no look has found; since when. */
  let toldAt: number | undefined;

  async function rest(ms: number): Promise<void> {
    isRung = await alarm.wait(ms);
    lookedAt = performance.now();
    if (isRung) toldAt = lookedAt;
  }

  return {
    get isTold() {
      return heads.isTelling;
    },
    async afterFinding(blocks) {
      const now = performance.now();
      failedMs = limits.pollMs;
      pace.found(blocks, now);
      const isAwaited = toldAt !== undefined && now - toldAt < AHEAD_MS;
      if (blocks > 0 && !isRung && !isAwaited) heads.doubt();
      if (blocks > 0) toldAt = undefined;
      else if (isAwaited) return rest(Math.min(limits.quickPollMs, limits.pollMs));
      return rest(heads.isTelling ? limits.toldPollMs : pace.next(now));
    },
    async afterFailing() {
      failedMs = Math.min(failedMs * 2, limits.longestWaitMs);
      return rest(failedMs);
    },
    soon() {
      const hasFailed = failedMs > limits.pollMs;
      if (hasFailed && performance.now() - lookedAt > limits.pollMs) alarm.ring();
    },
  };
}
