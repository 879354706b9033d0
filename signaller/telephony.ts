import { Bridge } from "./bridge/bridge.ts";
import { bridgeMetrics } from "./bridge/bridge-metrics.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metrics.ts";
import type { Realm } from "./peerjs/realm.ts";
import { sipMetrics } from "./sip/sip-metrics.ts";
import { type ChainConfig, createSipRoom } from "./sip/sip-room.ts";
import type { Dialect } from "./wire.ts";

export interface TelephonyConfig {
  readonly domain: string | undefined;
  readonly open: boolean;
  readonly chain: ChainConfig;
  readonly path: string;
  readonly realm: Realm;
  readonly log: Log;
}

/** SIP, the links to other domains, and the bridge to PeerJS: what `node.ts` plugs in beside PeerJS itself. */
export interface Telephony {
  readonly dialects: readonly Dialect[];
  metrics(): Metric[];
  close(): void;
}

export function createTelephony({ domain, open, chain, path, realm, log }: TelephonyConfig): Telephony {
  const room = createSipRoom({ domain, open, chain, path, peers: [], log });
  const bridge = new Bridge({ room, realm, log });
  return {
    dialects: [room.dialect],
    metrics: () => [...sipMetrics(room.figures()), ...bridgeMetrics(bridge)],
    close() {
      bridge.close();
      room.close();
    },
  };
}
