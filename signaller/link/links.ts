import type { IncomingMessage } from "node:http";
import type { Whereabouts } from "../chain/whereabouts.ts";
import type { Log } from "../log.ts";
import type { NodeKey } from "../node-key.ts";
import { type LinkLimits, linkLimits } from "../sip/limits.ts";
import type { SipRoom } from "../sip/sip-room.ts";
import { closeCode } from "../websocket/frame.ts";
import { offeredSubprotocols } from "../websocket/handshake.ts";
import type { Dialect, Wire } from "../wire.ts";
import { DialError, dial } from "./client-socket.ts";
import { FoundLinks } from "./found-links.ts";
import { createCalleeHandshake, createCallerHandshake, type Handshake, type Proven } from "./handshake.ts";
import { LinkFlow, type Side } from "./link-flow.ts";
import { LinkReceiver } from "./link-receiver.ts";
import type { PeerNode } from "./peer-node.ts";

export interface LinksConfig {
  readonly room: SipRoom;
  readonly peers: readonly PeerNode[];
  readonly key: NodeKey;
  readonly log: Log;
  readonly limits?: Partial<LinkLimits>;
  /** The chains, where other domains' nodes are found. */
  readonly whereabouts?: Whereabouts | undefined;
  /** Nodes found there are dialled without TLS too, and on this machine. */
  readonly plain?: boolean | undefined;
}

/** One connection that has just been opened. */
interface Receiving {
  readonly handshake: Handshake;
  readonly dialledBy: Side;
  readonly onProven?: () => void;
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
  readonly #found: FoundLinks | undefined;

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
    this.#found = this.#createFound();
    const found = this.#found;
    room.connect({
      peers: {
        flowTo: domain => this.#up(domain),
        reach: home => found?.reach(home),
        wayOf: (domain, request) => found?.wayOf(domain, request),
        remember: (request, flow) => found?.remember(request, flow),
      },
    });
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
    this.#found?.close();
  }

  /** Whether each link is up. */
  figures(): readonly Pick<LinkFlow, "domain" | "thumbprint" | "closed" | "malformed">[] {
    return [...this.#flows.values(), ...(this.#found?.figures() ?? [])];
  }

  #up(domain: string): LinkFlow | undefined {
    const flow = this.#flows.get(domain);
    return flow === undefined || flow.closed ? undefined : flow;
  }

  #welcome(request: IncomingMessage) {
    if (!offeredSubprotocols(request).includes(SUBPROTOCOL)) return undefined;
    if (this.#config.peers.length === 0 && this.#found === undefined)
      return { status: 404, sentence: "This node has no links." };
    return {
      subprotocol: SUBPROTOCOL,
      open: (wire: Wire) =>
        this.#receive(wire, { handshake: createCalleeHandshake(this.#handshake()), dialledBy: "them" }),
    };
  }

  #receive(wire: Wire, { handshake, dialledBy, onProven }: Receiving): LinkReceiver {
    const { log } = this.#config;
    return new LinkReceiver(wire, {
      handshake,
      log,
      ...this.#limits,
      onProven: other => {
        const flow = this.#onProven(other, wire, dialledBy);
        onProven?.();
        return flow;
      },
      onClose: flow => {
        if (flow?.disconnect(wire)) {
          log("warn", "link.down", { domain: flow.domain });
          if (dialledBy === "them" && this.#flows.get(flow.domain) === flow) this.#dialLater(flow.domain);
        }
      },
    });
  }

  #onProven(other: Proven, wire: Wire, dialledBy: Side): LinkFlow | undefined {
    const { domain } = other;
    const flow = this.#flows.get(domain) ?? this.#found?.flowFor(other);
    if (flow === undefined) wire.close(closeCode.tryLater, "This node has too many links.");
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

  #createFound(): FoundLinks | undefined {
    const { room, whereabouts, peers, log, plain = false } = this.#config;
    if (whereabouts === undefined) return undefined;
    return new FoundLinks({
      ...{ room, whereabouts, log, plain },
      limits: this.#limits,
      firstId: -1 - peers.length,
      dial: node => this.#open(node),
    });
  }

  #handshake() {
    const { room, key, peers } = this.#config;
    const found = this.#found;
    return {
      domain: room.domains.own,
      key,
      thumbprintOf: (domain: string) => peers.find(peer => peer.domain === domain)?.thumbprint,
      ...(found && {
        isFound: (domain: string, thumbprint: string) => found.isFound({ domain, thumbprint }),
      }),
    };
  }

  #dial(domain: string): void {
    const peer = this.#config.peers.find(known => known.domain === domain);
    if (peer === undefined || this.#stopping.signal.aborted || this.#up(domain) !== undefined) return;
    void this.#open(peer, () => this.#dialLater(domain));
  }

  /**
   * Opens a connection to a node. Resolves when it has proven itself or has ended; `onEnd` is told of each end: refused, or
   * not proven, is not now, but perhaps after the other side was configured.
   */
  async #open(peer: PeerNode, onEnd: () => void = () => undefined): Promise<void> {
    const { domain, url, thumbprint } = peer;
    const own = { ...this.#handshake(), thumbprintOf: () => thumbprint };
    const handshake = createCallerHandshake(own, domain);
    const { log } = this.#config;
    const options = {
      ...this.#limits,
      subprotocol: SUBPROTOCOL,
      signal: this.#stopping.signal,
      onBug: (error: unknown) =>
        log("error", "link.bug", { stack: error instanceof Error ? error.stack : String(error) }),
    };
    const settled = Promise.withResolvers<void>();
    try {
      await dial(url, options, wire => {
        wire.send(handshake.first);
        const receiver = this.#receive(wire, { handshake, dialledBy: "us", onProven: settled.resolve });
        return {
          onMessage: payload => receiver.onMessage(payload),
          onClose: () => {
            receiver.onClose();
            settled.resolve();
            onEnd();
          },
        };
      });
      await settled.promise;
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      log("warn", "link.unreachable", { domain, reason: error.message });
      onEnd();
    }
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
