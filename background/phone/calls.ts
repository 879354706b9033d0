import { isOver, newCall } from "../../protocol/call/call.ts";
import type { CallEvent } from "../../protocol/call/call-event.ts";
import type { CallId } from "../../protocol/ids.ts";
import { type AccountText, AddressError, parseAddress } from "../../protocol/number/address.ts";
import { contentType, from, header, supports } from "../../protocol/sip/fields.ts";
import type { ByteText, SipRequest } from "../../protocol/sip/message.ts";
import { sipTimers } from "../../protocol/sip/timers.ts";
import {
  type Context,
  ContextError,
  contextMediaType,
  formatContext,
  parseContext,
} from "../../protocol/words/context.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { ChainError } from "../chain/chain.ts";
import type { Directory } from "../chain/directory.ts";
import { accountOf, type DeviceKeys } from "../identity/device-keys.ts";
import type { Verifier } from "../identity/verify-identity.ts";
import { sdpMediaType } from "../sip/bodies.ts";
import type { Line } from "../sip/line.ts";
import type { LineState } from "../sip/line-state.ts";
import type { Incoming, UserAgent } from "../sip/user-agent.ts";
import { toWhole } from "../sip/wire-events.ts";
import { CallRun, type CallRunOptions } from "./call-run.ts";
import { type Destination, type Dialled, find, toPeer } from "./dial.ts";
import { screen } from "./incoming.ts";
import type { CallRecord, PhonePorts } from "./ports.ts";

export interface CallsOptions {
  readonly domain: string;
  readonly device: DeviceKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly verifier: Verifier;
  readonly ports: PhonePorts;
  readonly agent: UserAgent;
  readonly directory: Directory | undefined;
  readonly signal: AbortSignal;
  line(): Line;
  changed(record: CallRecord): void;
}

/** What was dialled; nothing, for a call that came in. */
interface Placed {
  readonly dialled: Dialled | undefined;
}

/** Calls of strangers that are being looked at, beside those that the user knows of. */
const mostAlive = 16;
/** Calls that are over and kept for what may still come of them. */
const mostEnded = 64;

/** All calls of this phone, one queue each. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #runs = new Map<CallId, CallRun>();
  /** Calls that were dialled while the line was on its way back. */
  readonly #waiting = new Set<(isUp: boolean) => void>();
  readonly #forgetting = new Map<CallId, () => void>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get all(): readonly CallRun[] {
    return [...this.#runs.values()];
  }

  get(id: CallId): CallRun | undefined {
    return this.#runs.get(id);
  }

  /** All calls hear of the line. */
  lineChanged({ name }: LineState): void {
    this.tellAll({ type: name === "up" ? "line-restored" : "line-lost" });
    if (name === "connecting" || name === "down") return;
    for (const resolve of this.#waiting) resolve(name === "up");
    this.#waiting.clear();
  }

  tellAll(event: CallEvent): void {
    for (const run of this.all) run.tell(event);
  }

  /** Places a call. */
  dial(dialled: Dialled, context: Context | undefined): CallRun {
    const { random } = this.#options;
    const { peer, expects } = dialled;
    const id = random.token() as CallId;
    const call = newCall({
      ...this.#common(id),
      direction: "outgoing",
      peer,
      expects,
      ...toWhole({ context }),
    });
    const run = this.#add({ call, address: peer, isGuest: false, dialled, trickle: expects === "account" });
    run.tell({ type: "dial" });
    return run;
  }

  invited(invite: SipRequest, incoming: Incoming): void {
    if (this.all.filter(({ call }) => !isOver(call.state)).length >= mostAlive) {
      incoming.refuse(486);
      return;
    }
    const peer = peerOf(invite);
    const context = contextOf(invite);
    if (peer === undefined || context === "malformed") {
      incoming.refuse(400);
      return;
    }
    const id = (header(invite, "call-id") ?? "") as CallId;
    // Who says who they are is held to it; who does not is a guest.
    const expects = header(invite, "identity") === undefined ? "anyone" : "account";
    const call = newCall({
      ...this.#common(id),
      direction: "incoming",
      peer,
      expects,
      ...toWhole({ context }),
    });
    const run = this.#add({
      call,
      address: peer,
      isGuest: expects === "anyone" && from(invite).displayName === "guest",
      dialled: undefined,
      trickle: expects === "account" || supports(invite, "trickle-ice"),
    });
    const wire = incoming.answer(run.ear, () => run.keys);
    run.attach(wire);
    const tag = wire.caller;
    run.tell({ type: "invited", tag, ...toWhole({ offer: offerOf(invite) }) });
  }

  cancelled(id: CallId, reasons: readonly ByteText[]): void {
    this.#runs.get(id)?.tell({ type: "cancelled", reasons });
  }

  close(): void {
    for (const run of this.all) run.stop();
    for (const takeBack of this.#forgetting.values()) takeBack();
  }

  #common(id: CallId) {
    const { device, line } = this.#options;
    return { id, me: accountOf(device), line: line().state.name === "up" ? "up" : "down" } as const;
  }

  #add(parts: Pick<CallRunOptions, "call" | "address" | "isGuest" | "trickle"> & Placed): CallRun {
    const { clock, log, verifier, ports } = this.#options;
    const { dialled, ...facts } = parts;
    const run = new CallRun({
      ...facts,
      clock,
      log,
      verifier,
      ports,
      resolve: it => this.#resolve(it, dialled),
      admit: it => screen({ run: it, all: this.all, clock, ports }),
      proven: (it, account) => this.#describe(it, account),
      changed: record => this.#changed(record),
      pathLost: () => this.#options.line().nudge(),
    });
    this.#runs.set(parts.call.id, run);
    return run;
  }

  /** Waits while the line comes back, which the call's own patience bounds; false where it will not. */
  #lineUp(): Promise<boolean> {
    const { name } = this.#options.line().state;
    if (name === "up") return Promise.resolve(true);
    if (name === "off" || name === "refused") return Promise.resolve(false);
    return new Promise(resolve => this.#waiting.add(resolve));
  }

  /** Where it goes is looked up while the line comes back; then a certificate is set aside. */
  async #resolve(run: CallRun, dialled: Dialled | undefined): Promise<CallEvent> {
    if (dialled === undefined) throw new Error("Only a call that was dialled is resolved.");
    const [isUp, found] = await Promise.all([this.#lineUp(), this.#find(run, dialled)]);
    if (!isUp) return { type: "resolve-failed", reason: "network-lost" };
    if (found === undefined) return { type: "resolve-failed", reason: "not-found" };
    try {
      await run.openMedia();
    } catch (error) {
      this.#options.log.failed("call.media.unopened", error);
      return { type: "resolve-failed", reason: "media-failed" };
    }
    if (!isOver(run.call.state)) this.#connect(run, found);
    return { type: "resolved", peer: found.peer };
  }

  async #find(run: CallRun, dialled: Dialled): Promise<Destination | undefined> {
    const { directory, domain, signal } = this.#options;
    try {
      const found = await find(dialled, { directory, ownDomain: domain, signal });
      run.found(found.found);
      return found;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      run.doubt(error.message);
      return undefined;
    }
  }

  /** The name and number that whoever calls goes by: known as a rule, since their standing was just asked. */
  #describe(run: CallRun, account: AccountText): void {
    if (run.record.found?.account !== account) this.#ask(run, account);
  }

  /** There is another block: what is shown of somebody may be true no longer. */
  lookAgain(): void {
    for (const run of this.all) {
      const { found, call } = run.record;
      if (found !== undefined && !isOver(call.state)) this.#ask(run, found.account);
    }
  }

  #ask(run: CallRun, account: AccountText): void {
    const { directory, log, signal } = this.#options;
    directory?.resolve({ target: { kind: "account", account } }, signal).then(
      found => run.found(found),
      (error: unknown) => log.failed("call.peer.undescribed", error),
    );
  }

  #connect(run: CallRun, { uri }: Destination): void {
    const { agent, device, domain } = this.#options;
    const { id, context } = run.call;
    const wire = agent.call({
      callId: id,
      from: `sip:${accountOf(device).toLowerCase()}@${domain}`,
      to: uri,
      context: context && { mediaType: contextMediaType, body: formatContext(context) },
      ear: run.ear,
      keys: () => run.keys,
    });
    run.attach(wire);
  }

  #changed(record: CallRecord): void {
    this.#options.changed(record);
    const { call, id } = record;
    const run = this.#runs.get(id);
    if (isOver(call.state)) run?.close();
    if (call.state.kind === "ended" && run !== undefined) this.#forgetLater(id);
  }

  /** A 200 that crossed the end, or a BYE, may still come (RFC 3261 §13.3.1.4). */
  #forgetLater(id: CallId): void {
    if (this.#forgetting.has(id)) return;
    const forget = () => this.#forgetNow(id);
    this.#forgetting.set(id, this.#options.clock.after(sipTimers.giveUp, forget));
    const [oldest] = this.#forgetting.keys();
    if (this.#forgetting.size > mostEnded && oldest !== undefined) this.#forgetNow(oldest);
  }

  #forgetNow(id: CallId): void {
    this.#forgetting.get(id)?.();
    this.#forgetting.delete(id);
    this.#runs.delete(id);
    this.#options.agent.forget(id);
  }
}

/** Only guests offer in an INVITE: ours are offered in the 200. */
function offerOf(invite: SipRequest): ByteText | undefined {
  return contentType(invite)?.type === sdpMediaType && invite.body !== "" ? invite.body : undefined;
}

function peerOf(invite: SipRequest): string | undefined {
  try {
    return toPeer(parseAddress(from(invite).uri));
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function contextOf(invite: SipRequest): Context | "malformed" | undefined {
  if (contentType(invite)?.type !== contextMediaType || invite.body === "") return undefined;
  try {
    return parseContext(invite.body);
  } catch (error) {
    if (error instanceof ContextError) return "malformed";
    throw error;
  }
}
