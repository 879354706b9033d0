import type { ClockParts } from "./clock.ts";

/** Time that runs when a test says so. */
export interface FakeTime extends ClockParts {
  /** Moves on by `ms` and runs what falls due, in order of its time. */
  advance(ms: number): void;
  /** What somebody who sets the clock of the machine does: durations do not notice. */
  setWall(ms: number): void;
  /** How many timers wait. */
  readonly waiting: number;
}

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

export function createFakeTime(startsAt = Date.UTC(2026, 0, 1)): FakeTime {
  let elapsed = 0;
  let wallOffset = startsAt;
  const timers = new Set<Timer>();
  const nextBefore = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    wall: () => wallOffset + elapsed,
    elapsed: () => elapsed,
    after(ms, call) {
      const timer = { at: elapsed + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let timer = nextBefore(until); timer; timer = nextBefore(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.call();
      }
      elapsed = until;
    },
    setWall(ms) {
      wallOffset = ms - elapsed;
    },
    get waiting() {
      return timers.size;
    },
  };
}
