import { createTurns } from "../base/turns.ts";
import { AlteredError } from "./damage.ts";
import { asStore, type HeadRow, type SealedRow } from "./database.ts";
import { createHeadFile, type HeadFile, isSameHead, isUnchanged, readHead } from "./head.ts";
import type { Home } from "./home.ts";
import { BusyError, FullError } from "./store-error.ts";

/** Which rows a table should have, and in which version: what its head says. */
export interface TableList {
  readonly head: HeadRow | undefined;
  readonly versions: ReadonlyMap<string, number>;
  /** The head does not open: nothing is listed until something is written or the table is repaired. */
  readonly damage?: AlteredError;
}

/** Rows, and the list of the same instant. */
export interface Seen<Rows> {
  readonly list: TableList;
  readonly rows: Rows;
}

export interface Change<Result> {
  readonly puts?: readonly SealedRow[];
  readonly removes?: readonly string[];
  /** All that is listed from now on, instead of what `puts` and `removes` make of the list. */
  readonly versions?: ReadonlyMap<string, number>;
  readonly result: Result;
}

/** A table's rows and its head, always read together and always written together. */
export interface TableFile {
  read<Rows>(query: () => PromiseLike<Rows>): Promise<Seen<Rows>>;
  /** Plans on what is stored, sealing outside of any transaction; writes if that is still so, else plans anew. */
  write<Rows, Result>(
    look: () => Promise<Seen<Rows>>,
    plan: (seen: Seen<Rows>) => Promise<Change<Result>>,
  ): Promise<Result>;
}

/** Each failed try means that another context has written: far more of them than there are windows. */
const mostTries = 100;

export function createTableFile(home: Home, name: string, limit: number): TableFile {
  const { db } = home;
  const file = createHeadFile(home.vault, name);
  const inTurn = createTurns();
  let known: TableList | undefined;

  const within = <Result>(mode: "r" | "rw", work: () => PromiseLike<Result>): Promise<Result> =>
    asStore(db.transaction(mode, db.rows, db.heads, db.wraps, async () => await work()));

  const store = (seen: HeadRow | undefined, head: HeadRow, change: Change<unknown>): Promise<boolean> =>
    within("rw", async () => {
      if (!(await isUnchanged(home, name, seen))) return false;
      await db.rows.bulkDelete((change.removes ?? []).map((key): [string, string] => [name, key]));
      await db.rows.bulkPut([...(change.puts ?? [])]);
      await db.heads.put(head);
      return true;
    });

  async function tryToWrite<Result>({ list }: Seen<unknown>, change: Change<Result>): Promise<boolean> {
    const versions = toVersions(list, change);
    if (versions === undefined) return true;
    if (versions.size > limit && versions.size > list.versions.size) throw new FullError(name, limit);
    const head = await file.follow(list.head, [...versions]);
    const isStored = await store(list.head, head, change);
    if (isStored) known = { head, versions };
    return isStored;
  }

  return {
    async read(query) {
      const [head, rows] = await within("r", () => Promise.all([readHead(home, name, known?.head), query()]));
      if (known === undefined || !isSameHead(known.head, head)) known = await openList(file, head);
      return { list: known, rows };
    },
    write: (look, plan) =>
      inTurn(async () => {
        for (let tries = 0; tries < mostTries; tries += 1) {
          const seen = await look();
          const change = await plan(seen);
          if (await tryToWrite(seen, change)) return change.result;
        }
        throw new BusyError();
      }),
  };
}

async function openList(file: HeadFile, head: HeadRow | undefined): Promise<TableList> {
  try {
    const listed = (await file.open(head)) ?? [];
    return { head, versions: new Map(listed as [string, number][]) };
  } catch (error) {
    if (error instanceof AlteredError) return { head, versions: new Map(), damage: error };
    throw error;
  }
}

/** What is listed after a change; `undefined` where there is none. */
function toVersions(list: TableList, change: Change<unknown>): ReadonlyMap<string, number> | undefined {
  if (change.versions) return change.versions;
  const { puts = [], removes = [] } = change;
  if (puts.length + removes.length === 0) return undefined;
  const versions = new Map(list.versions);
  for (const key of removes) versions.delete(key);
  for (const { id, version } of puts) versions.set(id, version);
  return versions;
}
