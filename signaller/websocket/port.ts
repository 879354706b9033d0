import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Visitor } from "../door/visitors.ts";
import type { Welcome } from "../wire.ts";

/** An upgrade request that a dialect has welcomed, with what Node hands over. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent behind its request. */
  readonly head: Buffer;
  readonly visitor: Visitor;
}

/** The port that the node speaks WebSocket through: `createWebSockets` of this folder, and `ws` in tests. */
export interface WebSockets {
  /** Answers with 101 (or with words, when the request is no WebSocket handshake) and opens the wire. */
  accept(upgrade: Upgrade, welcome: Welcome): void;
  /** Says goodbye to everybody with 1001; resolves when all are gone. */
  close(): Promise<void>;
  figures(): WebSocketFigures;
}

/** What is open now, and what has happened since the start. */
export interface WebSocketFigures {
  readonly open: number;
  readonly unsentBytes: number;
  readonly unfinishedBytes: number;
  readonly counts: Readonly<WebSocketCounts>;
}

export interface WebSocketCounts {
  opened: number;
  received: number;
  receivedBytes: number;
  sent: number;
  sentBytes: number;
  /** Connections closed by us: for breaking RFC 6455, for reading too slowly, for flooding, for silence. */
  broken: number;
  slow: number;
  floods: number;
  silent: number;
  /** Times a connection was left unread because it was above its rate. */
  held: number;
  /** Errors of our own code, each of which ended one connection. */
  bugs: number;
}
