import { callId } from "../../protocol/sip/fields.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import type { Home, HomeNode } from "../chain/client-table.ts";
import { isPublicUrl } from "../chain/home-text.ts";
import type { Maybe } from "../chain/maybe.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import type { Log } from "../log.ts";
import { toFlatString } from "../sip/flat-string.ts";
import type { Flow } from "../sip/flow.ts";
import type { LinkLimits } from "../sip/limits.ts";
import type { SipRoom } from "../sip/sip-room.ts";
import type { Proven } from "./handshake.ts";
import { LinkFlow } from "./link-flow.ts";
import type { PeerNode } from "./peer-node.ts";

export interface FoundLinksConfig {
  readonly room: SipRoom;
  readonly whereabouts: Whereabouts;
  readonly limits: LinkLimits;
  readonly log: Log;
  /** Ids of flows count down from here. */
  readonly firstId: number;
  /** Nodes without TLS, and of this machine and its networks, are dialled too: for trying it out. */
  readonly plain: boolean;
  /** Opens a connection; resolves when it has proven itself, or has ended. */
  dial(node: PeerNode): Promise<void>;
}

interface Found {
  readonly node: Proven;
  readonly flow: LinkFlow;
}

/**
 * Links to nodes that accounts name on the chain. Anybody may write there that a domain's node is his: so a link is
 * known by domain *and* key, carries the calls of accounts that name this key, and is believed about these alone.
 * Links open when a call needs them and close when nothing moves.
 */
export class FoundLinks {
  readonly #config: FoundLinksConfig;
  readonly #found = new Map<string, Found>();
  readonly #dialling = new Map<string, Promise<void>>();
  /** Until when a node is not tried again. */
  readonly #resting = new Map<string, number>();
  /** Which link a dialog takes, by its Call-ID: within it, requests name no account. */
  readonly #dialogs = new Map<string, Proven>();
  readonly #sweeps: NodeJS.Timeout;
  #nextId: number;

  constructor(config: FoundLinksConfig) {
    this.#config = config;
    this.#nextId = config.firstId;
    this.#sweeps = setInterval(() => this.#sweep(), config.limits.idleMs / 4).unref();
  }

  /** Whether an account of this domain names this key. */
  isFound({ domain, thumbprint }: Proven): boolean {
    return this.#config.whereabouts
      .homesAt(domain)
      .some(({ nodes }) => nodes.some(node => node.thumbprint === thumbprint));
  }

  /** The flow of a node that has proven itself; `undefined`: there are too many. */
  flowFor(node: Proven): LinkFlow | undefined {
    const key = keyOf(node);
    const known = this.#found.get(key);
    if (known !== undefined) return known.flow;
    const { room, whereabouts, limits, log } = this.#config;
    if (this.#found.size >= limits.foundLinks) this.#sweep();
    if (this.#found.size >= limits.foundLinks) {
      log("warn", "link.full", { links: this.#found.size });
      return undefined;
    }
    const flow = new LinkFlow(this.#nextId--, node.domain, {
      thumbprint: node.thumbprint,
      own: room.domains.own,
      core: room.core,
      believes: account => whereabouts.isHomeOf(account.toLowerCase(), node.domain, node.thumbprint),
      onRequest: request => this.#note(request, node),
    });
    this.#found.set(key, { node, flow });
    room.join(flow);
    return flow;
  }

  /** The first of a home's nodes that is connected, or can be. */
  reach({ domain, nodes }: Home): Maybe<Flow | undefined> {
    for (const { thumbprint } of nodes) {
      const flow = this.#up({ domain, thumbprint });
      if (flow !== undefined) return flow;
    }
    return this.#dialAny(domain, nodes);
  }

  remember(request: SipRequest, flow: Flow): void {
    for (const { node, flow: known } of this.#found.values()) if (known === flow) this.#note(request, node);
  }

  wayOf(domain: string, request: SipRequest): Maybe<Flow | undefined> {
    const node = this.#dialogs.get(callId(request));
    if (node === undefined || node.domain !== domain) return undefined;
    const homes = this.#config.whereabouts.homesAt(domain);
    const nodes = homes.flatMap(home => home.nodes).filter(it => it.thumbprint === node.thumbprint);
    return this.#up(node) ?? this.#dialAny(domain, nodes);
  }

  figures(): readonly LinkFlow[] {
    return [...this.#found.values()].map(({ flow }) => flow);
  }

  close(): void {
    clearInterval(this.#sweeps);
    for (const { flow } of this.#found.values()) flow.close();
  }

  #up(node: Proven): LinkFlow | undefined {
    const flow = this.#found.get(keyOf(node))?.flow;
    return flow === undefined || flow.closed ? undefined : flow;
  }

  async #dialAny(domain: string, nodes: readonly HomeNode[]): Promise<Flow | undefined> {
    for (const { url, thumbprint } of nodes) {
      await this.#dial({ domain, url, thumbprint });
      const flow = this.#up({ domain, thumbprint });
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  /** Once at a time for each node, whoever asks. */
  #dial(node: PeerNode): Promise<void> {
    const key = keyOf(node);
    const underWay = this.#dialling.get(key);
    if (underWay !== undefined) return underWay;
    const { limits, plain } = this.#config;
    const isResting = (this.#resting.get(key) ?? 0) > performance.now();
    const hasRoom = this.#dialling.size < limits.foundLinks;
    if (isResting || !hasRoom || !(plain || isPublicUrl(node.url))) return Promise.resolve();
    const dialling = withinTime(this.#config.dial(node), limits.reachMs).finally(() => {
      this.#dialling.delete(key);
      if (this.#up(node) === undefined) this.#rest(key);
      else this.#resting.delete(key);
    });
    this.#dialling.set(key, dialling);
    return dialling;
  }

  #rest(key: string): void {
    const { foundLinks, unreachableMs } = this.#config.limits;
    if (this.#resting.size >= foundLinks) this.#resting.clear();
    this.#resting.set(key, performance.now() + unreachableMs);
  }

  #note(request: SipRequest, node: Proven): void {
    const id = toFlatString(callId(request));
    this.#dialogs.delete(id);
    this.#dialogs.set(id, node);
    if (this.#dialogs.size <= this.#config.limits.dialogs) return;
    for (const oldest of this.#dialogs.keys()) {
      this.#dialogs.delete(oldest);
      break;
    }
  }

  /** Closes links that nothing moves on, and forgets those that are closed. */
  #sweep(): void {
    const { room, limits } = this.#config;
    const longAgo = performance.now() - limits.idleMs;
    for (const [key, { flow }] of this.#found) {
      if (!flow.closed && flow.usedAt < longAgo) flow.close();
      if (!flow.closed || this.#dialling.has(key)) continue;
      this.#found.delete(key);
      room.leave(flow);
    }
  }
}

function keyOf({ domain, thumbprint }: Proven): string {
  return `${domain} ${thumbprint}`;
}

async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
