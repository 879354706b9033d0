/** Whoever waits. One object serves all its timers: no closure is kept per timer. */
export interface Timed {
  onTimer(name: string): void;
}

/** A running timer; `slot` is -1 once it has fired or was stopped. */
export interface Timer {
  readonly name: string;
  readonly owner: Timed;
  readonly dueTick: number;
  slot: number;
  previous: Timer | undefined;
  next: Timer | undefined;
}

export interface TimerWheel {
  /** Fires once, never early, at most one tick and the event loop's delay late. */
  start(ms: number, owner: Timed, name: string): Timer;
  /** Stopping one that has fired is nothing. */
  stop(timer: Timer): void;
  readonly size: number;
  /** Forgets all; nothing fires any more. */
  close(): void;
}

/** What a wheel turns by: the monotonic clock and one timer of the platform. Tests bring their own. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export interface WheelOptions {
  readonly clock?: Clock;
  /** A defect on one timer's path: it is told, and the others go on. */
  onBug?(error: unknown): void;
}

const TICK_MS = 50;
const SLOTS = 1024;

/**
 * Timers of transactions: started and stopped by the thousand, seldom firing. A hashed wheel makes both O(1)
 * with one platform timer for all; it turns only while somebody waits.
 */
export function createTimerWheel({ clock = platformClock, onBug = rethrow }: WheelOptions = {}): TimerWheel {
  const slots: (Timer | undefined)[] = new Array<Timer | undefined>(SLOTS).fill(undefined);
  const origin = clock.now();
  let tick = 0;
  let size = 0;
  let cancelTurn: (() => void) | undefined;

  const wheel: TimerWheel = {
    get size() {
      return size;
    },
    start(ms, owner, name) {
      if (size === 0) tick = currentTick();
      // Rounded up, and one more for the part of the running tick that is over.
      const dueTick = currentTick() + Math.max(1, Math.ceil(ms / TICK_MS) + 1);
      const slot = dueTick % SLOTS;
      const timer: Timer = { name, owner, dueTick, slot, previous: undefined, next: slots[slot] };
      if (timer.next !== undefined) timer.next.previous = timer;
      slots[slot] = timer;
      size++;
      cancelTurn ??= clock.after(TICK_MS, turn);
      return timer;
    },
    stop(timer) {
      if (timer.slot < 0) return;
      unlink(timer);
    },
    close() {
      cancelTurn?.();
      cancelTurn = undefined;
      slots.fill(undefined);
      size = 0;
    },
  };
  return wheel;

  function currentTick(): number {
    return Math.floor((clock.now() - origin) / TICK_MS);
  }

  function unlink(timer: Timer): void {
    if (timer.previous === undefined) slots[timer.slot] = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next !== undefined) timer.next.previous = timer.previous;
    timer.slot = -1;
    timer.previous = undefined;
    timer.next = undefined;
    size--;
    if (size === 0) {
      cancelTurn?.();
      cancelTurn = undefined;
    }
  }

  function turn(): void {
    cancelTurn = undefined;
    for (const timer of collectDue()) {
      // One that fires may stop another that is due in the same turn.
      if (timer.slot < 0) continue;
      unlink(timer);
      try {
        timer.owner.onTimer(timer.name);
      } catch (error) {
        onBug(error);
      }
    }
    if (size > 0) cancelTurn ??= clock.after(TICK_MS, turn);
  }

  function collectDue(): Timer[] {
    const now = currentTick();
    // After a long stall one round visits every slot, later ones would find nothing.
    const first = Math.max(tick + 1, now - SLOTS + 1);
    const due: Timer[] = [];
    for (let at = first; at <= now; at++) {
      for (let timer = slots[at % SLOTS]; timer !== undefined; timer = timer.next) {
        if (timer.dueTick <= now) due.push(timer);
      }
    }
    tick = now;
    return due.sort((one, other) => one.dueTick - other.dueTick);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

const platformClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timeout = setTimeout(run, ms);
    timeout.unref();
    return () => clearTimeout(timeout);
  },
};
