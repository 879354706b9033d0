import type { ClientEffect, ClientEvent, ClientTimer } from "../../protocol/sip/client-event.ts";
import { type ClientTransaction, openClient, stepClient } from "../../protocol/sip/client-transaction.ts";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { prependHeader } from "../../protocol/sip/edit-message.ts";
import { toTag } from "../../protocol/sip/fields.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { ServerEffect, ServerEvent, ServerTimer } from "../../protocol/sip/server-event.ts";
import { openServer, type ServerTransaction, stepServer } from "../../protocol/sip/server-transaction.ts";
import { cancelledKey, clientKey, mergeKey, serverKey } from "../../protocol/sip/transaction-key.ts";
import { NamedTimers } from "./named-timers.ts";
import { newToken } from "./tokens.ts";

/** Who sent a request and waits for what comes of it. */
export interface RequestUser {
  response(response: SipResponse): void;
  /** No answer, or nothing to send it by; nothing follows. */
  fail(why: "timeout" | "transport-error"): void;
}

export interface TransactionsUser {
  /** To be answered by `respond`; an ACK is not. */
  request(request: SipRequest): void;
  /** A CANCEL of this INVITE, itself answered; or the connection is lost by which its answer would have gone. */
  cancelled(invite: SipRequest): void;
}

interface TransactionsOptions {
  /** Of every Via, without its branch. */
  readonly via: string;
  readonly user: TransactionsUser;
  send(message: SipMessage): boolean;
}

interface Client {
  state: ClientTransaction;
  readonly user: RequestUser;
  readonly timers: NamedTimers<ClientTimer>;
}

interface Server {
  state: ServerTransaction;
  readonly request: SipRequest;
  readonly merge: string;
  readonly timers: NamedTimers<ServerTimer>;
}

/** Requests of others that are dealt with at once; a 32 s old one still counts (RFC 3261 §17.2). */
const mostServers = 1_000;

/** The transactions of one connection (RFC 3261 §17), on real timers. */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #clients = new Map<string, Client>();
  readonly #servers = new Map<string, Server>();
  /** Those of requests outside dialogs, by which the same one on another way is known (§8.2.2.2). */
  readonly #merges = new Map<string, string>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /** Sends a request under a Via of ours. */
  open(request: SipRequest, user: RequestUser): void {
    const sent = this.#withVia(request);
    const key = clientKey(sent);
    const [state, effects] = openClient(sent, { reliable: true });
    const timers = new NamedTimers<ClientTimer>(timer => this.#stepClient(key, { type: "timer", timer }));
    const client = { state, user, timers };
    this.#clients.set(key, client);
    this.#ask(key, client, effects);
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

  /** The connection is gone, and with it all that was under way. */
  lose(): void {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    this.#merges.clear();
    for (const { timers } of servers) timers.stopAll();
    for (const key of [...this.#clients.keys()]) this.#stepClient(key, { type: "transport-error" });
    for (const { request, state } of servers) {
      const isAnswered = state.name !== "untried" && state.name !== "proceeding";
      if (request.method === "INVITE" && !isAnswered) this.#options.user.cancelled(request);
    }
  }

  #withVia(request: SipRequest): SipRequest {
    return prependHeader(request, "Via", `${this.#options.via};branch=z9hG4bK${newToken()}`);
  }

  #begin(request: SipRequest): void {
    if (this.#servers.size >= mostServers) {
      // Without a transaction, of which there are too many.
      this.#options.send(createResponse(request, 503, { toTag: newToken() }));
      return;
    }
    const isMerged = toTag(request) === undefined && this.#merges.has(mergeKey(request));
    this.#openServer(request);
    if (isMerged) this.respond(request, createResponse(request, 482, { toTag: newToken() }));
    else this.#options.user.request(request);
  }

  /** §9.2: answered by itself, whatever becomes of the INVITE. */
  #cancel(cancel: SipRequest): void {
    const invite = this.#servers.get(cancelledKey(cancel));
    this.#openServer(cancel);
    this.respond(cancel, createResponse(cancel, invite === undefined ? 481 : 200, { toTag: newToken() }));
    if (invite !== undefined) this.#options.user.cancelled(invite.request);
  }

  #openServer(request: SipRequest): void {
    const key = serverKey(request);
    const merge = toTag(request) === undefined ? mergeKey(request) : "";
    const [state, effects] = openServer(request, { reliable: true, trying: "transaction" });
    const timers = new NamedTimers<ServerTimer>(timer => this.#stepServer(key, { type: "timer", timer }));
    const server = { state, request, merge, timers };
    this.#servers.set(key, server);
    if (merge !== "" && !this.#merges.has(merge)) this.#merges.set(merge, key);
    // Whoever opened it tells the user.
    this.#serve(
      server,
      effects.filter(effect => effect.do !== "deliver"),
    );
  }

  #stepServer(key: string, event: ServerEvent): void {
    const server = this.#servers.get(key);
    if (server === undefined) return;
    const [state, effects] = stepServer(server.state, event);
    server.state = state;
    this.#serve(server, effects);
    if (state.name !== "terminated") return;
    server.timers.stopAll();
    this.#servers.delete(key);
    if (this.#merges.get(server.merge) === key) this.#merges.delete(server.merge);
  }

  #serve(server: Server, effects: readonly ServerEffect[]): void {
    for (const effect of effects) {
      if (effect.do === "send") this.#options.send(effect.response);
      else if (effect.do === "deliver") this.#options.user.request(effect.request);
      else if (effect.do !== "fail") server.timers.carryOut(effect);
    }
  }

  #stepClient(key: string, event: ClientEvent): void {
    const client = this.#clients.get(key);
    if (client === undefined) return;
    const [state, effects] = stepClient(client.state, event);
    client.state = state;
    if (state.name === "terminated") {
      client.timers.stopAll();
      this.#clients.delete(key);
    }
    this.#ask(key, client, effects);
  }

  #ask(key: string, client: Client, effects: readonly ClientEffect[]): void {
    let isSent = true;
    for (const effect of effects) {
      if (effect.do === "send") isSent = this.#options.send(effect.request) && isSent;
      else if (effect.do === "deliver") client.user.response(effect.response);
      else if (effect.do === "fail") client.user.fail(effect.why);
      else if (effect.do !== "cancel" && client.state.name !== "terminated") client.timers.carryOut(effect);
    }
    if (!isSent) this.#stepClient(key, { type: "transport-error" });
  }
}
