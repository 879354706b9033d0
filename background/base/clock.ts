/** The phone's time. Nothing else in this room asks the platform what time it is. */
export interface Clock {
  /** Milliseconds since 1970, corrected by what nodes said. */
  now(): number;
  /** Milliseconds since 1970 as this machine believes, uncorrected: no node can move it. */
  wall(): number;
  /** Milliseconds that only grow, for durations. */
  elapsed(): number;
  /** Takes a node's clock into account; false when that is too far from this machine's to be believed. */
  learn(sample: ClockSample): boolean;
  /** Runs `call` once, `ms` from now; returns what takes it back. */
  after(ms: number, call: () => void): () => void;
  /** Resolves `ms` from now; rejects with the signal's reason when that aborts first. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface ClockSample {
  /** `wall()` when the question left, and when its answer came. */
  readonly sent: number;
  readonly received: number;
  /** What the node's clock showed in between, in milliseconds since 1970. */
  readonly shown: number;
  /** The step of the node's clock as it was written: 1000 where it gives whole seconds. */
  readonly stepMs: number;
}

/** What a clock is made of: the platform's, or a test's. */
export interface ClockParts {
  wall(): number;
  elapsed(): number;
  after(ms: number, call: () => void): () => void;
}

/** The offset of the true time from `wall()` lies between these two. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * A machine's clock is wrong by hours at most (a wrong time zone, summer time set by hand). Beyond that a node
 * would decide what is stale: replay memory remembers for twice this time.
 */
export const farthestCorrectionMs = 12 * 3_600_000;

/** setTimeout takes 31 bits, and fires at once beyond. */
const longestTimerMs = 2 ** 31 - 1;

export function createClock(parts: ClockParts = platformParts()): Clock {
  let bounds: Bounds | undefined;
  const { wall, elapsed, after } = parts;
  const now = () => wall() + (bounds ? Math.round((bounds.low + bounds.high) / 2) : 0);
  return {
    now,
    wall,
    elapsed,
    after,
    learn(sample) {
      const heard = toBounds(sample);
      if (heard === undefined) return false;
      bounds = intersect(bounds, heard);
      return true;
    },
    wait: (ms, signal) => wait(after, ms, signal),
  };
}

/**
 * The node looked at its clock somewhere between `sent` and `received`, and rounded down to its step: what is
 * sure is an interval, and its width is how well we know.
 */
function toBounds({ sent, received, shown, stepMs }: ClockSample): Bounds | undefined {
  const bounds = { low: shown - received, high: shown + stepMs - sent };
  const isPlausible =
    bounds.low <= bounds.high && bounds.low >= -farthestCorrectionMs && bounds.high <= farthestCorrectionMs;
  return isPlausible ? bounds : undefined;
}

/** Samples that agree sharpen each other; one that contradicts says that a clock was set, and stands alone. */
function intersect(known: Bounds | undefined, heard: Bounds): Bounds {
  if (known === undefined) return heard;
  const both = { low: Math.max(known.low, heard.low), high: Math.min(known.high, heard.high) };
  return both.low <= both.high ? both : heard;
}

function wait(after: ClockParts["after"], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const takeBack = after(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    const stop = () => {
      takeBack();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function platformParts(): ClockParts {
  return {
    wall: () => Date.now(),
    elapsed: () => performance.now(),
    after(ms, call) {
      let timer: ReturnType<typeof setTimeout>;
      const arm = (left: number) => {
        const part = Math.min(left, longestTimerMs);
        timer = setTimeout(() => (left > part ? arm(left - part) : call()), part);
      };
      arm(ms);
      return () => clearTimeout(timer);
    },
  };
}
