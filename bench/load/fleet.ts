import { randomUUID } from "node:crypto";
import { type Client, type ClientTarget, dropClient, startClient } from "./client.ts";
import { toClientFrame } from "./frames.ts";
import { toSourceAddress } from "./source-address.ts";

export interface FleetOptions {
  readonly port: number;
  readonly count: number;
  readonly perAddress: number;
  readonly dialect: Dialect;
  /** Handshakes in flight at once. */
  readonly parallel: number;
}

/** How a client introduces itself and what it says to stay welcome. */
export interface Dialect {
  target(client: Client, port: number): ClientTarget;
  /** Sent when the 101 was read; undefined when the server speaks first. */
  greeting(client: Client): Buffer | undefined;
  /** Whether this message is the welcome. */
  isWelcome(text: string): boolean;
  readonly keepAlive: Buffer;
}

/** The connections of one load process. */
export interface Fleet {
  readonly clients: readonly Client[];
  /** What to do with a message once its client is open. */
  onText: (client: Client, buffer: Buffer, start: number, end: number) => void;
  /** Connects all that are not connected and resolves when each was welcomed; fails with the first reason. */
  open(limitMs: number): Promise<{ seconds: number }>;
  /** All at once, without a goodbye. */
  drop(): void;
  /** Sends each client's keep-alive once every `everyMs`, evenly spread. */
  startKeepAlive(everyMs: number): void;
  /** Fails when a connection was lost since it was opened: a measurement with losses is none. */
  assertWhole(): void;
  close(): void;
}

const ticksPerSecond = 20;

export function createFleet(options: FleetOptions): Fleet {
  const { dialect } = options;
  const keepAlive = toClientFrame(dialect.keepAlive);
  const clients = Array.from({ length: options.count }, (_, index) => toClient(index, options.perAddress));
  const opening = { waiting: [] as Client[], left: 0, done: (_reason?: Error): void => undefined };
  const lost: string[] = [];
  const timers: NodeJS.Timeout[] = [];

  const connectNext = (): void => {
    const client = opening.waiting.pop();
    if (client) startClient(client, dialect.target(client, options.port), hooks);
  };
  const hooks = {
    onUpgraded(client: Client): void {
      const greeting = dialect.greeting(client);
      if (greeting) client.socket?.write(toClientFrame(greeting));
    },
    onText(client: Client, buffer: Buffer, start: number, end: number): void {
      if (client.open) return fleet.onText(client, buffer, start, end);
      const text = buffer.toString("latin1", start, end);
      if (!dialect.isWelcome(text)) {
        client.reason = `not welcomed but told ${text.slice(0, 200)}`;
        return client.socket?.destroy() && undefined;
      }
      client.open = true;
      opening.left--;
      if (opening.left === 0) opening.done();
      else connectNext();
    },
    onClosed(client: Client, reason: string): void {
      lost.push(`client ${client.index} of ${client.localAddress}: ${reason}`);
      opening.done(new Error(`Connection lost: ${lost[0]}`));
    },
  };
  const fleet: Fleet = {
    clients,
    onText: () => undefined,
    open: limitMs => {
      const begun = performance.now();
      opening.waiting = clients.filter(client => !client.open);
      opening.left = opening.waiting.length;
      return new Promise((resolve, reject) => {
        const late = setTimeout(
          () => opening.done(new Error(`${opening.left} clients were not welcomed in ${limitMs} ms.`)),
          limitMs,
        );
        opening.done = reason => {
          clearTimeout(late);
          if (reason) reject(reason);
          else resolve({ seconds: (performance.now() - begun) / 1000 });
        };
        for (let i = Math.min(options.parallel, opening.left); i > 0; i--) connectNext();
      });
    },
    drop: () => clients.forEach(dropClient),
    startKeepAlive: everyMs => timers.push(startKeepAlive(clients, keepAlive, everyMs)),
    assertWhole: () => {
      if (lost.length > 0) throw new Error(`${lost.length} connections were lost; first ${lost[0]}`);
    },
    close: () => {
      timers.forEach(clearInterval);
      clients.forEach(dropClient);
    },
  };
  return fleet;
}

function toClient(index: number, perAddress: number): Client {
  return {
    index,
    id: randomUUID(),
    token: randomUUID().slice(0, 11),
    localAddress: toSourceAddress(index, perAddress),
    socket: undefined,
    rest: undefined,
    upgraded: false,
    open: false,
    reason: "",
  };
}

function startKeepAlive(clients: readonly Client[], frame: Buffer, everyMs: number): NodeJS.Timeout {
  let next = 0;
  let owed = 0;
  return setInterval(() => {
    owed += (clients.length * 1000) / everyMs / ticksPerSecond;
    for (; owed >= 1; owed--) {
      const client = clients[next++ % clients.length];
      if (client?.open) client.socket?.write(frame);
    }
  }, 1000 / ticksPerSecond);
}
