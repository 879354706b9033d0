import { toHeader } from "../../protocol/sip/edit-message.ts";
import { callId, header } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipResponse } from "../../protocol/sip/message.ts";
import { openRegistration, stepRegistration } from "../../protocol/sip/registration.ts";
import type {
  Account,
  Registration,
  RegistrationEffect,
  RegistrationEvent,
  RegistrationTimer,
} from "../../protocol/sip/registration-state.ts";
import {
  AdmissionError,
  admissionBytes,
  type Challenge,
  formatAuthorization,
  parseChallenge,
} from "../../protocol/words/admission.ts";
import type { MachineKeys } from "./machine-keys.ts";
import { NamedTimers } from "./named-timers.ts";
import type { Log } from "./service-log.ts";
import { SipSocket } from "./sip-socket.ts";
import { newToken } from "./tokens.ts";
import { Transactions, type TransactionsUser } from "./transactions.ts";

export interface LineOptions {
  readonly domain: string;
  /** Of the domain's nodes: the next one is tried when one fails. */
  readonly urls: readonly string[];
  readonly keys: MachineKeys;
  /** The chain that the node's delegations are signed for. */
  readonly chainId: number;
  /** The user to register instead of the account: only an open node has it. */
  readonly user?: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly requests: TransactionsUser;
  registered(): void;
  /** The node will not have it; `sentence` is its own. It is asked again after a while. */
  refused(sentence: string): void;
}

const REGISTRATION_SECONDS = 600;
const BACKOFF = { baseMs: 500, maxMs: 30_000 } as const;
/** After a refusal: an operator may have changed something. */
const ASK_AGAIN_MS = 60_000;

/**
 * A registration that comes back by itself: the machine of `protocol/sip/registration.ts` on real timers. It ends
 * with its signal, and takes its binding back.
 */
export class Line {
  readonly transactions: Transactions;
  readonly #options: LineOptions;
  readonly #socket: SipSocket;
  readonly #timers = new NamedTimers<RegistrationTimer>(timer => this.#step({ type: "timer", timer }));
  #registration: Registration;
  #gruu: ByteText = "";
  #again: NodeJS.Timeout | undefined;

  constructor(options: LineOptions) {
    const { urls, requests, signal, log } = options;
    const host = `${newToken()}.invalid`;
    this.#options = options;
    this.#registration = openRegistration(toAccount(options, host));
    this.#socket = new SipSocket(urls, {
      open: () => this.#step({ type: "socket-open" }),
      lost: why => {
        log("info", "line.lost", { why });
        this.#step({ type: "socket-lost", random: Math.random() });
        this.transactions.lose();
      },
      message: message => this.transactions.receive(message),
    });
    const secure = urls.every(url => url.startsWith("wss:"));
    this.transactions = new Transactions({
      user: requests,
      via: `SIP/2.0/${secure ? "WSS" : "WS"} ${host}`,
      send: message => this.#socket.send(message),
    });
    signal.addEventListener("abort", () => this.#stop(), { once: true });
  }

  /** Of answers: this very device, on whatever connection (RFC 5627). */
  get contact(): ByteText {
    const { contact } = this.#registration.series.account;
    return this.#gruu === "" ? contact.replace(/>.*$/, ">") : `<${this.#gruu}>`;
  }

  start(): void {
    this.#step({ type: "start" });
  }

  #stop(): void {
    clearTimeout(this.#again);
    this.#step({ type: "stop" });
  }

  #step(event: RegistrationEvent): void {
    const [state, effects] = stepRegistration(this.#registration, event);
    this.#registration = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RegistrationEffect): void {
    const { log, registered } = this.#options;
    switch (effect.do) {
      case "connect":
        this.#socket.connect();
        return;
      case "request":
        this.transactions.open(effect.request, {
          response: response => this.#step({ type: "response", response, random: Math.random() }),
          fail: () => this.#step({ type: "fail", random: Math.random() }),
        });
        return;
      case "authorize":
        this.#authorize(effect.response, effect.seq);
        return;
      case "registered":
        this.#gruu = effect.granted.publicGruu;
        registered();
        return;
      case "lapsed":
      case "offline":
        log("info", `line.${effect.do}`);
        return;
      case "stopped":
        this.#socket.close();
        // What was still to be answered will not be.
        this.transactions.lose();
        this.#timers.stopAll();
        return;
      case "refused":
        this.#refused(effect.response);
        return;
      case "start-timer":
      case "stop-timer":
        this.#timers.carryOut(effect);
        return;
    }
  }

  #authorize(response: SipResponse, seq: number): void {
    const credentials = this.#credentials(response, seq);
    if (credentials !== undefined) this.#step({ type: "credentials", headers: [credentials] });
    else {
      this.#step({ type: "stop" });
      this.#refused(response);
    }
  }

  /** `undefined` where this machine cannot answer: another scheme, or the challenge of another domain. */
  #credentials(response: SipResponse, seq: number): SipHeader | undefined {
    const { keys, domain, chainId } = this.#options;
    const { account, expires } = this.#registration.series;
    const challenge = challengeOf(response);
    if (challenge?.realm.toLowerCase() !== domain.toLowerCase()) return undefined;
    const isLeaving = this.#registration.name === "authorizing" && this.#registration.purpose === "leave";
    const bytes = admissionBytes({
      realm: challenge.realm,
      nonce: challenge.nonce,
      method: "REGISTER",
      requestUri: account.registrar,
      callId: callId(response),
      cseq: seq,
      contacts: [`${account.contact};expires=${isLeaving ? 0 : expires}`],
    });
    // By the node's clock, which is the one that will judge it.
    const delegation = keys.delegate(chainId, challenge.ts);
    const authorization = { delegation, nonce: challenge.nonce, signature: keys.sign(bytes) };
    return toHeader("Authorization", formatAuthorization(authorization));
  }

  #refused(response: SipResponse): void {
    this.#socket.close();
    this.#options.refused(sentenceOf(response));
    if (this.#options.signal.aborted) return;
    this.#again = setTimeout(() => this.start(), ASK_AGAIN_MS);
  }
}

function toAccount({ domain, keys, user }: LineOptions, host: string): Account {
  const { instance, account } = keys;
  return {
    registrar: `sip:${domain}`,
    address: `<sip:${user ?? account.toLowerCase()}@${domain}>`,
    tag: newToken(),
    callId: newToken(),
    contact: `<sip:${newToken()}@${host};transport=ws>;reg-id=1;+sip.instance="<urn:uuid:${instance}>"`,
    expires: REGISTRATION_SECONDS,
    headers: [toHeader("Supported", "gruu, outbound, etherlynk.v1")],
    backoff: BACKOFF,
  };
}

function challengeOf({ headers }: SipResponse): Challenge | undefined {
  for (const { key, value } of headers) {
    const challenge = key === "www-authenticate" ? readChallenge(value) : undefined;
    if (challenge !== undefined) return challenge;
  }
  return undefined;
}

function readChallenge(value: ByteText): Challenge | undefined {
  try {
    return parseChallenge(value);
  } catch (error) {
    if (error instanceof AdmissionError) return undefined;
    throw error;
  }
}

/** The node's words stand in a Warning (RFC 3261 §20.43). */
function sentenceOf(response: SipResponse): string {
  const warning = /^\d{3} \S+ "([^"\\]*)"/.exec(header(response, "warning") ?? "")?.[1];
  return warning ?? `${response.status} ${response.reason}`;
}
