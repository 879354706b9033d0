import type { IncomingMessage } from "node:http";
import type { Log } from "../log.ts";
import type { NodeKey } from "../node-key.ts";
import { type LinkLimits, linkLimits } from "../sip/limits.ts";
import type { SipRoom } from "../sip/sip-room.ts";
import { offeredSubprotocols } from "../websocket/handshake.ts";
import type { Dialect, Wire } from "../wire.ts";
import { DialError, dial } from "./client-socket.ts";
import { createCalleeHandshake, createCallerHandshake, type Handshake } from "./handshake.ts";
import { LinkFlow, type Side } from "./link-flow.ts";
import { LinkReceiver } from "./link-receiver.ts";

/** Another domain's node: where it is, and the thumbprint of the key it must prove. */
export interface PeerNode {
  readonly domain: string;
  readonly url: string;
  readonly thumbprint: string;
}

export interface LinksConfig {
  readonly room: SipRoom;
  readonly peers: readonly PeerNode[];
  readonly key: NodeKey;
  readonly log: Log;
  readonly limits?: Partial<LinkLimits>;
}

const SUBPROTOCOL = "etherlynk-link.v1";

/** Links to the nodes of other domains: one connection each, opened by either side. */
export class Links {
  readonly dialect: Dialect;
  readonly #config: LinksConfig;
  readonly #limits: LinkLimits;
  readonly #flows = new Map<string, LinkFlow>();
  readonly #failures = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(config: LinksConfig) {
    this.#config = config;
    this.#limits = { ...linkLimits, ...config.limits };
    const { room, peers } = config;
    for (const [at, { domain }] of peers.entries()) {
      // Below the bridge's; connections count up from 1.
      const flow = new LinkFlow(-1 - at, domain, { own: room.domains.own, core: room.core });
      this.#flows.set(domain, flow);
      room.join(flow);
    }
    room.connect({ peers: { flowTo: domain => this.#up(domain) } });
    this.dialect = {
      name: "link",
      welcome: request => this.#welcome(request),
    };
  }

  /** Dials every node that has not dialled us. */
  start(): void {
    for (const { domain } of this.#config.peers) this.#dial(domain);
  }

  close(): void {
    this.#stopping.abort();
    for (const flow of this.#flows.values()) flow.close();
  }

  /** Whether each link is up. */
  figures(): readonly { readonly domain: string; readonly up: boolean; readonly malformed: number }[] {
    return [...this.#flows.values()].map(({ domain, closed, malformed }) => ({
      domain,
      up: !closed,
      malformed,
    }));
  }

  #up(domain: string): LinkFlow | undefined {
    const flow = this.#flows.get(domain);
    return flow === undefined || flow.closed ? undefined : flow;
  }

  #welcome(request: IncomingMessage) {
    if (!offeredSubprotocols(request).includes(SUBPROTOCOL)) return undefined;
    if (this.#config.peers.length === 0) return { status: 404, sentence: "This node has no links." };
    return {
      subprotocol: SUBPROTOCOL,
      open: (wire: Wire) => this.#receive(wire, createCalleeHandshake(this.#handshake()), "them"),
    };
  }

  #receive(wire: Wire, handshake: Handshake, dialledBy: Side): LinkReceiver {
    const { log } = this.#config;
    return new LinkReceiver(wire, {
      handshake,
      log,
      ...this.#limits,
      onProven: domain => this.#onProven(domain, wire, dialledBy),
      onClose: flow => {
        if (flow?.disconnect(wire)) {
          log("warn", "link.down", { domain: flow.domain });
          if (dialledBy === "them") this.#dialLater(flow.domain);
        }
      },
    });
  }

  #onProven(domain: string, wire: Wire, dialledBy: Side): LinkFlow | undefined {
    const flow = this.#flows.get(domain);
    const isNew = flow?.closed === true;
    flow?.connect(wire, dialledBy);
    const { steadyMs } = this.#limits;
    // A link that does not last counts as one that failed: two processes of one domain would take it from each other.
    setTimeout(() => {
      if (!wire.closed) this.#failures.delete(domain);
    }, steadyMs).unref();
    if (isNew) this.#config.log("info", "link.up", { domain, by: dialledBy });
    return flow;
  }

  #handshake() {
    const { room, key, peers } = this.#config;
    return {
      domain: room.domains.own,
      key,
      thumbprintOf: (domain: string) => peers.find(peer => peer.domain === domain)?.thumbprint,
    };
  }

  #dial(domain: string): void {
    const peer = this.#config.peers.find(known => known.domain === domain);
    if (peer === undefined || this.#stopping.signal.aborted || this.#up(domain) !== undefined) return;
    const handshake = createCallerHandshake(this.#handshake(), domain);
    const options = {
      ...this.#limits,
      subprotocol: SUBPROTOCOL,
      signal: this.#stopping.signal,
      onBug: (error: unknown) =>
        this.#config.log("error", "link.bug", {
          stack: error instanceof Error ? error.stack : String(error),
        }),
    };
    dial(peer.url, options, wire => {
      wire.send(handshake.first);
      const receiver = this.#receive(wire, handshake, "us");
      // Refused, or not proven: not now, but perhaps after the other side was configured.
      return {
        onMessage: payload => receiver.onMessage(payload),
        onClose: () => {
          receiver.onClose();
          this.#dialLater(domain);
        },
      };
    }).catch((error: unknown) => {
      if (!(error instanceof DialError)) throw error;
      this.#config.log("warn", "link.unreachable", { domain, reason: error.message });
      this.#dialLater(domain);
    });
  }

  #dialLater(domain: string): void {
    if (this.#stopping.signal.aborted || this.#up(domain) !== undefined) return;
    const failures = this.#failures.get(domain) ?? 0;
    this.#failures.set(domain, failures + 1);
    const { firstRetryMs, lastRetryMs } = this.#limits;
    const wait = Math.min(firstRetryMs * 2 ** Math.min(failures, 16), lastRetryMs);
    setTimeout(() => this.#dial(domain), wait * (1 - Math.random() / 2)).unref();
  }
}
