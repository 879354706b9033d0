import type { ClientEffect, ClientEvent, ClientTimer } from "../../protocol/sip/client-event.ts";
import { type ClientTransaction, openClient, stepClient } from "../../protocol/sip/client-transaction.ts";
import type { SipHeader, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { clientKey } from "../../protocol/sip/transaction-key.ts";
import type { Flow } from "./flow.ts";
import type { Timed, Timer, TimerWheel } from "./timer-wheel.ts";

/** Who sent the request. */
export interface ClientUser {
  onResponse(response: SipResponse): void;
  onFail(why: "timeout" | "transport-error"): void;
  /** The transaction has ended; nothing comes after this. */
  onClosed(): void;
}

/** What a run asks of the table it stands in. */
interface Table {
  step(run: ClientRun, event: ClientEvent): void;
}

/** One transaction. A class, because ten thousand of them wait out their time after a busy half minute. */
export class ClientRun implements Timed {
  readonly flow: Flow;
  readonly key: string;
  readonly user: ClientUser;
  state: ClientTransaction;
  timer: Timer | undefined;
  readonly #table: Table;

  constructor(table: Table, flow: Flow, { request, user, state }: Opening) {
    this.#table = table;
    this.flow = flow;
    this.key = clientKey(request);
    this.user = user;
    this.state = state;
  }

  cancel(headers: readonly SipHeader[]): void {
    this.#table.step(this, { type: "cancel", headers });
  }

  onTimer(name: string): void {
    this.#table.step(this, { type: "timer", timer: name as ClientTimer });
  }
}

interface Opening {
  readonly request: SipRequest;
  readonly user: ClientUser;
  readonly state: ClientTransaction;
}

/** Who sends a request, and does not care what becomes of it. */
export const NOBODY: ClientUser = {
  onResponse: () => undefined,
  onFail: () => undefined,
  onClosed: () => undefined,
};

/** Client transactions (RFC 3261 §17.1) on flows and timers. All our transports are reliable. */
export class ClientTransactions implements Table {
  readonly #wheel: TimerWheel;
  readonly #runs = new Map<string, ClientRun>();
  readonly #byFlow = new Map<Flow, Set<ClientRun>>();

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Sends `request`, which bears its own Via, by `flow`. */
  open(flow: Flow, request: SipRequest, user: ClientUser): ClientRun {
    const [state, effects] = openClient(request, { reliable: true });
    const run = new ClientRun(this, flow, { request, user, state });
    this.#runs.set(run.key, run);
    const siblings = this.#byFlow.get(flow);
    if (siblings === undefined) this.#byFlow.set(flow, new Set([run]));
    else siblings.add(run);
    this.#carryOut(run, effects);
    return run;
  }

  /** Gives a response to the transaction it belongs to; one that belongs to none is dropped (RFC 6026 §8.9). */
  receive(flow: Flow, response: SipResponse): void {
    const run = this.#runs.get(clientKey(response));
    // Nobody answers for another: a response counts on the flow that its request took.
    if (run !== undefined && run.flow === flow) this.step(run, { type: "response", response });
  }

  /** The flow is gone: whatever waits for an answer by it has failed. */
  forget(flow: Flow): void {
    for (const run of [...(this.#byFlow.get(flow) ?? [])]) this.step(run, { type: "transport-error" });
  }

  /** The same for a flow that may still be there, and hears that nothing waits for it. */
  giveUp(flow: Flow): void {
    for (const run of [...(this.#byFlow.get(flow) ?? [])]) {
      run.cancel([]);
      this.step(run, { type: "transport-error" });
    }
  }

  /** Sends a request that nobody has said a word to by another flow, as if it had never been sent. */
  move(run: ClientRun, flow: Flow): ClientRun | undefined {
    const { state, user } = run;
    if (state.name !== "calling") return undefined;
    this.#drop(run);
    return this.open(flow, state.request, user);
  }

  step(run: ClientRun, event: ClientEvent): void {
    if (run.state.name === "terminated") return;
    const [state, effects] = stepClient(run.state, event);
    run.state = state;
    this.#carryOut(run, effects);
  }

  #carryOut(run: ClientRun, effects: readonly ClientEffect[]): void {
    let sent = true;
    for (const effect of effects) if (!this.#carryOutOne(run, effect)) sent = false;
    if (run.state.name === "terminated") this.#close(run);
    else if (!sent) this.step(run, { type: "transport-error" });
  }

  /** False when a message could not be sent. */
  #carryOutOne(run: ClientRun, effect: ClientEffect): boolean {
    switch (effect.do) {
      case "send":
        return run.flow.deliver(effect.request);
      case "deliver":
        run.user.onResponse(effect.response);
        return true;
      case "cancel":
        this.open(run.flow, effect.request, NOBODY);
        return true;
      case "fail":
        run.user.onFail(effect.why);
        return true;
      case "start-timer":
        // On reliable transports no state has two timers at once.
        if (run.timer !== undefined) this.#wheel.stop(run.timer);
        run.timer = this.#wheel.start(effect.ms, run, effect.timer);
        return true;
      case "stop-timer":
        if (run.timer?.name === effect.timer) this.#wheel.stop(run.timer);
        return true;
    }
  }

  #close(run: ClientRun): void {
    this.#drop(run);
    run.user.onClosed();
  }

  #drop(run: ClientRun): void {
    if (run.timer !== undefined) this.#wheel.stop(run.timer);
    if (this.#runs.get(run.key) === run) this.#runs.delete(run.key);
    const siblings = this.#byFlow.get(run.flow);
    if (siblings?.delete(run) && siblings.size === 0) this.#byFlow.delete(run.flow);
  }
}
