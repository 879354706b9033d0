import { randomBytes } from "node:crypto";
import { createResponse } from "../../protocol/sip/create-response.ts";
import type { SipHeader, SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import { forwardRequest } from "../../protocol/sip/proxy-forward.ts";
import { type Screened, screenRequest } from "../../protocol/sip/proxy-screen.ts";
import type { ClientTransactions } from "./client-transactions.ts";
import type { Flow } from "./flow.ts";
import type { Forwarding, ProxyCore } from "./proxy-core.ts";
import type { Router } from "./router.ts";
import type { ServerLimits, ServerRun, ServerTransactions } from "./server-transactions.ts";
import { waitForWay } from "./waiting-way.ts";
import { toWarning } from "./warning.ts";
import type { Way } from "./way.ts";

export interface SipCoreConfig {
  readonly proxy: ProxyConfig;
  readonly servers: ServerTransactions;
  readonly clients: ClientTransactions;
  readonly core: ProxyCore;
  readonly route: Router;
  readonly limits: { readonly client: ServerLimits; readonly link: ServerLimits };
  flowOf(hop: string | number): Flow | undefined;
  /** Answers a request to the node itself. */
  answerSelf(flow: Flow, request: SipRequest): void;
  /** A defect of ours while a way was looked for, which has its own path: told, and the request is refused. */
  onBug(error: unknown): void;
}

/** What is counted of requests that were not carried out. */
export interface CoreCounts {
  requests: number;
  responses: number;
  /** Too many transactions, of one connection or of all. */
  overloaded: number;
  /** Answered by the node with an error of its own. */
  refused: number;
}

/** Where all SIP messages come together, whatever flow they came by. */
export class SipCore {
  readonly counts: CoreCounts = { requests: 0, responses: 0, overloaded: 0, refused: 0 };
  readonly #config: SipCoreConfig;
  /** Tags of our own answers: unlike any other's, and nobody's secret. */
  readonly #tag = randomBytes(9).toString("base64url");
  #answers = 0;

  constructor(config: SipCoreConfig) {
    this.#config = config;
  }

  /** A message that its flow was allowed to send. */
  receive(flow: Flow, message: SipMessage): void {
    if (message.kind === "response") {
      this.counts.responses++;
      this.#config.clients.receive(flow, message);
    } else {
      this.counts.requests++;
      if (this.#config.servers.receive(flow, message)) return;
      if (message.method === "CANCEL") this.#cancel(flow, message);
      else this.#screen(flow, message);
    }
  }

  /** Answers with an error of the node's own, in words; an ACK is never answered. */
  refuse(flow: Flow, request: SipRequest, refusal: Refusal): void {
    if (request.method === "ACK") return;
    this.counts.refused++;
    const { status, sentence, headers = [] } = refusal;
    const words = sentence === undefined ? [] : [toWarning(sentence)];
    flow.deliver(createResponse(request, status, { toTag: this.nextTag(), headers: [...headers, ...words] }));
  }

  nextTag(): string {
    this.#answers++;
    return `${this.#tag}.${this.#answers.toString(36)}`;
  }

  /** Whether a tag is of an answer of the node's own, which began no dialog. */
  isOwnTag(tag: string): boolean {
    return tag.startsWith(`${this.#tag}.`);
  }

  /** The flow is gone: what waits for it fails, what it asked for is given up. */
  forget(flow: Flow): void {
    this.#config.clients.forget(flow);
    this.#config.servers.forget(flow);
  }

  /**
   * A device has left other connections for this one (RFC 5626 §5.3): nobody will answer by them any more. They may be
   * half open for a minute yet, in which whatever waits there would hold up the dialogs that it belongs to.
   */
  comeBack(flow: Flow, left: readonly Flow[] = []): void {
    for (const old of left) {
      this.#config.core.move(old, flow);
      this.#config.clients.giveUp(old);
    }
  }

  #screen(flow: Flow, request: SipRequest): void {
    const screening = screenRequest(request, this.#config.proxy);
    if (screening.kind === "refuse") {
      const { status, headers } = screening;
      this.refuse(flow, request, { status, headers });
      return;
    }
    const way = this.#config.route(screening, flow);
    if (way instanceof Promise) this.#wait(flow, screening, way);
    else this.#take(flow, screening, way);
  }

  #take(flow: Flow, screening: Screened, way: Way): void {
    const { request } = screening;
    if (way.kind === "nobody") this.refuse(flow, request, way);
    else if (request.method === "ACK") this.#passAck(screening, way);
    else if (way.kind === "targets") this.#forward(flow, screening, way);
    else this.#config.answerSelf(flow, request);
  }

  #forward(flow: Flow, { request, loop }: Screened, way: Way & { readonly kind: "targets" }): void {
    const server = this.#open(flow, request);
    if (server !== undefined) this.#config.core.forward(server, toForwarding(request, loop, way));
  }

  /** The transaction of a request that will take its time; `undefined`: it was refused. */
  #open(flow: Flow, request: SipRequest): ServerRun | undefined {
    const { servers, limits } = this.#config;
    if (servers.hasRoom(flow, flow.kind === "client" ? limits.client : limits.link)) {
      return servers.open(flow, request);
    }
    this.counts.overloaded++;
    this.refuse(flow, request, tooMany);
    return undefined;
  }

  /** Who is asked for the way takes time: meanwhile the request may come again, or be cancelled. */
  #wait(flow: Flow, screening: Screened, way: Promise<Way>): void {
    const { request, loop } = screening;
    const { core, onBug } = this.#config;
    if (request.method === "ACK") {
      way.then(it => this.#passAck(screening, it)).catch(onBug);
      return;
    }
    const server = this.#open(flow, request);
    if (server === undefined) {
      way.catch(onBug);
      return;
    }
    waitForWay({ server, request, way, onBug, newTag: () => this.nextTag() }, found => {
      if (found.kind === "targets") core.forward(server, toForwarding(request, loop, found));
      else this.#answer(server, request, found);
    });
  }

  #answer(server: ServerRun, request: SipRequest, way: Way & { readonly kind: "nobody" | "self" }): void {
    const {
      status,
      sentence,
      headers = [],
    } = way.kind === "nobody" ? way : { status: 404, sentence: "Nobody has this address." };
    this.counts.refused++;
    const all = [...headers, toWarning(sentence)];
    server.respond(createResponse(request, status, { toTag: this.nextTag(), headers: all }));
  }

  /** RFC 3261 §9.2, §16.10: answered here, and made anew for each branch. */
  #cancel(flow: Flow, cancel: SipRequest): void {
    const invite = this.#config.servers.inviteOf(flow, cancel);
    if (invite === undefined) {
      this.refuse(flow, cancel, { status: 481 });
    } else {
      flow.deliver(createResponse(cancel, 200, { toTag: this.nextTag() }));
      invite.user?.onCancel(cancel.headers.filter(({ key }) => key === "reason"));
    }
  }

  /** The ACK of a 2xx has no transaction and gets no answer (§16.11). */
  #passAck({ request, loop }: Screened, way: Way): void {
    if (way.kind !== "targets") return;
    for (const { uri, hop } of way.groups[0] ?? []) {
      const branch = `${this.nextTag()}.${loop}`;
      const copy = forwardRequest(request, { uri, branch, config: this.#config.proxy, breadth: undefined });
      this.#config.flowOf(hop)?.deliver(copy);
    }
  }
}

function toForwarding(
  request: SipRequest,
  loop: string,
  { groups, called }: Way & { readonly kind: "targets" },
): Forwarding {
  return called === undefined ? { request, loop, groups } : { request, loop, groups, called };
}

export interface Refusal {
  readonly status: number;
  readonly sentence?: string;
  readonly headers?: readonly SipHeader[];
}

const tooMany: Refusal = {
  status: 503,
  sentence: "Too many requests wait for an answer. Try again in a while.",
  headers: [{ key: "retry-after", name: "Retry-After", value: "10" }],
};
