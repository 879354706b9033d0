/** Time that runs when a test says so, events in order of their time. */
export interface FakeClock {
  readonly now: number;
  /** Events that wait. */
  readonly pending: number;
  /** @returns a function that takes it back */
  after(ms: number, run: () => void): () => void;
  /** Runs until nothing waits or `until` is reached. Throws when that takes more than `steps` events. */
  run(options?: { until?: number; steps?: number }): void;
}

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export function createFakeClock(): FakeClock {
  const queue: Waiting[] = [];
  let now = 0;
  let order = 0;
  return {
    get now() {
      return now;
    },
    get pending() {
      return queue.length;
    },
    after(ms, run) {
      const entry: Waiting = { at: now + ms, order: order++, run };
      queue.splice(placeOf(entry), 0, entry);
      return () => {
        const at = queue.indexOf(entry);
        if (at >= 0) queue.splice(at, 1);
      };
    },
    run({ until = Number.POSITIVE_INFINITY, steps = 20_000 } = {}) {
      for (let step = 0; ; step += 1) {
        const next = queue[0];
        if (next === undefined || next.at > until) break;
        if (step >= steps) throw new Error(`still ${queue.length} events after ${steps} steps, at ${now} ms`);
        queue.shift();
        now = next.at;
        next.run();
      }
      if (until !== Number.POSITIVE_INFINITY) now = Math.max(now, until);
    },
  };

  function placeOf(entry: Waiting): number {
    let low = 0;
    let high = queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = queue[middle];
      if (
        other !== undefined &&
        (other.at < entry.at || (other.at === entry.at && other.order < entry.order))
      ) {
        low = middle + 1;
      } else high = middle;
    }
    return low;
  }
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface NetworkFaults {
  /** Parts of one: messages that never come, and messages that come twice. */
  readonly loss: number;
  readonly doubling: number;
  /** Milliseconds: each message takes between the two; more than none between them lets them overtake. */
  readonly delay: readonly [least: number, most: number];
}

/** Carries messages between named hosts, badly. */
export interface FakeNetwork<Message> {
  readonly sent: number;
  attach(host: string, receive: (message: Message, from: string) => void): void;
  send(from: string, to: string, message: Message): void;
}

export function createFakeNetwork<Message>(
  clock: FakeClock,
  random: () => number,
  faults: NetworkFaults,
): FakeNetwork<Message> {
  const hosts = new Map<string, (message: Message, from: string) => void>();
  const [least, most] = faults.delay;
  let sent = 0;
  return {
    get sent() {
      return sent;
    },
    attach(host, receive) {
      hosts.set(host, receive);
    },
    send(from, to, message) {
      sent += 1;
      if (random() < faults.loss) return;
      const copies = random() < faults.doubling ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        clock.after(least + random() * (most - least), () => hosts.get(to)?.(message, from));
      }
    },
  };
}
