import type { ClientEffect, ClientEvent } from "./client-event.ts";
import { type ClientTransaction, openClient, stepClient } from "./client-transaction.ts";
import { createResponse } from "./create-response.ts";
import type { SipHeader, SipMessage, SipRequest, SipResponse } from "./message.ts";
import type { ServerEffect, ServerEvent } from "./server-event.ts";
import { openServer, type ServerTransaction, stepServer } from "./server-transaction.ts";
import type { FakeClock } from "./simulation.suite.ts";
import { cancelledKey, clientKey, serverKey } from "./transaction-key.ts";

// The machines on a fake clock and a fake network: what a node and a phone do with real ones.

export interface World {
  readonly clock: FakeClock;
  readonly reliable: boolean;
  send(from: string, to: string, message: SipMessage): void;
}

export interface ClientUser {
  onResponse(response: SipResponse): void;
  onFail(why: "timeout" | "transport-error"): void;
  onClosed(): void;
}

export interface LayerUser {
  onRequest(request: SipRequest, from: string): void;
  onCancel(invite: SipRequest, headers: readonly SipHeader[]): void;
}

/** The transactions of one host. */
export interface Layer {
  /** Transactions and timers that still live. */
  readonly live: number;
  receive(message: SipMessage, from: string): void;
  open(request: SipRequest, to: string, user: ClientUser): void;
  cancel(request: SipRequest, headers: readonly SipHeader[]): void;
  respond(request: SipRequest, response: SipResponse): void;
  abandon(request: SipRequest): void;
}

export function createLayer(
  { clock, reliable, send }: World,
  host: string,
  { user, trying }: { user: LayerUser; trying: "user" | "transaction" },
): Layer {
  interface Client {
    readonly key: string;
    readonly to: string;
    readonly user: ClientUser;
    tx: ClientTransaction;
  }
  interface Server {
    readonly key: string;
    readonly from: string;
    readonly request: SipRequest;
    tx: ServerTransaction;
  }
  const clients = new Map<string, Client>();
  const servers = new Map<string, Server>();
  const timers = new Map<string, () => void>();

  const layer: Layer = {
    get live() {
      return clients.size + servers.size + timers.size;
    },
    receive(message, from) {
      if (message.kind === "response") {
        const client = clients.get(clientKey(message));
        if (client) stepOf(client, { type: "response", response: message });
        return;
      }
      const server = servers.get(serverKey(message));
      if (server) return stepOn(server, { type: "request", request: message });
      if (message.method === "ACK") return user.onRequest(message, from);
      const [tx, effects] = openServer(message, { reliable, trying });
      const opened = { key: serverKey(message), from, request: message, tx };
      servers.set(opened.key, opened);
      applyOn(opened, effects);
    },
    open(request, to, clientUser) {
      const [tx, effects] = openClient(request, { reliable });
      const client = { key: clientKey(request), to, user: clientUser, tx };
      if (clients.has(client.key)) throw new Error(`${host} opened ${client.key} twice`);
      clients.set(client.key, client);
      applyOf(client, effects);
    },
    cancel(request, headers) {
      const client = clients.get(clientKey(request));
      if (client) stepOf(client, { type: "cancel", headers });
    },
    respond(request, response) {
      const server = servers.get(serverKey(request));
      if (server) stepOn(server, { type: "respond", response });
    },
    abandon(request) {
      const server = servers.get(serverKey(request));
      if (server) stepOn(server, { type: "abandon" });
    },
  };
  return layer;

  function stepOf(client: Client, event: ClientEvent): void {
    const [tx, effects] = stepClient(client.tx, event);
    client.tx = tx;
    applyOf(client, effects);
  }

  function applyOf(client: Client, effects: readonly ClientEffect[]): void {
    const isOver = client.tx.name === "terminated";
    if (isOver) clients.delete(client.key);
    for (const effect of effects) {
      if (effect.do === "send") send(host, client.to, effect.request);
      else if (effect.do === "deliver") client.user.onResponse(effect.response);
      else if (effect.do === "fail") client.user.onFail(effect.why);
      else if (effect.do === "cancel") layer.open(effect.request, client.to, nobody);
      else {
        const { timer } = effect;
        setTimer(`${client.key} ${timer}`, effect, () => stepOf(client, { type: "timer", timer }));
      }
    }
    if (isOver) client.user.onClosed();
  }

  function stepOn(server: Server, event: ServerEvent): void {
    const [tx, effects] = stepServer(server.tx, event);
    server.tx = tx;
    applyOn(server, effects);
  }

  function applyOn(server: Server, effects: readonly ServerEffect[]): void {
    if (server.tx.name === "terminated") servers.delete(server.key);
    for (const effect of effects) {
      if (effect.do === "send") send(host, server.from, effect.response);
      else if (effect.do === "deliver") delivered(server, effect.request);
      else if (effect.do !== "fail") {
        const { timer } = effect;
        setTimer(`on ${server.key} ${timer}`, effect, () => stepOn(server, { type: "timer", timer }));
      }
    }
  }

  /** A CANCEL is answered here, whatever comes of the INVITE (RFC 3261 §9.2). */
  function delivered({ from }: Server, request: SipRequest): void {
    if (request.method !== "CANCEL") {
      user.onRequest(request, from);
      return;
    }
    const invite = servers.get(cancelledKey(request));
    layer.respond(request, createResponse(request, invite ? 200 : 481, { toTag: host }));
    if (invite)
      user.onCancel(
        invite.request,
        request.headers.filter(({ key }) => key === "reason"),
      );
  }

  function setTimer(key: string, effect: { do: string; ms?: number }, run: () => void): void {
    timers.get(key)?.();
    timers.delete(key);
    if (effect.do !== "start-timer") return;
    const stop = clock.after(effect.ms ?? 0, () => {
      timers.delete(key);
      run();
    });
    timers.set(key, stop);
  }
}

const nobody: ClientUser = { onResponse: ignore, onFail: ignore, onClosed: ignore };

export function ignore(): void {
  // Whoever is told has nothing to do.
}
