import type { ClientEffect, ClientEvent, ClientTimer } from "../../protocol/sip/client-event.ts";
import { type ClientTransaction, openClient, stepClient } from "../../protocol/sip/client-transaction.ts";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { prependHeader } from "../../protocol/sip/edit-message.ts";
import { toTag } from "../../protocol/sip/fields.ts";
import type { SipHeader, SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { ServerEffect, ServerEvent, ServerTimer } from "../../protocol/sip/server-event.ts";
import { openServer, type ServerTransaction, stepServer } from "../../protocol/sip/server-transaction.ts";
import { cancelledKey, clientKey, mergeKey, serverKey } from "../../protocol/sip/transaction-key.ts";
import type { Clock } from "../base/clock.ts";
import { createNamedTimers, type NamedTimers } from "../base/named-timers.ts";
import type { Random } from "../base/random.ts";

/** Who sent a request and waits for what comes of it. */
export interface RequestUser {
  response(response: SipResponse): void;
  /** No answer, or no connection to send it by: as a 408 or a 503 (RFC 3261 §8.1.3.1). Nothing follows. */
  fail(why: "timeout" | "transport-error"): void;
}

export interface TransactionsUser {
  /** A request that is answered by `respond`; an ACK wants no answer. */
  request(request: SipRequest): void;
  /** A CANCEL of this INVITE, itself answered already. */
  cancelled(invite: SipRequest, headers: readonly SipHeader[]): void;
  /** The connection is gone before this request was finally answered. */
  lost(request: SipRequest): void;
}

export interface TransactionsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The first part of every Via, without its branch: `SIP/2.0/WSS 7f3a….invalid`. */
  readonly via: string;
  readonly user: TransactionsUser;
  send(message: SipMessage): boolean;
}

interface ClientRun {
  state: ClientTransaction;
  readonly user: RequestUser;
  readonly timers: NamedTimers<ClientTimer>;
}

interface ServerRun {
  state: ServerTransaction;
  readonly request: SipRequest;
  readonly timers: NamedTimers<ServerTimer>;
}

/** Requests of others that are dealt with at once; a node that sends more is not listened to. */
const mostServers = 500;
const NOBODY: RequestUser = { response: () => undefined, fail: () => undefined };

/** Transactions (RFC 3261 §17) on real timers over one connection at a time. */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #clients = new Map<string, ClientRun>();
  readonly #servers = new Map<string, ServerRun>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Sends a request under a Via of ours; gives what takes an INVITE back. */
  open(request: SipRequest, user: RequestUser): (headers: readonly SipHeader[]) => void {
    const sent = this.#withVia(request);
    this.#openClient(sent, user);
    return headers => this.#stepClient(clientKey(sent), { type: "cancel", headers });
  }

  /** The ACK of a 2xx: a Via, and no transaction (§13.2.2.4). */
  acknowledge(ack: SipRequest): void {
    this.#options.send(this.#withVia(ack));
  }

  respond(request: SipRequest, response: SipResponse): void {
    this.#stepServer(serverKey(request), { type: "respond", response });
  }

  receive(message: SipMessage): void {
    if (message.kind === "response") {
      this.#stepClient(clientKey(message), { type: "response", response: message });
      return;
    }
    const key = serverKey(message);
    if (this.#servers.has(key)) this.#stepServer(key, { type: "request", request: message });
    else if (message.method === "ACK") this.#options.user.request(message);
    else if (message.method === "CANCEL") this.#cancel(message);
    else this.#begin(message);
  }

  /** The connection is gone, and with it all that was under way on it. */
  lose(): void {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    for (const run of servers) run.timers.stopAll();
    for (const key of [...this.#clients.keys()]) this.#stepClient(key, { type: "transport-error" });
    for (const run of servers) if (isUnanswered(run.state)) this.#options.user.lost(run.request);
  }

  #withVia(request: SipRequest): SipRequest {
    const { via, random } = this.#options;
    return prependHeader(request, "Via", `${via};branch=z9hG4bK${random.token()}`);
  }

  #begin(request: SipRequest): void {
    if (this.#servers.size >= mostServers) {
      // Without a transaction, which is what there are too many of.
      this.#options.send(createResponse(request, 503, { toTag: this.#options.random.token() }));
      return;
    }
    // §8.2.2.2: the same request on another way.
    const merged = toTag(request) === undefined && this.#isMerged(request);
    this.#openServer(request);
    if (merged) this.respond(request, createResponse(request, 482));
    else this.#options.user.request(request);
  }

  #isMerged(request: SipRequest): boolean {
    const key = mergeKey(request);
    return [...this.#servers.values()].some(run => mergeKey(run.request) === key);
  }

  /** §9.2: answered by itself, whatever becomes of the INVITE. */
  #cancel(cancel: SipRequest): void {
    const invite = this.#servers.get(cancelledKey(cancel));
    this.#openServer(cancel);
    this.respond(cancel, createResponse(cancel, invite === undefined ? 481 : 200));
    if (invite === undefined) return;
    const reasons = cancel.headers.filter(({ key }) => key === "reason");
    this.#options.user.cancelled(invite.request, reasons);
  }

  #openServer(request: SipRequest): void {
    const key = serverKey(request);
    const [state, effects] = openServer(request, { reliable: true, trying: "transaction" });
    const timers = createNamedTimers<ServerTimer>(this.#options.clock, timer =>
      this.#stepServer(key, { type: "timer", timer }),
    );
    this.#servers.set(key, { state, request, timers });
    // The user hears of it by whoever opened this.
    for (const effect of effects) if (effect.do !== "deliver") this.#serve(key, effect);
  }

  #stepServer(key: string, event: ServerEvent): void {
    const run = this.#servers.get(key);
    if (run === undefined) return;
    const [state, effects] = stepServer(run.state, event);
    run.state = state;
    for (const effect of effects) this.#serve(key, effect);
    if (state.name === "terminated") {
      run.timers.stopAll();
      this.#servers.delete(key);
    }
  }

  #serve(key: string, effect: ServerEffect): void {
    switch (effect.do) {
      case "send":
        this.#options.send(effect.response);
        return;
      case "deliver":
        this.#options.user.request(effect.request);
        return;
      case "fail":
        return;
      case "start-timer":
      case "stop-timer":
        this.#servers.get(key)?.timers.carryOut(effect);
        return;
    }
  }

  #openClient(request: SipRequest, user: RequestUser): void {
    const key = clientKey(request);
    const [state, effects] = openClient(request, { reliable: true });
    const timers = createNamedTimers<ClientTimer>(this.#options.clock, timer =>
      this.#stepClient(key, { type: "timer", timer }),
    );
    this.#clients.set(key, { state, user, timers });
    this.#carryOut(key, effects);
  }

  #stepClient(key: string, event: ClientEvent): void {
    const run = this.#clients.get(key);
    if (run === undefined) return;
    const [state, effects] = stepClient(run.state, event);
    run.state = state;
    if (state.name === "terminated") {
      run.timers.stopAll();
      this.#clients.delete(key);
    }
    this.#carryOut(key, effects, run);
  }

  #carryOut(key: string, effects: readonly ClientEffect[], run = this.#clients.get(key)): void {
    if (run === undefined) return;
    let isSent = true;
    for (const effect of effects) {
      if (effect.do === "send") isSent = this.#options.send(effect.request) && isSent;
      else if (effect.do === "deliver") run.user.response(effect.response);
      else if (effect.do === "fail") run.user.fail(effect.why);
      else if (effect.do === "cancel") this.#openClient(effect.request, NOBODY);
      else if (run.state.name !== "terminated") run.timers.carryOut(effect);
    }
    if (!isSent) this.#stepClient(key, { type: "transport-error" });
  }
}

function isUnanswered({ name }: ServerTransaction): boolean {
  return name === "untried" || name === "trying" || name === "proceeding";
}
