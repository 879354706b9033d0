import { type DamageError, isDamage } from "../damage.ts";
import type { BlockRow, TailRow } from "../database.ts";
import { nextRevision } from "../head.ts";
import { sealChanged } from "./append.ts";
import { parseBlock } from "./block-text.ts";
import {
  type BlockEntry,
  blocksOf,
  type Listing,
  type Stored,
  type TailEntry,
  withBlocks,
} from "./listing.ts";
import type { LogChange } from "./log-file.ts";
import { type LogRows, readAll } from "./log-rows.ts";
import type { LogAccess } from "./open-log.ts";

/** What a log has after a repair, and what did not open and stays aside. */
export interface Repaired {
  readonly count: number;
  readonly damage: readonly DamageError[];
}

interface Opened<Row> {
  readonly row: Row;
  readonly records: readonly Stored[];
}

/**
 * Makes a log's lists anew from whatever opens, in whatever version it is there. For people to decide, once they
 * were told of the damage: after it, what was put back to an older state counts as what was stored.
 */
export function repair(log: LogAccess): Promise<Repaired> {
  return log.file.write(async listing => {
    const rows = await log.file.readAt(listing, () => readAll(log.db, log.name));
    return rows && plan(log, listing, rows);
  });
}

async function plan(log: LogAccess, listing: Listing, rows: LogRows): Promise<LogChange<Repaired>> {
  const { codec } = log;
  const version = nextRevision(listing.head);
  const blocks = await openEach(rows.blocks, async row => parseBlock(await codec.openBlock(row)));
  const tail = await openEach(rows.tail, async row => [await codec.openTail(row)]);
  const firsts = new Map(blocksOf(listing).map(({ first, last }) => [last, first]));
  const entries = await Promise.all(blocks.opened.map(each => toEntry(log, each, firsts)));
  // A record that a block's range covers was folded into it: what is left of it in the tail is an older copy.
  const isFolded = ({ seq }: TailRow) => entries.some(({ first, last }) => first <= seq && seq <= last);
  const kept = tail.opened.filter(({ row }) => !isFolded(row)).map(toTailEntry);
  const empty: Listing = { ...listing, chapters: [], lostChapters: [], damage: [] };
  const next = withBlocks(empty, entries, { version, limits: log.limits });
  const damage = [...blocks.damage, ...tail.damage];
  return {
    next: { ...empty, ...next, tail: kept, damage },
    chapters: await sealChanged(codec, empty, next.chapters),
    removes: {
      chapters: rows.chapters.map(({ number }) => number),
      tail: tail.opened
        .map(({ row }) => row)
        .filter(isFolded)
        .map(({ seq }) => seq),
    },
    result: { count: entries.reduce((sum, { count }) => sum + count, kept.length), damage },
  };
}

async function openEach<Row>(
  rows: readonly Row[],
  open: (row: Row) => Promise<readonly Stored[]>,
): Promise<{ opened: Opened<Row>[]; damage: DamageError[] }> {
  const opened: Opened<Row>[] = [];
  const damage: DamageError[] = [];
  for (const row of rows) {
    try {
      opened.push({ row, records: await open(row) });
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage.push(error);
    }
  }
  return { opened, damage };
}

async function toEntry(
  { codec }: LogAccess,
  { row, records }: Opened<BlockRow>,
  firsts: ReadonlyMap<number, number>,
): Promise<BlockEntry> {
  const { last, version } = row;
  const first = firsts.get(last) ?? records[0]?.seq ?? last;
  return codec.describe({ first, last, version }, records);
}

function toTailEntry({ row: { seq, version }, records: [record] }: Opened<TailRow>): TailEntry {
  return record ? { seq, version, record } : { seq, version };
}
