import type { Limits } from "../limits.ts";
import type { Log } from "../log.ts";
import { FrameSlab } from "./frame-slab.ts";
import type { WebSocketCounts } from "./port.ts";

/** A connection, as far as taking turns goes. */
export interface Member {
  /** Writes what was queued in this turn. */
  flush(): void;
  /** Goes on reading after it was held back. */
  readOn(): void;
  beat(): void;
  close(code: number, reason: string): void;
  cut(): void;
}

export interface HubConfig {
  readonly limits: Limits;
  readonly log: Log;
}

/** What all connections share: the turn of the event loop, the beat, the meters' prices, and the counts. */
export class Hub {
  readonly limits: Limits;
  readonly log: Log;
  readonly slab = new FrameSlab();
  readonly members = new Set<Member>();
  readonly counts: WebSocketCounts = newCounts();
  /** Price of a message and of a byte, in milliseconds of a connection's meter and of an address's. */
  readonly price: { message: number; byte: number; addressMessage: number; addressByte: number };
  /** Monotonic milliseconds at the start of this turn. */
  now = performance.now();
  turn = 0;
  beats = 1;
  unsent = 0;
  unfinished = 0;
  #ids = 0;
  #onEmpty: (() => void) | undefined;
  #turnIsOpen = false;
  #unflushed: Member[] = [];
  #waitingTurn: Member[] = [];
  #held: Member[] = [];
  #holdTimer: NodeJS.Timeout | undefined;

  constructor({ limits, log }: HubConfig) {
    this.limits = limits;
    this.log = log;
    this.price = {
      message: 1_000 / limits.messagesPerSecond,
      byte: 1_000 / limits.bytesPerSecond,
      addressMessage: 1_000 / limits.addressMessagesPerSecond,
      addressByte: 1_000 / limits.addressBytesPerSecond,
    };
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** Called before anything is read or written; the first call of a turn of the event loop begins it. */
  enterTurn(): void {
    if (this.#turnIsOpen) return;
    this.#turnIsOpen = true;
    this.turn += 1;
    this.now = performance.now();
    setImmediate(endTurn, this);
  }

  flushLater(member: Member): void {
    this.enterTurn();
    this.#unflushed.push(member);
  }

  /** Has read its share of this turn: everybody else is next. */
  waitTurn(member: Member): void {
    this.#waitingTurn.push(member);
  }

  /** Is above its rate. */
  hold(member: Member): void {
    this.counts.held += 1;
    this.#held.push(member);
    this.#holdTimer ??= setTimeout(releaseHeld, this.limits.holdMs, this);
  }

  /** Both lists are swapped before they are walked: who is called here may join the next one. */
  endTurn(): void {
    this.#turnIsOpen = false;
    const waiting = this.#waitingTurn;
    if (waiting.length > 0) {
      this.#waitingTurn = [];
      for (const member of waiting) member.readOn();
    }
    const unflushed = this.#unflushed;
    this.#unflushed = [];
    for (const member of unflushed) member.flush();
    // Whoever was given something meanwhile has it in the same slabs.
    if (this.#unflushed.length === 0) this.slab.reuse();
  }

  releaseHeld(): void {
    this.#holdTimer = undefined;
    const held = this.#held;
    this.#held = [];
    for (const member of held) member.readOn();
  }

  beat(): void {
    this.beats += 1;
    for (const member of this.members) member.beat();
  }

  leave(member: Member): void {
    this.members.delete(member);
    if (this.members.size === 0) this.#onEmpty?.();
  }

  /** Resolves when the last member has left; whoever has not within `ms` is cut. */
  async empty(ms: number): Promise<void> {
    if (this.members.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    const timer = setTimeout(() => {
      for (const member of this.members) member.cut();
    }, ms);
    await promise;
    clearTimeout(timer);
  }
}

function endTurn(hub: Hub): void {
  hub.endTurn();
}

function releaseHeld(hub: Hub): void {
  hub.releaseHeld();
}

function newCounts(): WebSocketCounts {
  return {
    opened: 0,
    received: 0,
    receivedBytes: 0,
    sent: 0,
    sentBytes: 0,
    broken: 0,
    slow: 0,
    floods: 0,
    silent: 0,
    held: 0,
    bugs: 0,
  };
}
