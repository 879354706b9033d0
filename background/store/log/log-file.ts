import type { Table } from "dexie";
import { createTurns } from "../../base/turns.ts";
import {
  asStore,
  type BlockRow,
  type ChapterRow,
  type Database,
  type HeadRow,
  type TailRow,
} from "../database.ts";
import { createHeadFile, isSameHead, isUnchanged, readHead } from "../head.ts";
import type { Home } from "../home.ts";
import { BusyError } from "../store-error.ts";
import { type Listing, toHeadList } from "./listing.ts";
import { createListingReader } from "./load-listing.ts";
import type { LogCodec } from "./log-codec.ts";
import { removeAll, toKeys } from "./log-rows.ts";

/** What a change writes, and what the log knows of itself afterwards. Nothing of it is written, or all. */
export interface LogChange<Result> {
  readonly next: Omit<Listing, "head">;
  readonly tail?: readonly TailRow[];
  readonly blocks?: readonly BlockRow[];
  readonly chapters?: readonly ChapterRow[];
  readonly removes?: {
    readonly tail?: readonly number[];
    readonly blocks?: readonly number[];
    readonly chapters?: readonly number[];
  };
  /** Removes all rows of the log first, also those that nobody knows. */
  readonly empties?: boolean;
  readonly result: Result;
}

/** No change, and what to say instead. */
export interface NoChange<Result> {
  readonly next?: undefined;
  readonly result: Result;
}

/** A log's rows and what it knows of them, always read together and always written together. */
export interface LogFile {
  /** The listing of now. */
  listing(): Promise<Listing>;
  /**
   * Asks `work` again, with a newer listing, for as long as it answers `undefined`: its listing had not held. It is
   * to find out by `readAt`: what it is given first is what was known, and may be old.
   */
  read<Result>(work: (listing: Listing) => Promise<Result | undefined>): Promise<Result>;
  /** Rows of an instant in which the listing held; `undefined` where another context has written since. */
  readAt<Rows>(listing: Listing, query: () => PromiseLike<Rows>): Promise<Rows | undefined>;
  /** Plans on what is stored, sealing outside of any transaction; writes if that is still so, else plans anew. */
  write<Result>(plan: Plan<Result>): Promise<Result>;
}

type Plan<Result> = (listing: Listing) => Promise<LogChange<Result> | NoChange<Result> | undefined>;

/** Each failed try means that another context has written: far more of them than there are windows. */
const mostTries = 100;

export function createLogFile(home: Home, name: string, codec: LogCodec<unknown>): LogFile {
  const { db } = home;
  const stores = [db.tail, db.blocks, db.chapters, db.heads, db.wraps];
  const file = createHeadFile(home.vault, name);
  const inTurn = createTurns();
  const load = createListingReader({ home, name, file, codec });
  let known: Listing | undefined;

  const listing = async () => {
    known = await load(known);
    return known;
  };
  const store = (head: HeadRow, before: Listing, change: LogChange<unknown>): Promise<boolean> =>
    asStore(
      db.transaction("rw", stores, async () => {
        if (!(await isUnchanged(home, name, before.head))) return false;
        if (change.empties) await removeAll(db, name);
        await Promise.all([...toWrites(db, name, change), db.heads.put(head)]);
        return true;
      }),
    );

  async function tryToWrite(before: Listing, change: LogChange<unknown>): Promise<boolean> {
    const head = await file.follow(before.head, toHeadList(change.next));
    const isStored = await store(head, before, change);
    if (isStored) known = { ...change.next, head };
    return isStored;
  }

  /** What was known is tried first: only a write elsewhere makes it wrong, and that shows. */
  async function untilItHolds<Result>(
    work: (listing: Listing) => Promise<Result | undefined>,
  ): Promise<Result> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const result = await work(tries === 0 && known ? known : await listing());
      if (result !== undefined) return result;
    }
    throw new BusyError();
  }

  return {
    listing,
    read: untilItHolds,
    readAt: (expected, query) =>
      asStore(
        db.transaction("r", stores, async () => {
          const [head, rows] = await Promise.all([readHead(home, name, expected.head), query()]);
          return isSameHead(head, expected.head) ? rows : undefined;
        }),
      ),
    write: plan =>
      inTurn(async () => {
        const done = await untilItHolds(async before => {
          const change = await plan(before);
          if (change === undefined) return undefined;
          const holds = change.next ? await tryToWrite(before, change) : (await listing()) === before;
          return holds ? change : undefined;
        });
        return done.result;
      }),
  };
}

/** Removals first. Nothing is asked of a store that nothing is written to: a single record is two writes. */
function toWrites(db: Database, name: string, change: LogChange<unknown>): PromiseLike<unknown>[] {
  const { tail = [], blocks = [], chapters = [], removes = {} } = change;
  const removal = (table: Table<unknown, [string, number]>, keys: readonly number[] = []) =>
    keys.length > 0 ? [table.bulkDelete(toKeys(name, keys))] : [];
  const storage = <Row>(table: Table<Row, [string, number]>, rows: readonly Row[]) =>
    rows.length > 0 ? [table.bulkPut(rows)] : [];
  return [
    ...removal(db.tail, removes.tail),
    ...removal(db.blocks, removes.blocks),
    ...removal(db.chapters, removes.chapters),
    ...storage(db.tail, tail),
    ...storage(db.blocks, blocks),
    ...storage(db.chapters, chapters),
  ];
}
