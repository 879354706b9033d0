import type { IncomingMessage } from "node:http";

/** One open WebSocket as a dialect sees it. Two implementations: `websocket/`, and `ws` in tests. */
export interface Wire {
  /** Grows by one with each connection of this process. */
  readonly id: number;
  /** What limits are counted by: an IPv4 address, or the /64 of an IPv6 address. */
  readonly address: string;
  readonly closed: boolean;
  /**
   * Queues one text message, written at the end of this tick; a string is taken as latin1 (SIP's ByteText).
   * False when it was not taken, because the connection is closed or its reader too slow (which closes it).
   */
  send(payload: Buffer | string): boolean;
  close(code: number, reason: string): void;
}

/** What a dialect does with a connection that it welcomed. Neither may throw for anything received. */
export interface Receiver {
  /** A whole text message, UTF-8 checked. The buffer is only valid during the call. */
  onMessage(payload: Buffer): void;
  /** Called once. `clean`: the other end said goodbye by a close frame; else the socket merely dropped. */
  onClose(clean: boolean): void;
}

export interface Welcome {
  readonly subprotocol?: string;
  /** Called when the 101 has been written. */
  open(wire: Wire): Receiver;
}

export interface Refusal {
  readonly status: number;
  readonly sentence: string;
}

/** How a client speaks to the node. `undefined`: this upgrade is not in my dialect. */
export interface Dialect {
  readonly name: "peerjs" | "sip" | "link";
  welcome(request: IncomingMessage, url: URL): Welcome | Refusal | undefined;
}
