/** A wait that something may end before its time. */
export interface Alarm {
  /** Ends the wait that is on; the next one where none is. */
  ring(): void;
  /** Ends by its time, by `ring`, or with the signal; the process does not stay for it. True when it was rung. */
  wait(ms: number): Promise<boolean>;
}

/** @param leastMs a wait that was rung before it began still takes so long: nobody keeps us from resting at all */
export function createAlarm(leastMs: number, signal: AbortSignal): Alarm {
  let isRung = false;
  let end: (() => void) | undefined;
  signal.addEventListener("abort", () => end?.(), { once: true });
  return {
    ring() {
      isRung = true;
      end?.();
    },
    async wait(ms) {
      if (signal.aborted) return false;
      const isDue = isRung;
      isRung = false;
      const { promise, resolve } = Promise.withResolvers<void>();
      if (!isDue) end = resolve;
      const timer = setTimeout(resolve, isDue ? leastMs : ms).unref();
      await promise;
      clearTimeout(timer);
      end = undefined;
      const wasRung = isDue || isRung;
      isRung = false;
      return wasRung;
    },
  };
}
