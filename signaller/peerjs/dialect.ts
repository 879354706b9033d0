import { PeerMessageError, toPeerHello } from "../../protocol/peer/peer-message.ts";
import { offeredSubprotocols } from "../websocket/handshake.ts";
import type { Dialect, Receiver, Wire } from "../wire.ts";
import type { Realm } from "./realm.ts";

export interface PeerPlace {
  /** Where PeerJS lives on this node: begins and ends with a slash. */
  readonly path: string;
  /** The `key` that clients name, `peerjs` unless configured. */
  readonly key: string;
}

/** What is left of a client that was turned away: nothing it says counts. */
const nobody: Receiver = { onMessage: () => undefined, onClose: () => undefined };

/** The PeerJS wire, at `<path>peerjs?key=&id=&token=`. Stock clients expect their refusals inside the WebSocket. */
export function createPeerDialect(realm: Realm, { path, key }: PeerPlace): Dialect {
  const place = `${path}peerjs`;
  return {
    name: "peerjs",
    welcome(request, url) {
      if (url.pathname !== place || offeredSubprotocols(request).includes("sip")) return undefined;
      return { open: wire => openWire(wire, url) };
    },
  };

  function openWire(wire: Wire, url: URL): Receiver {
    try {
      const hello = toPeerHello(url.searchParams);
      if (hello.key !== key) return turnAway(wire, "Invalid key provided");
      return realm.admit(hello, wire) ?? nobody;
    } catch (error) {
      if (error instanceof PeerMessageError) return turnAway(wire, error.message);
      throw error;
    }
  }
}

function turnAway(wire: Wire, sentence: string): Receiver {
  wire.send(Buffer.from(JSON.stringify({ type: "ERROR", payload: { msg: sentence } })));
  wire.close(1008, "");
  return nobody;
}
