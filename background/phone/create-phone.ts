import { isOver, isTalking } from "../../protocol/call/call.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { NumberNews } from "../../protocol/sip/reg-info.ts";
import type { Context } from "../../protocol/words/context.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Directory } from "../chain/directory.ts";
import { accountOf, type DeviceKeys } from "../identity/device-keys.ts";
import { createVerifier } from "../identity/verify-identity.ts";
import type { WalletCheck } from "../identity/wallet-check.ts";
import { Line } from "../sip/line.ts";
import type { LineState } from "../sip/line-state.ts";
import { UserAgent } from "../sip/user-agent.ts";
import { Calls } from "./calls.ts";
import { type Dialled, readDialled } from "./dial.ts";
import type { PhoneKit } from "./kit.ts";
import type { CallRecord, PhonePorts } from "./ports.ts";

export interface PhoneOptions {
  readonly domain: string;
  /** Of the domain's nodes. */
  readonly urls: readonly string[];
  readonly device: DeviceKeys;
  /** UUID of this installed client. */
  readonly instance: string;
  /** The chain that delegations are signed for. */
  readonly chainId: number;
  readonly wallets: WalletCheck;
  /** The chain; without it only accounts and `user@domain` can be called. */
  readonly directory?: Directory;
  readonly ports: PhonePorts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The phone of one account on one line. Everything stops with the signal. */
export function createPhone(options: PhoneOptions): PhoneKit {
  const { domain, device, clock, random, log, signal, ports } = options;
  const callListeners = new Set<(record: CallRecord) => void>();
  const lineListeners = new Set<(state: LineState) => void>();
  const numberListeners = new Set<(news: readonly NumberNews[]) => void>();
  const { wallets, chainId, directory } = options;
  const account = accountOf(device);
  const verifier = createVerifier({ clock, wallets, chainId, account, directory, signal });
  const agent = new UserAgent({
    device,
    clock,
    random,
    line: () => line,
    user: {
      invited: (invite, incoming) => calls.invited(invite, incoming),
      cancelled: (id, reasons) => calls.cancelled(id, reasons),
      numbersChanged: news => emit(numberListeners, news),
    },
  });
  const calls = new Calls({
    ...{ domain, device, clock, random, log, verifier, ports, agent, directory, signal },
    line: () => line,
    changed: record => emit(callListeners, record),
  });
  const line: Line = new Line({
    ...{ domain, device, clock, random, log, signal },
    urls: options.urls,
    instance: options.instance,
    user: agent,
    broken: () => calls.tellAll({ type: "network-changed" }),
    isMissed: () => calls.all.some(({ call: { state } }) => isTalking(state) && state.talk.media === "lost"),
    changed: state => {
      calls.lineChanged(state);
      if (state.name === "up") agent.lineRestored();
      emit(lineListeners, state);
    },
  });
  const close = () => {
    calls.close();
    line.transactions.lose();
    agent.close();
  };
  signal.addEventListener("abort", close, { once: true });
  return {
    line: {
      get: () => line.state,
      start: () => line.start(),
      stop: () => line.stop(),
      watch: watcher(lineListeners),
    },
    numbers: { watch: watcher(numberListeners) },
    calls: { list: () => calls.all.map(({ record }) => record), watch: watcher(callListeners) },
    dial: (text, context) => dial(calls, readDialled(text, directory !== undefined), context),
    accept: id => accept(calls, id),
    tell(id, act) {
      if (act === "resume") holdOthers(calls, id);
      calls.get(id)?.tell({ type: act });
    },
    lookAgain: () => calls.lookAgain(),
    nudge: () => line.nudge(),
  };
}

/** Who dials somebody who is ringing them accepts. */
function dial(calls: Calls, dialled: Dialled, context: Context | undefined): CallId {
  const ringing = calls.all.find(({ call }) => {
    const isRinging = call.state.kind === "ringing-in" || call.state.kind === "early-in";
    return isRinging && call.proof === "proven" && call.peer === dialled.peer;
  });
  if (ringing === undefined) return calls.dial(dialled, context).call.id;
  accept(calls, ringing.call.id);
  return ringing.call.id;
}

function accept(calls: Calls, id: CallId): void {
  const run = calls.get(id);
  if (run === undefined || isOver(run.call.state)) return;
  holdOthers(calls, id);
  run.tell({ type: "accept" });
}

/** One microphone: whoever was talked to before is put on hold. */
function holdOthers(calls: Calls, id: CallId): void {
  for (const run of calls.all) {
    if (run.call.id !== id && isTalking(run.call.state)) run.tell({ type: "hold" });
  }
}

function watcher<Told>(listeners: Set<(told: Told) => void>) {
  return (listener: (told: Told) => void, signal: AbortSignal): void => {
    if (signal.aborted) return;
    listeners.add(listener);
    signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
  };
}

function emit<Told>(listeners: ReadonlySet<(told: Told) => void>, told: Told): void {
  for (const listener of [...listeners]) listener(told);
}
