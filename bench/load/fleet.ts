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
  /**
   * All vanish without a goodbye and connect again in the same instant; whoever is thrown out before its welcome
   * tries again at once. Resolves when each was welcomed, or at the limit.
   */
  storm(limitMs: number): Promise<Storm>;
  /** Sends each client's keep-alive once every `everyMs`, evenly spread. */
  startKeepAlive(everyMs: number): void;
  /** Notes what should not have happened: a measurement in which it did is none. */
  fail(reason: string): void;
  /** Throws when anything failed or a connection was lost since it was opened. */
  assertWhole(): void;
}

export interface Storm {
  readonly seconds: number;
  /** How often somebody had to try again, and how many were not welcome at the limit. */
  readonly retried: number;
  readonly missing: number;
}

const ticksPerSecond = 20;

export function createFleet(options: FleetOptions): Fleet {
  const { dialect } = options;
  const keepAlive = toClientFrame(dialect.keepAlive);
  const clients = Array.from({ length: options.count }, (_, index) => toClient(index, options.perAddress));
  const opening = {
    waiting: [] as Client[],
    left: 0,
    retried: 0,
    insisting: false,
    done: (_reason?: Error): void => undefined,
  };
  const failures: string[] = [];

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
  /** Seconds until nobody is left to welcome, or the limit. */
  const untilWelcome = (limitMs: number): Promise<number> => {
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => opening.done(), limitMs);
      opening.done = reason => {
        clearTimeout(late);
        if (reason) reject(reason);
        else resolve((performance.now() - begun) / 1000);
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
      if (opening.insisting && !client.open) {
        opening.retried++;
        startClient(client, dialect.target(client, options.port), hooks);
        return;
      }
      client.open = false;
      failures.push(`client ${client.index} of ${client.localAddress} was lost: ${reason}`);
      opening.done(new Error(failures[0]));
    },
  };
  const fleet: Fleet = {
    clients,
    onText: () => undefined,
    open: async (parallel, limitMs) => {
      opening.waiting = clients.filter(client => !client.open);
      opening.left = opening.waiting.length;
      const opened = untilWelcome(limitMs);
      for (let i = Math.min(parallel, opening.left); i > 0; i--) connectNext();
      const seconds = await opened;
      if (opening.left > 0) throw new Error(`${opening.left} clients were not welcomed in ${limitMs} ms.`);
      return { seconds };
    },
    storm: async limitMs => {
      const starts = clients.map(client =>
        prepareClient(client, dialect.target(client, options.port), hooks),
      );
      opening.left = clients.length;
      opening.retried = 0;
      opening.insisting = true;
      clients.forEach(dropClient);
      const opened = untilWelcome(limitMs);
      for (const start of starts) start();
      const seconds = await opened;
      opening.insisting = false;
      return { seconds, retried: opening.retried, missing: opening.left };
    },
    startKeepAlive: everyMs => startKeepAlive(clients, keepAlive, everyMs),
    fail: reason => failures.push(reason),
    assertWhole: () => {
      if (failures.length > 0) throw new Error(`${failures.length} failures; the first: ${failures[0]}`);
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

function startKeepAlive(clients: readonly Client[], frame: Buffer, everyMs: number): void {
  let next = 0;
  let owed = 0;
  setInterval(() => {
    owed += (clients.length * 1000) / everyMs / ticksPerSecond;
    for (; owed >= 1; owed--) {
      const client = clients[next++ % clients.length];
      if (client?.open) client.socket?.write(frame);
    }
  }, 1000 / ticksPerSecond);
}
