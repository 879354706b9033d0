import { checkRequest } from "../../protocol/sip/check-request.ts";
import { createResponse, type ResponseParts } from "../../protocol/sip/create-response.ts";
import { callId, toTag } from "../../protocol/sip/fields.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { AnsweredCall, type CallLimits, type CallOptions } from "./answered-call.ts";
import type { IceServer } from "./call-media.ts";
import { Line, type LineOptions } from "./line.ts";
import { abilities, machineRules } from "./machine-rules.ts";
import type { MediaCertificate } from "./media-certificate.ts";
import { newToken } from "./tokens.ts";
import type { TransactionsUser } from "./transactions.ts";

export interface MachineLimits extends CallLimits {
  /** More at once are busy (486). */
  readonly mostCalls: number;
}

export interface MachineOptions extends Omit<LineOptions, "requests"> {
  readonly certificate: MediaCertificate;
  readonly iceServers: readonly IceServer[];
  readonly limits: MachineLimits;
  readonly behave: CallOptions["behave"];
}

/** A machine that answers all calls to its account alike, and places none. It ends with its signal. */
export class AnsweringMachine implements TransactionsUser {
  readonly #options: MachineOptions;
  readonly #line: Line;
  /** By Call-ID. */
  readonly #calls = new Map<string, AnsweredCall>();

  constructor(options: MachineOptions) {
    this.#options = options;
    // Before the line hears of it and hangs up: callers are told.
    options.signal.addEventListener("abort", () => this.#hangUpAll(), { once: true });
    this.#line = new Line({ ...options, requests: this });
  }

  start(): void {
    this.#line.start();
  }

  request(request: SipRequest): void {
    try {
      this.#take(request);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#respond(request, 400);
    }
  }

  cancelled(invite: SipRequest): void {
    if (toTag(invite) === undefined) this.#calls.get(callId(invite))?.cancelled();
  }

  #take(request: SipRequest): void {
    if (toTag(request) !== undefined) {
      const call = this.#calls.get(callId(request));
      if (call?.isOf(request)) call.receive(request);
      else this.#respond(request, 481);
      return;
    }
    if (request.method === "ACK") return;
    const refusal = checkRequest(request, machineRules);
    if (refusal !== undefined) this.#respond(request, refusal.status, { headers: refusal.headers });
    else if (request.method === "INVITE") this.#invited(request);
    // As an INVITE would be answered (RFC 3261 §11.2).
    else if (request.method === "OPTIONS")
      this.#respond(request, this.#isBusy ? 486 : 200, { headers: abilities });
    else this.#respond(request, 481);
  }

  get #isBusy(): boolean {
    return this.#calls.size >= this.#options.limits.mostCalls;
  }

  #invited(invite: SipRequest): void {
    const id = callId(invite);
    if (this.#calls.has(id) || this.#isBusy) {
      this.#respond(invite, this.#calls.has(id) ? 482 : 486);
      return;
    }
    const { keys, chainId, certificate, log } = this.#options;
    const call = AnsweredCall.open(invite, {
      ...this.#options,
      signing: { keys, chainId, mediaKeys: [certificate.key] },
      transactions: this.#line.transactions,
      contact: this.#line.contact,
      ended: () => {
        this.#calls.delete(id);
        log("info", "call.ended", { calls: this.#calls.size });
      },
    });
    if (call === undefined) {
      this.#respond(invite, 400);
      return;
    }
    this.#calls.set(id, call);
    log("info", "call.begun", { calls: this.#calls.size });
    call.answer();
  }

  #hangUpAll(): void {
    for (const call of [...this.#calls.values()]) call.hangUp();
  }

  #respond(request: SipRequest, status: number, parts: ResponseParts = {}): void {
    if (request.method === "ACK") return;
    this.#line.transactions.respond(
      request,
      createResponse(request, status, { toTag: newToken(), ...parts }),
    );
  }
}
