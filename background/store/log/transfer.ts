import { isDamage } from "../damage.ts";
import { asStore, type HeadRow } from "../database.ts";
import { createHeadFile } from "../head.ts";
import type { Home } from "../home.ts";
import { StoreError } from "../store-error.ts";
import { stillHolds } from "../vault.ts";
import { type LogRows, readAll } from "./log-rows.ts";

/** A log as it lies on the disk, sealed: only the same vault opens it. What carries it learns only its size. */
export interface SealedLogCopy extends LogRows {
  readonly format: 1;
  readonly vault: string;
  readonly log: string;
}

/** The whole log of one instant, sealed as it is. */
export function exportLog({ db, vault }: Home, name: string): Promise<SealedLogCopy> {
  return asStore(
    db.transaction("r", [db.heads, db.tail, db.blocks, db.chapters, db.wraps], async () => {
      await stillHolds(db, vault.id);
      return { format: 1 as const, vault: vault.id, log: name, ...(await readAll(db, name)) };
    }),
  );
}

/**
 * Puts an exported log into an empty one of the same name and vault. What in it was damaged on the way is told by
 * the log as damage on its disk is.
 *
 * @throws ImportRefusedError, and nothing is written
 */
export async function importLog(home: Home, name: string, copy: unknown): Promise<void> {
  const { db, vault } = home;
  if (!isCopy(copy)) throw new ImportRefusedError("It is not a copy of a log.");
  if (copy.vault !== vault.id) throw new ImportRefusedError("It belongs to another vault.");
  if (copy.log !== name) throw new ImportRefusedError("It is a copy of another log.");
  await refuseSealedElsewhere(home, name, copy.head);
  await asStore(
    db.transaction("rw", [db.heads, db.tail, db.blocks, db.chapters, db.wraps], async () => {
      await stillHolds(db, vault.id);
      const { head, ...rows } = await readAll(db, name);
      const isEmpty = head === undefined && Object.values(rows).every(each => each.length === 0);
      if (!isEmpty) throw new ImportRefusedError("There are entries in this log already.");
      await Promise.all([
        db.tail.bulkAdd([...copy.tail]),
        db.blocks.bulkAdd([...copy.blocks]),
        db.chapters.bulkAdd([...copy.chapters]),
        copy.head && db.heads.add(copy.head),
      ]);
    }),
  );
}

async function refuseSealedElsewhere(
  { vault }: Home,
  name: string,
  head: HeadRow | undefined,
): Promise<void> {
  try {
    await createHeadFile(vault, name).open(head);
  } catch (cause) {
    throw isDamage(cause)
      ? new ImportRefusedError("It was altered, or sealed by another vault.", { cause })
      : cause;
  }
}

/** A hundred million records: more than a disk holds, and a bound. */
const mostRows = 2_000_000;

function isCopy(copy: unknown): copy is SealedLogCopy {
  if (!isRecord(copy)) return false;
  const { format, vault, log, head, tail, blocks, chapters } = copy;
  return (
    format === 1 &&
    typeof vault === "string" &&
    typeof log === "string" &&
    (head === undefined || (isRow(head, "name", "revision") && head["name"] === log)) &&
    areRows(tail, log, "seq") &&
    areRows(blocks, log, "last") &&
    areRows(chapters, log, "number")
  );
}

function areRows(rows: unknown, log: string, key: string): boolean {
  return (
    Array.isArray(rows) &&
    rows.length <= mostRows &&
    rows.every(row => isRow(row, "log", key) && row["log"] === log && Number.isSafeInteger(row["version"]))
  );
}

function isRow(row: unknown, name: string, key: string): row is Record<string, unknown> {
  return (
    isRecord(row) &&
    typeof row[name] === "string" &&
    Number.isSafeInteger(row[key]) &&
    row["box"] instanceof Uint8Array
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export class ImportRefusedError extends StoreError {
  constructor(why: string, options?: { cause?: unknown }) {
    super("store.import-refused", `This cannot be restored. ${why}`, options);
  }
}
