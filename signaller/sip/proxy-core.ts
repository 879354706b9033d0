import { type EndReason, toReason } from "../../protocol/call/end-reason.ts";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { from, toTag } from "../../protocol/sip/fields.ts";
import type { SipHeader, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { openProxy, stepProxy } from "../../protocol/sip/proxy.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import type {
  ProxyContext,
  ProxyEffect,
  ProxyEvent,
  ProxyTarget,
  ProxyTimer,
} from "../../protocol/sip/proxy-context.ts";
import { toSipUri, toUserKey } from "./address-keys.ts";
import { type ClientRun, type ClientTransactions, type ClientUser, NOBODY } from "./client-transactions.ts";
import type { Flow } from "./flow.ts";
import { readLateAnswer } from "./late-answer.ts";
import { createRandomTokens } from "./random-tokens.ts";
import type { ServerRun, ServerUser } from "./server-transactions.ts";
import type { Timed, Timer, TimerWheel } from "./timer-wheel.ts";
import { toWarning } from "./warning.ts";
import type { Called } from "./way.ts";

/** A request that was screened, and where it goes. */
export interface Forwarding {
  readonly request: SipRequest;
  /** `Screened.loop`. */
  readonly loop: string;
  readonly groups: readonly (readonly ProxyTarget[])[];
  /** Whose devices these are, where that may change while they ring. */
  readonly called?: Called;
}

/** Why devices that ring are to stop, and what the caller hears. */
export interface Withdrawal {
  readonly status: number;
  readonly sentence: string;
  /** For the devices. */
  readonly reason: EndReason;
}

export interface ProxyCoreConfig {
  readonly proxy: ProxyConfig;
  readonly wheel: TimerWheel;
  readonly clients: ClientTransactions;
  /** The flow that a target's `hop` names; `undefined` once it is gone. */
  flowOf(hop: string | number): Flow | undefined;
}

/** 120 bits: nobody guesses a branch, and no two of them are alike. */
const RANDOM_BYTES = 15;

/** The stateful proxy (RFC 3261 §16) on transactions and timers. */
export class ProxyCore {
  readonly #config: ProxyCoreConfig;
  readonly #nextRandom = createRandomTokens(RANDOM_BYTES);
  /** INVITEs whose forwarding has not ended. */
  readonly #invites = new Set<Forwarded>();
  #size = 0;

  constructor(config: ProxyCoreConfig) {
    this.#config = config;
  }

  /** Requests whose forwarding has not ended. */
  get size(): number {
    return this.#size;
  }

  /** Forwards a request; its answers go to `server`. */
  forward(server: ServerRun, { request, loop, groups, called }: Forwarding): void {
    const random = this.#nextRandom();
    const [state, effects] = openProxy({ request, loop, groups, config: this.#config.proxy, random });
    const forwarded = new Forwarded(this.#config, server, { state, called, random });
    server.user = forwarded;
    this.#size++;
    const isInvite = request.method === "INVITE";
    if (isInvite) this.#invites.add(forwarded);
    forwarded.begin(effects, () => {
      this.#size--;
      if (isInvite) this.#invites.delete(forwarded);
    });
  }

  /**
   * A device has come back by another connection: a call that the old one has swallowed rings by the new one. Within a
   * dialog both ends have something to say now, and whoever waits is better told so.
   */
  move(old: Flow, fresh: Flow): void {
    for (const invite of this.#invites) invite.move(old, fresh);
  }

  /** Calls to a number that ring at devices which are no longer its owner's. What is answered goes on. */
  withdrawNumber(number: string, owner: string | undefined, withdrawal: Withdrawal): void {
    for (const invite of this.#invites) {
      const { called } = invite;
      if (called?.number === number && called.user !== owner) invite.withdraw(withdrawal);
    }
  }

  /** Calls to a user that ring at one of its connections. Other devices of the user go on ringing. */
  withdrawFrom(flow: Flow, user: string, withdrawal: Withdrawal): void {
    for (const invite of this.#invites) {
      if (invite.called?.user === user) invite.withdraw(withdrawal, flow);
    }
  }

  /** Calls that a connection has begun as a user, and that nobody has answered. */
  withdrawBy(flow: Flow, user: string, withdrawal: Withdrawal): void {
    for (const invite of this.#invites) {
      if (invite.isBy(flow, user)) invite.withdraw(withdrawal);
    }
  }
}

/** One request on its way: the machine of `protocol/sip/proxy.ts` between its transactions. */
class Forwarded implements ServerUser, Timed {
  readonly #config: ProxyCoreConfig;
  readonly #server: ServerRun;
  #state: ProxyContext;
  readonly #branches: Branch[] = [];
  /** What the machine shall hear when it has carried out what it is at. */
  readonly #queue: ProxyEvent[] = [];
  #stepping = false;
  #onEnd: (() => void) | undefined;
  readonly called: Called | undefined;
  readonly #tag: string;
  /** For all of it: no other device is tried any more. */
  #withdrawn: Withdrawal | undefined;

  constructor(
    config: ProxyCoreConfig,
    server: ServerRun,
    { state, called, random }: { state: ProxyContext; called: Called | undefined; random: string },
  ) {
    this.#config = config;
    this.#server = server;
    this.#state = state;
    this.called = called;
    this.#tag = random;
  }

  isBy(flow: Flow, user: string): boolean {
    return (
      this.#server.flow === flow &&
      this.#state.name === "searching" &&
      isFrom(this.#state.search.request, user)
    );
  }

  /** @param only the flow of the devices that are meant; all of them, unless given */
  withdraw(withdrawal: Withdrawal, only?: Flow): void {
    if (this.#state.name !== "searching") return;
    if (only === undefined) this.#withdrawn = withdrawal;
    for (const branch of [...this.#branches]) {
      if (branch !== undefined && (only === undefined || branch.run?.flow === only)) {
        branch.withdraw(withdrawal, this.#tag);
      }
    }
  }

  /** A device answers that was told to stop: it is told again, in the words of a call that is on. */
  endLate(flow: Flow, late: Late, ok: SipResponse): void {
    const { proxy, clients } = this.#config;
    const name = `${this.#tag}.${late.branch}.${late.answers}`;
    const reason = toReason(late.reason);
    const answer = readLateAnswer(late.invite, ok, {
      config: proxy,
      headers: reason === undefined ? [] : [toHeader("Reason", reason)],
      branches: [`${name}.ack`, `${name}.bye`],
    });
    if (answer === undefined) return;
    late.answers++;
    flow.deliver(answer.ack);
    const tag = toTag(ok) ?? "";
    if (late.tags.has(tag) || late.tags.size >= MOST_LATE_TAGS) return;
    late.tags.add(tag);
    clients.open(flow, answer.bye, NOBODY);
  }

  move(old: Flow, fresh: Flow): void {
    if (this.#state.name !== "searching" || toTag(this.#state.search.request) !== undefined) return;
    for (const branch of [...this.#branches]) {
      if (branch?.run?.flow !== old) continue;
      branch.run = this.#config.clients.move(branch.run, fresh) ?? branch.run;
    }
  }

  begin(effects: readonly ProxyEffect[], onEnd: () => void): void {
    this.#onEnd = onEnd;
    this.#settle(effects);
  }

  tell(event: ProxyEvent): void {
    this.#queue.push(event);
    if (!this.#stepping) this.#settle(NOTHING);
  }

  onCancel(headers: readonly SipHeader[]): void {
    this.tell({ type: "cancel", headers });
  }

  /** Nobody is left to hear the answer: whoever rings is told to stop. */
  onLost(): void {
    this.tell({ type: "cancel", headers: [] });
  }

  onTimer(name: string): void {
    this.tell({ type: "timer", timer: name as ProxyTimer });
  }

  /** Carries out effects, and what comes of them, in order: the machine never hears of an event inside another. */
  #settle(effects: readonly ProxyEffect[]): void {
    this.#stepping = true;
    for (const effect of effects) this.#carryOut(effect);
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      const [state, more] = stepProxy(this.#state, event);
      this.#state = state;
      for (const effect of more) this.#carryOut(effect);
    }
    this.#stepping = false;
    if (this.#state.name !== "ended") return;
    this.#onEnd?.();
    this.#onEnd = undefined;
  }

  #carryOut(effect: ProxyEffect): void {
    switch (effect.do) {
      case "forward":
        this.#open(effect);
        break;
      case "respond":
        this.#server.respond(effect.response);
        break;
      case "abandon":
        this.#server.abandon();
        break;
      case "cancel":
        this.#branches[effect.branch]?.run?.cancel(effect.headers);
        break;
      case "start-timer": {
        const branch = this.#branchOf(effect.timer);
        if (branch?.timer !== undefined) this.#config.wheel.stop(branch.timer);
        if (branch !== undefined) branch.timer = this.#config.wheel.start(effect.ms, this, effect.timer);
        break;
      }
      case "stop-timer": {
        const timer = this.#branchOf(effect.timer)?.timer;
        if (timer !== undefined) this.#config.wheel.stop(timer);
        break;
      }
    }
  }

  #open({ branch: id, target, request }: ProxyEffect & { do: "forward" }): void {
    const branch = new Branch(this, id, request);
    this.#branches[id] = branch;
    if (this.#withdrawn !== undefined) {
      branch.withdraw(this.#withdrawn, this.#tag);
      branch.onClosed();
      return;
    }
    const flow = this.#config.flowOf(target.hop);
    if (flow !== undefined) branch.run = this.#config.clients.open(flow, request, branch);
    else branch.onGone();
  }

  #branchOf(timer: ProxyTimer): Branch | undefined {
    return this.#branches[Number(timer.slice(1))];
  }
}

/** A branch whose answer was given in its device's place. */
interface Late {
  readonly invite: SipRequest;
  readonly branch: number;
  readonly reason: EndReason;
  /** Dialogs that were ended; a 2xx that comes again is only acknowledged again. */
  readonly tags: Set<string>;
  answers: number;
}

/** Devices behind one branch that may answer too late: another domain has forked it. */
const MOST_LATE_TAGS = 8;

class Branch implements ClientUser {
  run: ClientRun | undefined;
  timer: Timer | undefined;
  readonly #forwarded: Forwarded;
  readonly #id: number;
  /** As forwarded; kept while it may have to be answered in its device's place. */
  #request: SipRequest | undefined;
  #late: Late | undefined;

  constructor(forwarded: Forwarded, id: number, request: SipRequest) {
    this.#forwarded = forwarded;
    this.#id = id;
    this.#request = request;
  }

  onResponse(response: SipResponse): void {
    if (this.#late !== undefined) {
      const isAccepted = response.status >= 200 && response.status < 300;
      if (isAccepted && this.run !== undefined) {
        this.#forwarded.endLate(this.run.flow, this.#late, response);
      }
      return;
    }
    if (response.status >= 200) this.#request = undefined;
    this.#forwarded.tell({ type: "response", branch: this.#id, response });
  }

  onFail(why: "timeout" | "transport-error"): void {
    const request = this.#request;
    // 430: the device's own connection is at fault and not this node (RFC 5626 §11.5). The caller sees 480.
    if (why === "transport-error" && request !== undefined) this.onResponse(createResponse(request, 430));
    else this.#forwarded.tell({ type: "fail", branch: this.#id, why });
  }

  /** It rings no more, and this is its answer, whatever the device says now. */
  withdraw({ status, sentence, reason }: Withdrawal, toTag: string): void {
    const request = this.#request;
    if (request === undefined) return;
    const why = toReason(reason);
    this.run?.cancel(why === undefined ? [] : [toHeader("Reason", why)]);
    this.onResponse(createResponse(request, status, { toTag, headers: [toWarning(sentence)] }));
    this.#late = { invite: request, branch: this.#id, reason, tags: new Set(), answers: 0 };
  }

  onClosed(): void {
    this.run = undefined;
    this.#request = undefined;
    this.#late = undefined;
    this.#forwarded.tell({ type: "closed", branch: this.#id });
  }

  onGone(): void {
    this.onFail("transport-error");
    this.onClosed();
  }
}

/** Of a proven sender, its account: a connection may have several. */
function isFrom(request: SipRequest, user: string): boolean {
  const uri = toSipUri(from(request).uri);
  return uri !== undefined && toUserKey(uri.user) === user;
}

const NOTHING: readonly ProxyEffect[] = [];
