import { randomBytes } from "node:crypto";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipHeader, SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import { forwardRequest } from "../../protocol/sip/proxy-forward.ts";
import { type Screened, screenRequest } from "../../protocol/sip/proxy-screen.ts";
import type { ClientTransactions } from "./client-transactions.ts";
import type { Flow } from "./flow.ts";
import type { Forwarding, ProxyCore } from "./proxy-core.ts";
import type { Router, Way } from "./router.ts";
import type { ServerLimits, ServerTransactions } from "./server-transactions.ts";

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

  /** The flow is gone: what waits for it fails, what it asked for is given up. */
  forget(flow: Flow): void {
    this.#config.clients.forget(flow);
    this.#config.servers.forget(flow);
  }

  #screen(flow: Flow, request: SipRequest): void {
    const screening = screenRequest(request, this.#config.proxy);
    if (screening.kind === "refuse") {
      const { status, headers } = screening;
      this.refuse(flow, request, { status, headers });
      return;
    }
    const way = this.#config.route(screening, flow);
    if (way.kind === "nobody") this.refuse(flow, request, way);
    else if (request.method === "ACK") this.#passAck(screening, way);
    else if (way.kind === "targets") this.#forward(flow, screening, way.groups);
    else this.#config.answerSelf(flow, request);
  }

  #forward(flow: Flow, { request, loop }: Screened, groups: Forwarding["groups"]): void {
    const { servers, core, limits } = this.#config;
    if (servers.hasRoom(flow, flow.kind === "client" ? limits.client : limits.link)) {
      core.forward(servers.open(flow, request), { request, loop, groups });
    } else {
      this.counts.overloaded++;
      this.refuse(flow, request, tooMany);
    }
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

/** RFC 3261 §20.43; whatever a sentence quotes of the request stays inside its quotes. */
export function toWarning(sentence: string): SipHeader {
  const plain = sentence.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, "?");
  return toHeader("Warning", `399 etherlynk "${plain}"`);
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
