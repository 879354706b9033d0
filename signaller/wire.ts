import type { IncomingMessage } from "node:http";

/** One open WebSocket as a dialect sees it. Two implementations: `websocket/`, and `ws` in tests. */
export interface Wire {
  /** Grows by one with each connection of this process. */
  readonly id: number;
  /** What limits are counted by: an IPv4 address, or the /64 of an IPv6 address. */
  readonly address: string;
  readonly closed: boolean;
  /**
   * Queues one message, written at the end of this turn of the event loop together with the others to this wire.
   * A string is taken as latin1 (SIP's ByteText); it goes out as a text frame where its bytes are UTF-8, else as a
   * binary one (RFC 7118 §4.2). A buffer must be UTF-8 and is copied. `tail`, ASCII, takes the place of what follows
   * its first `end` bytes; without `end` it is appended.
   * False when it was not taken, because the connection is closed or its reader too slow (which closes it).
   */
  send(payload: Buffer | string, tail?: string, end?: number): boolean;
  /** Says goodbye; nothing more is received. `onClose` follows when the connection has ended. */
  close(code: number, reason: string): void;
}

/** What a dialect does with a connection that it welcomed. Whatever it throws ends that connection, as a bug. */
export interface Receiver {
  /** A whole message; `binary` is false for text, which is UTF-8. The buffer is only valid during the call. */
  onMessage(payload: Buffer, binary: boolean): void;
  /** Called once. `clean`: the other end said goodbye by a close frame; else the socket merely dropped. */
  onClose(clean: boolean): void;
}

export interface Welcome {
  readonly subprotocol?: string;
  /** Called when the 101 is on its way: what is sent here leaves in the same packet. */
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
