import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { descriptorLimit } from "./descriptors.ts";
import type { Door } from "./door/door.ts";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Upgrade } from "./websocket/port.ts";
import { refuse } from "./websocket/refuse.ts";

export interface SocketsConfig {
  readonly limits: Limits;
  readonly log: Log;
  readonly door: Door;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (upgrade: Upgrade) => void;
}

export interface Sockets {
  /** Rejects when the port is taken or not allowed. */
  listen(at: { host: string; port: number }): Promise<AddressInfo>;
  /** Accepts nobody any more, and cuts idle HTTP connections. */
  stop(): void;
  /** Cuts what is left; resolves when the port is free. */
  close(): Promise<void>;
  readonly counts: Readonly<SocketCounts>;
}

export interface SocketCounts {
  connections: number;
  requests: number;
  /** Turned away because of what their address had used up. */
  refused: number;
  /** Turned away because the node had as many connections as it has descriptors for. */
  full: number;
}

/** The node's one port: HTTP, and the upgrades that become WebSockets. */
export function createSockets(config: SocketsConfig): Sockets {
  const counts: SocketCounts = { connections: 0, requests: 0, refused: 0, full: 0 };
  const server = createHttp(config);
  const closed = Promise.withResolvers<void>();
  let hasListened = false;
  server.on("close", closed.resolve);
  server.on("connection", (socket: Socket) => {
    counts.connections += 1;
    if (config.door.connect(socket)) return;
    counts.refused += 1;
    socket.destroy();
  });
  server.on("request", (request, response) => {
    counts.requests += 1;
    // Not for all sockets from the start: a timer would make each idle WebSocket a kilobyte larger.
    request.socket.setTimeout(config.limits.stillMs);
    if (config.door.request(request)) return guardRequest(config, request, response);
    counts.refused += 1;
    response.writeHead(429, { connection: "close", "retry-after": "10" }).end("Too many requests.\n");
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    counts.requests += 1;
    const visitor = config.door.upgrade(request);
    if (visitor !== undefined) return config.onUpgrade({ request, socket, head, visitor });
    counts.refused += 1;
    refuse(socket, { status: 429, sentence: "Too many connections from your address." });
  });
  server.on("drop", () => {
    counts.full += 1;
  });
  return {
    counts,
    async listen(at) {
      const address = await listen(server, at, config);
      hasListened = true;
      return address;
    },
    stop() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      server.closeAllConnections();
      if (hasListened) await closed.promise;
    },
  };
}

/** An error here is a defect of ours: this request ends, the defect is told, and nobody else notices. */
function guardRequest(
  { onRequest, log }: SocketsConfig,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  try {
    onRequest(request, response);
  } catch (error) {
    log("error", "request.bug", { stack: error instanceof Error ? error.stack : String(error) });
    response.destroy();
  }
}

function createHttp({ limits, tls }: SocketsConfig): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, ...tls, handshakeTimeout: limits.tlsHandshakeMs });
  server.maxHeadersCount = limits.headerFields;
  // Node closes what comes above this by itself, before a missing descriptor could make accept fail.
  const descriptors = descriptorLimit();
  if (descriptors !== undefined) server.maxConnections = Math.max(1, descriptors - limits.spareDescriptors);
  return server;
}

function listen(
  server: Server,
  at: { host: string; port: number },
  { limits, log }: SocketsConfig,
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once("error", reject);
  server.listen({ ...at, backlog: limits.backlog }, () => {
    server.off("error", reject);
    // An accept that failed, for want of a descriptor or because the client is gone already: the next may succeed.
    server.on("error", error => log("warn", "accept.failed", { reason: error.message }));
    const address = server.address();
    if (address === null || typeof address === "string") reject(new Error("A TCP server has an address."));
    else resolve(address);
  });
  return promise;
}
