import type { ChainEntry } from "../protocol/chain/address-book.ts";
import { EtherlynkError } from "../protocol/errors.ts";
import { Bridge } from "./bridge/bridge.ts";
import { bridgeMetrics } from "./bridge/bridge-metrics.ts";
import { chainMetrics } from "./chain/chain-metrics.ts";
import { createWhereabouts } from "./chain/whereabouts.ts";
import { linkMetrics } from "./link/link-metrics.ts";
import { Links } from "./link/links.ts";
import type { PeerNode } from "./link/peer-node.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metrics.ts";
import type { NodeKey } from "./node-key.ts";
import type { Realm } from "./peerjs/realm.ts";
import type { Aliases } from "./sip/aliases.ts";
import type { LinkLimits } from "./sip/limits.ts";
import { sipMetrics } from "./sip/sip-metrics.ts";
import { type ChainConfig, createSipRoom } from "./sip/sip-room.ts";
import type { Dialect } from "./wire.ts";

export interface TelephonyConfig {
  readonly domain: string | undefined;
  readonly open: boolean;
  readonly chain: ChainConfig;
  readonly aliases: Aliases;
  readonly path: string;
  readonly realm: Realm;
  readonly log: Log;
  readonly links: LinksOptions | undefined;
}

/** The nodes of other domains, and the key by which they know this one. */
export interface LinksOptions {
  readonly peers: readonly PeerNode[];
  readonly key: NodeKey;
  readonly limits?: Partial<LinkLimits>;
  /** Nodes found on the chain are dialled without TLS too, and on this machine: for trying it out. */
  readonly plain?: boolean;
}

/** SIP, the links to other domains, and the bridge to PeerJS: what `node.ts` plugs in beside PeerJS itself. */
export interface Telephony {
  readonly dialects: readonly Dialect[];
  /** Once the node listens. */
  start(): void;
  metrics(): Metric[];
  /** Says goodbye to other nodes. */
  stop(): void;
  /** Once nobody is connected any more. */
  close(): void;
}

/**
 * @throws NodeChainError where devices would be admitted without anybody looking whether they still may
 */
export function createTelephony(config: TelephonyConfig): Telephony {
  const { domain, open, chain, aliases, path, realm, log, links: wanted } = config;
  const peers = wanted?.peers.map(peer => peer.domain) ?? [];
  const { book, limits } = chain;
  const signedFor = open ? undefined : toSignedFor(chain);
  const whereabouts = book && createWhereabouts({ book, log, limits });
  const room = createSipRoom({ domain, open, chain, whereabouts, aliases, path, peers, log });
  const bridge = new Bridge({ room, realm, log });
  const links = wanted === undefined ? undefined : new Links({ room, log, whereabouts, ...wanted });
  return {
    dialects: links === undefined ? [room.dialect] : [room.dialect, links.dialect],
    start() {
      if (signedFor !== undefined && signedFor.clients === undefined) {
        log("warn", "chain.no-clients", { chain: signedFor.id, meaning: "no device can be revoked there" });
      }
      whereabouts?.start();
      links?.start();
    },
    metrics: () => [
      ...sipMetrics(room.figures()),
      ...bridgeMetrics(bridge),
      ...(links === undefined ? [] : linkMetrics(links)),
      ...(whereabouts === undefined ? [] : chainMetrics(whereabouts)),
    ],
    stop() {
      links?.close();
      whereabouts?.close();
    },
    close() {
      bridge.close();
      room.close();
    },
  };
}

/**
 * The chain that delegations are signed for, of the book that is read: its client registrar says which of them have
 * ended. A book of other chains alone would leave every stolen device its line.
 */
function toSignedFor({ id, book }: ChainConfig): ChainEntry | undefined {
  if (book === undefined) return undefined;
  const entry = book.chains.find(chain => chain.id === id);
  if (entry !== undefined) return entry;
  const known = book.chains.map(chain => chain.id).join(", ") || "none";
  throw new NodeChainError(
    "node.chain",
    `Delegations are signed for chain ${id}, and the address book has only ${known}: add it, or name one of these.`,
  );
}

class NodeChainError extends EtherlynkError {}
