import type { SipHeader, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { ServerEffect, ServerEvent, ServerTimer } from "../../protocol/sip/server-event.ts";
import { openServer, type ServerTransaction, stepServer } from "../../protocol/sip/server-transaction.ts";
import { sipTimers } from "../../protocol/sip/timers.ts";
import { serverKey } from "../../protocol/sip/transaction-key.ts";
import { toFlatString } from "./flat-string.ts";
import type { Flow } from "./flow.ts";
import type { Timed, Timer, TimerWheel } from "./timer-wheel.ts";

/** Who answers the request. */
export interface ServerUser {
  /** A CANCEL has come for it, and was answered (RFC 3261 §9.2); `headers` are its Reason. */
  onCancel(headers: readonly SipHeader[]): void;
  /** The flow is gone before the final response. */
  onLost(): void;
}

/** What a run asks of the table it stands in. */
interface Table {
  step(run: ServerRun, event: ServerEvent): void;
  drop(run: ServerRun): void;
}

/** One transaction; see `ClientRun` for why it is a class. */
export class ServerRun implements Timed {
  readonly flow: Flow;
  readonly key: string;
  /** What its request weighs while it waits for the answer. */
  readonly bytes: number;
  user: ServerUser | undefined;
  /** The final response was given, or will never be. */
  answered = false;
  state: ServerTransaction;
  timer: Timer | undefined;
  readonly #table: Table;

  constructor(table: Table, flow: Flow, { key, bytes, state }: Opening) {
    this.#table = table;
    this.flow = flow;
    this.key = key;
    this.bytes = bytes;
    this.state = state;
  }

  respond(response: SipResponse): void {
    this.#table.step(this, { type: "respond", response });
  }

  /** Nothing will be said (RFC 4320 §4.2). */
  abandon(): void {
    this.#table.step(this, { type: "abandon" });
  }

  onTimer(name: string): void {
    if (name === ABSORB) this.#table.drop(this);
    else this.#table.step(this, { type: "timer", timer: name as ServerTimer });
  }
}

/**
 * How long a request is known after its transaction has ended. Reliable transports need no such time (RFC 3261
 * §17.2.1: timers I and J are zero); but a copy that a broken middlebox delivers late would ring the phone again.
 */
const ABSORB = "absorb";
const ABSORB_MS = sipTimers.t4;

interface Opening {
  readonly key: string;
  readonly bytes: number;
  readonly state: ServerTransaction;
}

/** What the transactions of one flow use. */
interface Account {
  readonly runs: Map<string, ServerRun>;
  /** Of requests that wait for their answer. */
  waiting: number;
  waitingBytes: number;
  /** Of all flows of its address together. */
  readonly ofAddress: AddressAccount | undefined;
}

interface AddressAccount {
  readonly address: string;
  flows: number;
  runs: number;
  waitingBytes: number;
}

export interface ServerLimits {
  /** Transactions of one flow, those included that only wait out their time. */
  readonly perFlow: number;
  readonly waitingPerFlow: number;
  readonly waitingBytesPerFlow: number;
  /** Of all connections of one address: no household may use up what is there for all. */
  readonly perAddress: number;
  readonly waitingBytesPerAddress: number;
  readonly inAll: number;
  readonly waitingBytesInAll: number;
}

/**
 * Server transactions (RFC 3261 §17.2) on flows and timers. They are kept per flow: a branch is the client's choice,
 * and two clients may choose the same.
 */
export class ServerTransactions implements Table {
  readonly #wheel: TimerWheel;
  readonly #flows = new Map<Flow, Account>();
  readonly #addresses = new Map<string, AddressAccount>();
  #size = 0;
  #waitingBytes = 0;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  get size(): number {
    return this.#size;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** True when the request repeats one that runs, or is its ACK: it has been dealt with. */
  receive(flow: Flow, request: SipRequest): boolean {
    const run = this.#flows.get(flow)?.runs.get(serverKey(request));
    if (run === undefined) return false;
    this.step(run, { type: "request", request });
    return true;
  }

  /** May this flow have one more? */
  hasRoom(flow: Flow, limits: ServerLimits): boolean {
    if (this.#size >= limits.inAll || this.#waitingBytes >= limits.waitingBytesInAll) return false;
    const ofAddress = flow.address === undefined ? undefined : this.#addresses.get(flow.address);
    if (ofAddress !== undefined && ofAddress.runs >= limits.perAddress) return false;
    if (ofAddress !== undefined && ofAddress.waitingBytes >= limits.waitingBytesPerAddress) return false;
    const account = this.#flows.get(flow);
    if (account === undefined) return true;
    return (
      account.runs.size < limits.perFlow &&
      account.waiting < limits.waitingPerFlow &&
      account.waitingBytes < limits.waitingBytesPerFlow
    );
  }

  /** Begins one; whoever opens it sets its user before the next event can come. */
  open(flow: Flow, request: SipRequest): ServerRun {
    const [state] = openServer(request, { reliable: true, trying: "user" });
    const run = new ServerRun(this, flow, {
      key: toFlatString(serverKey(request)),
      bytes: weigh(request),
      state,
    });
    const account = this.#accountOf(flow);
    account.runs.set(run.key, run);
    account.waiting++;
    account.waitingBytes += run.bytes;
    this.#waitingBytes += run.bytes;
    this.#size++;
    if (account.ofAddress !== undefined) {
      account.ofAddress.runs++;
      account.ofAddress.waitingBytes += run.bytes;
    }
    return run;
  }

  /** The INVITE that a CANCEL is for (RFC 3261 §9.2). */
  inviteOf(flow: Flow, cancel: SipRequest): ServerRun | undefined {
    return this.#flows.get(flow)?.runs.get(serverKey({ ...cancel, method: "INVITE" }));
  }

  forget(flow: Flow): void {
    const account = this.#flows.get(flow);
    if (account === undefined) return;
    this.#size -= account.runs.size;
    this.#waitingBytes -= account.waitingBytes;
    if (account.ofAddress !== undefined) {
      account.ofAddress.runs -= account.runs.size;
      account.ofAddress.waitingBytes -= account.waitingBytes;
    }
    this.#leave(flow, account);
    for (const run of account.runs.values()) {
      if (run.timer !== undefined) this.#wheel.stop(run.timer);
      if (run.answered) continue;
      run.answered = true;
      run.user?.onLost();
    }
  }

  step(run: ServerRun, event: ServerEvent): void {
    const [state, effects] = stepServer(run.state, event);
    run.state = state;
    for (const effect of effects) this.#carryOut(run, effect);
    if (!run.answered && !isWaiting(state)) this.#settle(run);
    if (state.name === "terminated") this.#end(run);
  }

  drop(run: ServerRun): void {
    const account = this.#flows.get(run.flow);
    if (account?.runs.get(run.key) !== run) return;
    account.runs.delete(run.key);
    this.#size--;
    if (account.ofAddress !== undefined) account.ofAddress.runs--;
    if (account.runs.size === 0) this.#leave(run.flow, account);
  }

  #carryOut(run: ServerRun, effect: ServerEffect): void {
    switch (effect.do) {
      case "send":
        // A flow that takes nothing any more is closing: `forget` will tell its transactions.
        run.flow.deliver(effect.response);
        return;
      case "deliver":
        // An ACK of a 2xx has a branch and a way of its own; one that bears the INVITE's has nobody to go to.
        return;
      case "fail":
        return;
      case "start-timer":
        // On reliable transports no state has two timers at once.
        if (run.timer !== undefined) this.#wheel.stop(run.timer);
        run.timer = this.#flows.has(run.flow) ? this.#wheel.start(effect.ms, run, effect.timer) : undefined;
        return;
      case "stop-timer":
        if (run.timer?.name === effect.timer) this.#wheel.stop(run.timer);
        return;
    }
  }

  #settle(run: ServerRun): void {
    run.answered = true;
    const account = this.#flows.get(run.flow);
    if (account?.runs.get(run.key) !== run) return;
    account.waiting--;
    account.waitingBytes -= run.bytes;
    this.#waitingBytes -= run.bytes;
    if (account.ofAddress !== undefined) account.ofAddress.waitingBytes -= run.bytes;
  }

  #end(run: ServerRun): void {
    if (run.timer?.name === ABSORB) return;
    if (run.timer !== undefined) this.#wheel.stop(run.timer);
    if (this.#flows.get(run.flow)?.runs.get(run.key) !== run) return;
    run.user = undefined;
    run.timer = this.#wheel.start(ABSORB_MS, run, ABSORB);
  }

  #accountOf(flow: Flow): Account {
    const known = this.#flows.get(flow);
    if (known !== undefined) return known;
    const ofAddress = flow.address === undefined ? undefined : this.#accountOfAddress(flow.address);
    if (ofAddress !== undefined) ofAddress.flows++;
    const account: Account = { runs: new Map(), waiting: 0, waitingBytes: 0, ofAddress };
    this.#flows.set(flow, account);
    return account;
  }

  #accountOfAddress(address: string): AddressAccount {
    const known = this.#addresses.get(address);
    if (known !== undefined) return known;
    const account: AddressAccount = { address, flows: 0, runs: 0, waitingBytes: 0 };
    this.#addresses.set(address, account);
    return account;
  }

  #leave(flow: Flow, { ofAddress }: Account): void {
    this.#flows.delete(flow);
    if (ofAddress === undefined) return;
    ofAddress.flows--;
    if (ofAddress.flows === 0) this.#addresses.delete(ofAddress.address);
  }
}

function isWaiting({ name }: ServerTransaction): boolean {
  return name === "untried" || name === "trying" || name === "proceeding";
}

/** A request, its parts as strings of their own, and what stands around it. */
function weigh(request: SipRequest): number {
  let bytes = 1_000 + request.body.length;
  for (const { value } of request.headers) bytes += 100 + value.length;
  return bytes;
}
