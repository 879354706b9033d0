import { randomUUID } from "node:crypto";
import {
  type Client,
  type ClientTarget,
  dropClient,
  prepareClient,
  startClient,
  type Text,
} from "./client.ts";
import { toClientFrame } from "./frames.ts";
import { toSourceAddress } from "./source-address.ts";

export interface FleetOptions {
  readonly port: number;
  readonly count: number;
  readonly perAddress: number;
  readonly dialect: Dialect;
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
  onText: (client: Client, text: Text) => void;
  /**
   * Connects all that are not connected, so many handshakes at a time, and resolves when each was welcomed; fails
   * with the first reason.
   */
  open(parallel: number, limitMs: number): Promise<{ seconds: number }>;
  /** All vanish without a goodbye and connect again in the same instant; resolves when each was welcomed. */
  storm(limitMs: number): Promise<{ seconds: number }>;
  /** Sends each client's keep-alive once every `everyMs`, evenly spread. */
  startKeepAlive(everyMs: number): void;
  /** Notes what should not have happened: a measurement in which it did is none. */
  fail(reason: string): void;
  /** Throws when anything failed or a connection was lost since it was opened. */
  assertWhole(): void;
  close(): void;
}

const ticksPerSecond = 20;

export function createFleet(options: FleetOptions): Fleet {
  const { dialect } = options;
  const keepAlive = toClientFrame(dialect.keepAlive);
  const clients = Array.from({ length: options.count }, (_, index) => toClient(index, options.perAddress));
  const opening = { waiting: [] as Client[], left: 0, done: (_reason?: Error): void => undefined };
  const failures: string[] = [];
  const timers: NodeJS.Timeout[] = [];

  const connectNext = (): void => {
    const client = opening.waiting.pop();
    if (client) startClient(client, dialect.target(client, options.port), hooks);
  };
  const onWelcome = (client: Client, text: string): void => {
    client.open = dialect.isWelcome(text);
    if (!client.open) {
      client.reason = `not welcomed but told ${text.slice(0, 200)}`;
      client.socket?.destroy();
    } else if (--opening.left === 0) opening.done();
    else connectNext();
  };
  const untilWelcome = (limitMs: number): Promise<{ seconds: number }> => {
    const begun = performance.now();
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
    });
  };
  const hooks = {
    onUpgraded(client: Client): void {
      const greeting = dialect.greeting(client);
      if (greeting) client.socket?.write(toClientFrame(greeting));
    },
    onText(client: Client, text: Text): void {
      if (client.open) fleet.onText(client, text);
      else onWelcome(client, text.buffer.toString("latin1", text.start, text.end));
    },
    onClosed(client: Client, reason: string): void {
      failures.push(`client ${client.index} of ${client.localAddress} was lost: ${reason}`);
      opening.done(new Error(failures[0]));
    },
  };
  const fleet: Fleet = {
    clients,
    onText: () => undefined,
    open: (parallel, limitMs) => {
      opening.waiting = clients.filter(client => !client.open);
      opening.left = opening.waiting.length;
      const opened = untilWelcome(limitMs);
      for (let i = Math.min(parallel, opening.left); i > 0; i--) connectNext();
      return opened;
    },
    storm: limitMs => {
      const starts = clients.map(client =>
        prepareClient(client, dialect.target(client, options.port), hooks),
      );
      opening.left = clients.length;
      clients.forEach(dropClient);
      const opened = untilWelcome(limitMs);
      for (const start of starts) start();
      return opened;
    },
    startKeepAlive: everyMs => timers.push(startKeepAlive(clients, keepAlive, everyMs)),
    fail: reason => failures.push(reason),
    assertWhole: () => {
      if (failures.length > 0) throw new Error(`${failures.length} failures; the first: ${failures[0]}`);
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
