import { randomBytes } from "node:crypto";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { prependHeader } from "../../protocol/sip/edit-message.ts";
import type { SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import type { Log } from "../log.ts";
import { type ClientRun, ClientTransactions, type ClientUser } from "../sip/client-transactions.ts";
import type { Flow } from "../sip/flow.ts";
import { type ServerRun, ServerTransactions } from "../sip/server-transactions.ts";
import type { SipCore } from "../sip/sip-core.ts";
import type { TimerWheel } from "../sip/timer-wheel.ts";

/** Who acts through the agent. */
export interface AgentUser {
  /** A request that repeats none; it is answered through `server`. */
  onRequest(request: SipRequest, server: ServerRun): void;
  onAck(ack: SipRequest): void;
}

export interface AgentConfig {
  readonly core: SipCore;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

/** Connections count from 1. */
const BRIDGE_FLOW = 0;
/** The host of the bridge in Via and Contact. */
export const SENT_BY = "peerjs.invalid";

/**
 * A SIP user agent inside the node: for the core a flow like any other, with transactions of its own behind it. It
 * hears of a message after whoever sent it has finished, never in the middle.
 */
export class BridgeAgent {
  /** As the core sees it. */
  readonly flow: Flow;
  readonly #core: SipCore;
  readonly #log: Log;
  readonly #clients: ClientTransactions;
  readonly #servers: ServerTransactions;
  readonly #user: AgentUser;
  /** As the agent's transactions see the core. */
  readonly #uplink: Flow;

  constructor({ core, wheel, log }: AgentConfig, user: AgentUser) {
    this.#core = core;
    this.#log = log;
    this.#user = user;
    this.#clients = new ClientTransactions(wheel);
    this.#servers = new ServerTransactions(wheel);
    this.flow = {
      kind: "bridge",
      id: BRIDGE_FLOW,
      closed: false,
      deliver: message => {
        queueMicrotask(() => this.#take(message));
        return true;
      },
    };
    this.#uplink = {
      kind: "bridge",
      id: -1,
      closed: false,
      deliver: message => {
        this.#core.receive(this.flow, message);
        return true;
      },
    };
  }

  /** Sends a request that bears no Via yet. */
  request(request: SipRequest, user: ClientUser): ClientRun {
    return this.#clients.open(this.#uplink, withVia(request), user);
  }

  /** The ACK of a 2xx has no transaction. */
  ack(ack: SipRequest): void {
    this.#core.receive(this.flow, withVia(ack));
  }

  #take(message: SipMessage): void {
    try {
      if (message.kind === "response") this.#clients.receive(this.#uplink, message);
      else this.#takeRequest(message);
    } catch (error) {
      // Outside any connection's path: a defect of ours must not end the process for everybody.
      this.#log("error", "bridge.bug", { stack: error instanceof Error ? error.stack : String(error) });
    }
  }

  #takeRequest(request: SipRequest): void {
    if (this.#servers.receive(this.#uplink, request)) return;
    if (request.method === "ACK") this.#user.onAck(request);
    else if (request.method === "CANCEL") this.#cancel(request);
    else this.#offer(request, this.#servers.open(this.#uplink, request));
  }

  #offer(request: SipRequest, server: ServerRun): void {
    try {
      this.#user.onRequest(request, server);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      server.respond(createResponse(request, error.status ?? 400, { toTag: newToken() }));
    }
  }

  #cancel(cancel: SipRequest): void {
    const invite = this.#servers.inviteOf(this.#uplink, cancel);
    this.#uplink.deliver(createResponse(cancel, invite === undefined ? 481 : 200, { toTag: newToken() }));
    invite?.user?.onCancel([]);
  }
}

/** 90 bits, for tags, branches and Call-IDs. */
export function newToken(): string {
  return randomBytes(12).toString("base64url");
}

function withVia(request: SipRequest): SipRequest {
  return prependHeader(request, "Via", `SIP/2.0/WS ${SENT_BY};branch=z9hG4bK${newToken()}`);
}
