import { createTrust } from "./door/addresses.ts";
import { createDoor } from "./door/door.ts";
import { createOrigins } from "./door/origins.ts";
import { createVisitors } from "./door/visitors.ts";
import { type Limits, limits as shippedLimits } from "./limits.ts";
import { type Log, silentLog } from "./log.ts";
import type { Metric } from "./metrics.ts";
import { nodeMetrics } from "./node-metrics.ts";
import { createPages, type Page } from "./pages.ts";
import { createPeerDialect } from "./peerjs/dialect.ts";
import { Realm } from "./peerjs/realm.ts";
import type { Aliases } from "./sip/aliases.ts";
import type { ChainConfig } from "./sip/sip-room.ts";
import { createSockets } from "./sockets.ts";
import { createTelephony, type LinksOptions } from "./telephony.ts";
import { createUpgrades } from "./upgrades.ts";
import { createWebSockets } from "./websocket/web-sockets.ts";
import type { Dialect } from "./wire.ts";

export interface NodeConfig {
  /** 127.0.0.1 unless given; 0 is any free port. */
  readonly host?: string;
  readonly port?: number;
  /** The domain this node answers for; an open node without one answers for any. */
  readonly domain?: string | undefined;
  /** Admits anyone; else only proven accounts hold names. PeerJS clients are guests either way. */
  readonly open?: boolean;
  /** The chain that delegations are signed for (1), and where smart accounts can be asked; one of its book, if it has one. */
  readonly chain?: ChainConfig;
  /** Plain names that lead to accounts: nobody else can hold them, in an open domain neither. */
  readonly aliases?: Aliases;
  /** Links to the nodes of other domains, which need a domain of our own. */
  readonly links?: LinksOptions | undefined;
  /** Where PeerJS and SIP live: begins and ends with a slash. */
  readonly path?: string;
  /** The `key` that PeerJS clients name. */
  readonly peerKey?: string;
  /** Answers `GET <path><key>/peers`. */
  readonly discovery?: boolean;
  /** Web origins that may use the node; any, unless given. */
  readonly origins?: readonly string[] | undefined;
  /** Address ranges of proxies that are believed about whom they forward. */
  readonly trustProxy?: readonly string[];
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly log?: Log;
  /** For tests, which cannot wait as long as users can. */
  readonly limits?: Partial<Limits>;
  /** Other dialects than PeerJS and SIP. */
  readonly dialects?: (core: NodeCore) => readonly Dialect[];
  /** Answers requests before the node's own pages do. */
  readonly page?: Page;
}

/** What another dialect needs of the node. */
export interface NodeCore {
  readonly realm: Realm;
  readonly limits: Limits;
  readonly log: Log;
}

export interface SignallerNode {
  listen(): Promise<{ readonly port: number; readonly urls: NodeUrls }>;
  /** Says goodbye to everybody and frees the port, within `limits.goodbyeMs` and a little. */
  close(): Promise<void>;
}

export interface NodeUrls {
  readonly http: string;
  readonly ws: string;
}

/**
 * A node by itself: PeerJS, and the dialects it is given, on one port.
 *
 * @throws NodeChainError
 */
export function createNode(config: NodeConfig): SignallerNode {
  const { host = "127.0.0.1", port = 0, path = "/", log = silentLog() } = config;
  const limits: Limits = { ...shippedLimits, ...config.limits };
  const place = { path, key: config.peerKey ?? "peerjs", discovery: config.discovery ?? false };
  const realm = new Realm(limits);
  const origins = createOrigins(config.origins);
  const visitors = createVisitors(limits);
  const webSockets = createWebSockets({ limits, log });
  const { domain, open = false, chain = { id: 1 }, aliases = new Map() } = config;
  const telephony = createTelephony({
    domain: open ? domain : (domain ?? "localhost"),
    open,
    chain,
    aliases,
    path,
    realm,
    log,
    links: config.links,
  });
  const dialects = [
    ...telephony.dialects,
    createPeerDialect(realm, place),
    ...(config.dialects?.({ realm, limits, log }) ?? []),
  ];
  const door = createDoor({ limits, visitors, trust: createTrust(config.trustProxy ?? []) });
  const sockets = createSockets({
    limits,
    log,
    door,
    tls: config.tls,
    onRequest: createPages({ realm, place, origins, page: config.page ?? (() => false), metrics }),
    onUpgrade: createUpgrades({ dialects, origins, webSockets, log }),
  });
  const forgetting = setInterval(() => visitors.forget(performance.now()), limits.forgetMs).unref();
  let closing: Promise<void> | undefined;

  function metrics(): readonly Metric[] {
    const { counts } = sockets;
    return [
      ...nodeMetrics({ webSockets: webSockets.figures(), sockets: counts, realm, addresses: visitors.size }),
      ...telephony.metrics(),
    ];
  }

  async function close(): Promise<void> {
    sockets.stop();
    telephony.stop();
    await webSockets.close();
    clearInterval(forgetting);
    realm.close();
    telephony.close();
    await sockets.close();
  }

  return {
    async listen() {
      const address = await sockets.listen({ host, port });
      telephony.start();
      const at = `${config.host?.includes(":") ? `[${host}]` : host}:${address.port}${path}`;
      const s = config.tls === undefined ? "" : "s";
      return { port: address.port, urls: { http: `http${s}://${at}`, ws: `ws${s}://${at}` } };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
