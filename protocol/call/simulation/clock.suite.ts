/** Virtual time. What is due at the same moment happens in the order in which it was asked for. */
export interface Clock {
  now(): number;
  /** Calls `run` after `ms`; the function returned takes it back. */
  after(ms: number, run: () => void): () => void;
  /** Lives until `time`. False when more happened than a simulation may need: something spins. */
  runUntil(time: number): boolean;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

const MAX_HAPPENINGS = 60_000;

export function createClock(): Clock {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let happenings = 0;
  return {
    now: () => now,
    after(ms, run) {
      const entry: Entry = { due: now + Math.max(0, Math.round(ms)), order, run, cancelled: false };
      order += 1;
      push(heap, entry);
      return () => {
        entry.cancelled = true;
      };
    },
    runUntil(time) {
      for (let next = heap[0]; next !== undefined && next.due <= time; next = heap[0]) {
        pop(heap);
        if (next.cancelled) continue;
        happenings += 1;
        if (happenings > MAX_HAPPENINGS) return false;
        now = next.due;
        next.run();
      }
      now = time;
      return true;
    },
  };
}

/** Numbers in [0, 1) that a seed determines (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function isBefore(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one !== undefined;
  return one.due === other.due ? one.order < other.order : one.due < other.due;
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent])) break;
    heap[at] = heap[parent] as Entry;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isBefore(heap[child], last)) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = last;
}
