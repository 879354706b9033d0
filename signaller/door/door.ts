import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Limits } from "../limits.ts";
import { clientAddress, limitKey, type Trust } from "./addresses.ts";
import { spend, type Visitor, type Visitors } from "./visitors.ts";

/** Counts who uses the node, by address, and says who may not. */
export interface Door {
  /** A TCP connection has been made. False: its address has too many, and it is to be dropped without a word. */
  connect(socket: Socket): boolean;
  /** A whole request has come. False: its address has asked for too much. */
  request(request: IncomingMessage): boolean;
  /** The same for an upgrade, which also keeps a connection; `undefined` where it may not be. */
  upgrade(request: IncomingMessage): Visitor | undefined;
}

export interface DoorConfig {
  readonly limits: Limits;
  readonly trust: Trust;
  readonly visitors: Visitors;
}

const counted = Symbol("counted");
const settled = Symbol("settled");
type CountedSocket = Socket & { [counted]?: Visitor; [settled]?: Visitor };

export function createDoor({ limits, trust, visitors }: DoorConfig): Door {
  const price = 1_000 / limits.requestsPerSecond;

  function visitorOf(request: IncomingMessage): Visitor {
    const { socket, headers } = request;
    return visitors.of(limitKey(clientAddress({ remote: socket.remoteAddress, headers }, trust)));
  }

  function spendRequest(visitor: Visitor): boolean {
    const now = performance.now();
    if (visitor.requestsUntil > now + limits.requestBurstMs) return false;
    visitor.requestsUntil = spend(visitor.requestsUntil, now, price);
    return true;
  }

  /** Puts the socket on its visitor's account, and off the one it was on. */
  function settle(request: IncomingMessage): Visitor {
    const socket: CountedSocket = request.socket;
    const visitor = visitorOf(request);
    if (socket[settled] === visitor) return visitor;
    // A TLS socket: what was counted is the TCP socket below it.
    if (socket[settled] === undefined && socket[counted] === undefined) socket.on("close", leave);
    if (socket[settled] !== undefined) socket[settled].settled -= 1;
    socket[settled] = visitor;
    visitor.settled += 1;
    const from = socket[counted];
    if (from === visitor || (from === undefined && visitor === directVisitorOf(socket))) return visitor;
    if (from !== undefined) from.connections -= 1;
    socket[counted] = visitor;
    visitor.connections += 1;
    return visitor;
  }

  function directVisitorOf(socket: Socket): Visitor {
    return visitors.of(limitKey(socket.remoteAddress ?? ""));
  }

  return {
    connect(socket: CountedSocket) {
      const visitor = directVisitorOf(socket);
      visitor.connections += 1;
      socket[counted] = visitor;
      socket.on("close", leave);
      // A proxy's connections are its clients': they are counted when it has said whose they are.
      if (trust.trusts(socket.remoteAddress ?? "")) return true;
      return (
        visitor.connections <= limits.connectionsPerAddress + limits.connectionsTold &&
        visitor.connections - visitor.settled <= limits.halfOpenPerAddress
      );
    },
    request: request => spendRequest(settle(request)),
    upgrade(request) {
      const visitor = settle(request);
      return spendRequest(visitor) && visitor.connections <= limits.connectionsPerAddress
        ? visitor
        : undefined;
    },
  };
}

function leave(this: CountedSocket): void {
  if (this[counted] !== undefined) this[counted].connections -= 1;
  if (this[settled] !== undefined) this[settled].settled -= 1;
}
