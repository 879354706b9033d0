import type { Dialect } from "./fleet.ts";

/** As stock PeerJS 1.5.5 connects, on a server with the default key and path. */
export const peerjsDialect: Dialect = {
  target: (client, port) => ({
    port,
    path: `/peerjs?key=peerjs&id=${client.id}&token=${client.token}&version=1.5.5`,
  }),
  greeting: () => undefined,
  isWelcome: text => text.startsWith('{"type":"OPEN"'),
  keepAlive: Buffer.from('{"type":"HEARTBEAT"}'),
};
