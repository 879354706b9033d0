import { fromByteText } from "../../protocol/sip/byte-text.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { header } from "../../protocol/sip/fields.ts";
import type { ByteText, SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { openRegistration, stepRegistration } from "../../protocol/sip/registration.ts";
import type {
  Account,
  Registration,
  RegistrationEffect,
  RegistrationEvent,
  RegistrationTimer,
} from "../../protocol/sip/registration-state.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { createNamedTimers, type NamedTimers } from "../base/named-timers.ts";
import type { Random } from "../base/random.ts";
import { answerChallenge, challengeOf } from "../identity/answer-challenge.ts";
import { accountOf, type DeviceKeys } from "../identity/device-keys.ts";
import { type LineState, sentenceOfLine } from "./line-state.ts";
import { type LostBy, SipSocket } from "./sip-socket.ts";
import { Transactions, type TransactionsUser } from "./transactions.ts";

export interface LineOptions {
  readonly domain: string;
  /** Of the domain's nodes. */
  readonly urls: readonly string[];
  readonly device: DeviceKeys;
  /** A UUID that stays with this device: its `+sip.instance` (RFC 5626 §4.1). */
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Requests that are not the line's own. */
  readonly user: TransactionsUser;
  changed(state: LineState): void;
  /** The connection has died under it: the machine may have another network, and calls may need another path. */
  broken(): void;
  /** Somebody sits in silence until the line is back. */
  isMissed(): boolean;
}

const REGISTRATION_SECONDS = 600;
const SUPPORTED = "gruu, outbound, 100rel, etherlynk.v1";
/** Between two tries while a call waits for them: it gives up after 45 s, and few machines are without a network at once. */
const hurriedMs = 2_000;
const BACKOFF = { baseMs: 500, maxMs: 30_000 } as const;

/**
 * A registration that comes back by itself, and the connection it stands on: the pure machine of
 * `protocol/sip/registration.ts` on real timers.
 */
export class Line {
  readonly transactions: Transactions;
  readonly #options: LineOptions;
  readonly #socket: SipSocket;
  readonly #timers: NamedTimers<RegistrationTimer>;
  #registration: Registration;
  #state: LineState = { name: "off" };
  /** The last one granted: it stays the device's while the line is down. */
  #gruu: ByteText = "";
  /** When the last REGISTER left, by `clock.wall()`. */
  #asked = 0;

  constructor(options: LineOptions) {
    const { clock, random, log, signal, urls, user } = options;
    const host = `${random.token()}.invalid`;
    this.#options = options;
    this.#registration = openRegistration(toAccount(options, host));
    this.#timers = createNamedTimers(clock, timer => this.#step({ type: "timer", timer }));
    this.#socket = new SipSocket({
      urls,
      clock,
      log,
      signal,
      events: {
        open: () => this.#step({ type: "socket-open" }),
        lost: how => this.#lost(how),
        message: message => this.transactions.receive(message),
      },
    });
    const secure = urls.every(url => url.startsWith("wss:"));
    this.transactions = new Transactions({
      clock,
      random,
      user,
      via: `SIP/2.0/${secure ? "WSS" : "WS"} ${host}`,
      send: (message: SipMessage) => this.#socket.send(message),
    });
    signal.addEventListener("abort", () => this.#timers.stopAll(), { once: true });
  }

  /** Of requests and answers: this very device, on whatever connection (RFC 5627). */
  get contact(): ByteText {
    const gruu = this.#gruu;
    return gruu === "" ? this.#registration.series.account.contact.replace(/>.*$/, ">") : `<${gruu}>`;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Goes on line, also after a refusal. */
  start(): void {
    this.#step({ type: "start" });
    if (this.#state.name !== "up") this.#change({ name: "connecting" });
  }

  /** Takes the registration back and hangs up the connection. */
  stop(): void {
    this.#step({ type: "stop" });
  }

  /** The machine woke up, or has another network: looks at once whether the connection lives, or tries again. */
  nudge(): void {
    if (this.#socket.isOpen) this.#socket.check();
    else this.#connectNow();
  }

  #connectNow(): void {
    if (this.#registration.name !== "offline") return;
    this.#timers.carryOut({ do: "stop-timer", timer: "connect" });
    this.#step({ type: "timer", timer: "connect" });
  }

  #lost(how: LostBy): void {
    this.#step({ type: "socket-lost", random: this.#options.random.fraction() });
    this.transactions.lose();
    if (how === "farewell" || how === "absence") return;
    this.#options.broken();
    // Nothing was refused, and time enough was lost by asking: the next one is tried at once.
    if (how === "silence") this.#connectNow();
  }

  #step(event: RegistrationEvent): void {
    const [state, effects] = stepRegistration(this.#registration, event);
    this.#registration = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RegistrationEffect): void {
    switch (effect.do) {
      case "connect":
        this.#socket.connect();
        return;
      case "request":
        this.#ask(effect.request);
        return;
      case "authorize":
        void this.#authorize(effect.response, effect.seq);
        return;
      case "registered":
        this.#change({ name: "up", gruu: effect.granted.publicGruu });
        return;
      case "lapsed":
      case "offline":
        this.#change({ name: "down" });
        return;
      case "stopped":
        this.#socket.close();
        this.#change({ name: "off" });
        return;
      case "refused":
        this.#socket.close();
        this.#change(toRefused(effect.response));
        return;
      case "start-timer": {
        const isHurried = effect.timer === "connect" && this.#options.isMissed();
        this.#timers.carryOut(isHurried ? { ...effect, ms: Math.min(effect.ms, hurriedMs) } : effect);
        return;
      }
      case "stop-timer":
        this.#timers.carryOut(effect);
        return;
    }
  }

  #ask(request: SipRequest): void {
    const { clock, random } = this.#options;
    this.#asked = clock.wall();
    this.transactions.open(request, {
      response: response => this.#step({ type: "response", response, random: random.fraction() }),
      fail: () => this.#step({ type: "fail", random: random.fraction() }),
    });
  }

  async #authorize(response: SipResponse, seq: number): Promise<void> {
    const { device, domain, clock, log } = this.#options;
    const challenge = challengeOf(response, domain);
    if (challenge !== undefined) {
      const times = { sent: this.#asked, received: clock.wall() };
      clock.learn({ ...times, shown: challenge.ts * 1_000, stepMs: 1_000 });
    }
    const { account } = this.#registration.series;
    // The number of Contact that the machine writes: with its expiry.
    const request = { method: "REGISTER", uri: account.registrar };
    const expires = this.#registration.series.expires;
    const claimed = [`${account.contact};expires=${this.#isLeaving ? 0 : expires}`];
    try {
      const header = await answerChallenge(device, response, {
        request,
        seq,
        contacts: claimed,
        realm: domain,
      });
      if (header !== undefined) this.#step({ type: "credentials", headers: [header] });
      else this.#refuse(response);
    } catch (error) {
      log.failed("line.challenge.unanswered", error);
      this.#refuse(response);
    }
  }

  get #isLeaving(): boolean {
    return this.#registration.name === "authorizing" && this.#registration.purpose === "leave";
  }

  /** A challenge that this device cannot answer is a refusal. */
  #refuse(response: SipResponse): void {
    this.#step({ type: "stop" });
    this.#change(toRefused(response));
  }

  #change(state: LineState): void {
    const { log, changed } = this.#options;
    if (state.name === this.#state.name && state.name !== "up" && state.name !== "refused") return;
    const isNews = state.name !== this.#state.name;
    this.#state = state;
    if (state.name === "up") this.#gruu = state.gruu;
    if (isNews) log.info("line.state.changed", { state: state.name, said: sentenceOfLine(state) });
    changed(state);
  }
}

function toAccount({ domain, device, instance, random }: LineOptions, host: string): Account {
  const address = `<sip:${accountOf(device).toLowerCase()}@${domain}>`;
  return {
    registrar: `sip:${domain}`,
    address,
    tag: random.token(),
    callId: random.token(),
    contact: `<sip:${random.token()}@${host};transport=ws>;reg-id=1;+sip.instance="<urn:uuid:${instance}>"`,
    expires: REGISTRATION_SECONDS,
    headers: [toHeader("Supported", SUPPORTED)],
    backoff: BACKOFF,
  };
}

/** The node's sentence stands in a Warning (RFC 3261 §20.43), or there is none but the phrase of the status. */
function toRefused(response: SipResponse): LineState {
  const warning = /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(header(response, "warning") ?? "")?.[1];
  const said = fromByteText(warning?.replace(/\\(.)/g, "$1") ?? response.reason);
  return { name: "refused", status: response.status, said: said ?? "it gives no reason." };
}
