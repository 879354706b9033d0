import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createVisitors } from "../door/visitors.ts";
import { type Limits, limits as shipped } from "../limits.ts";
import { type Log, silentLog } from "../log.ts";
import type { Receiver, Welcome, Wire } from "../wire.ts";
import type { WebSockets } from "./port.ts";

/** Makes one implementation of the port. */
export type CreateWebSockets = (config: { limits: Limits; log: Log }) => WebSockets;

/** One connection as its dialect saw it. */
export interface Seen {
  readonly wire: Wire;
  readonly messages: { payload: Buffer; binary: boolean }[];
  /** Resolves with `clean`. */
  readonly closed: Promise<boolean>;
  closes: number;
  /** Resolves when so many messages have come. */
  got(count: number): Promise<void>;
}

export interface Stage {
  readonly port: number;
  readonly webSockets: WebSockets;
  /** The next connection that opens. */
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
  readonly subprotocol?: string;
  /** What the dialect does with a message besides keeping it. */
  readonly onMessage?: (wire: Wire, payload: Buffer, binary: boolean) => void;
  readonly onOpen?: (wire: Wire) => void;
}

/** A server around one implementation of the port, whose dialect keeps what it sees. */
export async function openStage(create: CreateWebSockets, options: StageOptions = {}): Promise<Stage> {
  const limits: Limits = { ...shipped, ...options.limits };
  const visitors = createVisitors(limits);
  const webSockets = create({ limits, log: options.log ?? silentLog() });
  const waiting: ((seen: Seen) => void)[] = [];
  const arrived: Seen[] = [];
  const welcome: Welcome = {
    ...(options.subprotocol !== undefined && { subprotocol: options.subprotocol }),
    open(wire) {
      options.onOpen?.(wire);
      const { seen, receiver } = watch(wire, options);
      const taker = waiting.shift();
      if (taker) taker(seen);
      else arrived.push(seen);
      return receiver;
    },
  };
  const server = createServer();
  server.on("upgrade", (request, socket: Socket, head) => {
    const visitor = visitors.of(socket.remoteAddress ?? "");
    webSockets.accept({ request, socket, head, visitor }, welcome);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    webSockets,
    seen() {
      const first = arrived.shift();
      if (first) return Promise.resolve(first);
      return new Promise(resolve => waiting.push(resolve));
    },
    async close() {
      await webSockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function watch(wire: Wire, { onMessage }: StageOptions): { seen: Seen; receiver: Receiver } {
  const closed = Promise.withResolvers<boolean>();
  const messages: Seen["messages"] = [];
  const counted: { count: number; resolve: () => void }[] = [];
  const seen: Seen = {
    wire,
    messages,
    closed: closed.promise,
    closes: 0,
    got(count) {
      if (messages.length >= count) return Promise.resolve();
      return new Promise(resolve => counted.push({ count, resolve }));
    },
  };
  const receiver: Receiver = {
    onMessage(payload, binary) {
      messages.push({ payload: Buffer.from(payload), binary });
      for (const { count, resolve } of counted) if (messages.length >= count) resolve();
      onMessage?.(wire, payload, binary);
    },
    onClose(clean) {
      seen.closes += 1;
      closed.resolve(clean);
    },
  };
  return { seen, receiver };
}
