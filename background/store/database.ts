import { Dexie, type Table } from "dexie";
import type { Bytes } from "./sealing.ts";
import { BlockedError, NewerError, toStoreError } from "./store-error.ts";

/**
 * The phone's one database. Shared by every context of the extension; each opens it for itself.
 *
 * Nothing in it names a person in clear: records are sealed (sealed-table.ts, sealed-log.ts), and what is looked
 * up by equality is an HMAC under a key of the vault. Tables and logs of the phone are *names* within `rows`,
 * `tail`, `blocks` and `chapters`, so that a new one needs no new version of the database.
 *
 * How it grows. `databaseVersion` counts the stores and indexes below. A change adds `db.version(2).stores({…})`
 * with what is new, and keeps version 1 as it stands: Dexie brings older databases up on opening. An upgrade
 * runs in a transaction, where WebCrypto cannot be waited for: it may add and drop stores and indexes, never
 * rewrite what is sealed. The shape of what is sealed has its own number, beside the record in its box; a
 * definition's `read` turns older shapes into today's when it meets them, and the next write stores today's.
 */
export type Database = Dexie & {
  readonly wraps: Table<WrapRow, string>;
  readonly keys: Table<KeyRow, string>;
  readonly heads: Table<HeadRow, string>;
  readonly rows: Table<SealedRow, [string, string]>;
  readonly tail: Table<TailRow, [string, number]>;
  readonly blocks: Table<BlockRow, [string, number]>;
  readonly chapters: Table<ChapterRow, [string, number]>;
  readonly replays: Table<ReplayRow, string>;
};

/** The master key, sealed by another key: the device's, and later a phrase's, a passkey's, another device's. */
export interface WrapRow {
  readonly id: string;
  readonly kind: string;
  readonly vault: string;
  readonly box: Bytes;
  readonly created: number;
  /** What this way of unlocking needs to know, such as a salt. Never secret, never personal. */
  readonly details?: Readonly<Record<string, string | number>>;
}

/** What WebCrypto and WebRTC hold and never show: stored as the object it is, and nothing else is stored so. */
export interface KeyRow {
  readonly name: string;
  readonly value: unknown;
  readonly expires?: number;
}

/** A table's or log's sealed list of its own rows: without it, an older copy of a row would look genuine. */
export interface HeadRow {
  readonly name: string;
  readonly revision: number;
  readonly box: Bytes;
}

export interface SealedRow {
  readonly table: string;
  readonly id: string;
  readonly version: number;
  /** HMACs of what it is looked up by. */
  readonly tokens: readonly string[];
  /** What it is ranged by, in clear: a due time, for one. */
  readonly order?: number;
  readonly box: Bytes;
}

export interface TailRow {
  readonly log: string;
  readonly seq: number;
  readonly version: number;
  readonly box: Bytes;
}

export interface BlockRow {
  readonly log: string;
  /** The seq of the last record it was made of. */
  readonly last: number;
  readonly version: number;
  readonly box: Bytes;
}

/** The sealed list of a run of blocks: their ranges, and who is in them. */
export interface ChapterRow {
  readonly log: string;
  readonly number: number;
  readonly version: number;
  readonly box: Bytes;
}

export interface ReplayRow {
  readonly token: string;
  readonly until: number;
}

export interface DatabaseOptions {
  readonly name: string;
  readonly indexedDB?: IDBFactory;
  readonly IDBKeyRange?: typeof IDBKeyRange;
  /** How long an older tab may take to let go. */
  readonly blockedMs?: number;
}

const databaseVersion = 1;

const stores = {
  wraps: "id",
  keys: "name, expires",
  heads: "name",
  rows: "[table+id], *tokens, [table+order]",
  tail: "[log+seq]",
  blocks: "[log+last]",
  chapters: "[log+number]",
  replays: "token, until",
} satisfies Record<Exclude<keyof Database, keyof Dexie>, string>;

/**
 * Opens the database, and makes or upgrades it where that is due.
 *
 * @throws NewerError, BlockedError, FailedError
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const factory = options.indexedDB ?? indexedDB;
  await refuseNewer(factory, options.name);
  const db = new Dexie(options.name, {
    indexedDB: factory,
    IDBKeyRange: options.IDBKeyRange ?? IDBKeyRange,
    // Its cache answers queries from what it believes was written; ours must see what is there.
    cache: "disabled",
  }) as Database;
  db.version(databaseVersion).stores(stores);
  // Returning false keeps Dexie's own answer away: it would open again, and make a deleted database anew.
  db.on("versionchange", () => {
    db.close();
    return false;
  });
  await asStore(openUnblocked(db, options.blockedMs ?? 3_000));
  return db;
}

/**
 * Destroys what the database holds: first all keys and rows at once, so that nothing opens what may be left of the
 * file on the disk; then the database itself. Other contexts let go of it; one that does not cannot keep it.
 */
export async function destroyDatabase(db: Database, blockedMs = 3_000): Promise<void> {
  await asStore(db.transaction("rw", db.tables, () => Promise.all(db.tables.map(table => table.clear()))));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const longEnough = new Promise<void>(resolve => {
    timer = setTimeout(resolve, blockedMs);
  });
  await asStore(Promise.race([db.delete(), longEnough])).finally(() => clearTimeout(timer));
}

/** Runs database work, and turns what the platform says about it into our errors. */
export async function asStore<Result>(work: PromiseLike<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw toStoreError(error);
  }
}

/**
 * Dexie opens a newer database as well as it can, and where stores are missing adds them and raises its version.
 * A database that this code does not know is to be left alone.
 */
async function refuseNewer(factory: IDBFactory, name: string): Promise<void> {
  const found = await asStore(factory.databases());
  const version = found.find(one => one.name === name)?.version ?? 0;
  // Dexie counts in tenths.
  if (version > databaseVersion * 10) throw new NewerError();
}

async function openUnblocked(db: Database, blockedMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const blocked = new Promise<never>((_, reject) => {
    db.on("blocked", () => {
      timer ??= setTimeout(() => {
        reject(new BlockedError());
        db.close();
      }, blockedMs);
      return false;
    });
  });
  try {
    await Promise.race([db.open(), blocked]);
  } finally {
    clearTimeout(timer);
  }
}
