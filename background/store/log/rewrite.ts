import type { DamageError } from "../damage.ts";
import type { BlockRow, TailRow } from "../database.ts";
import { nextRevision } from "../head.ts";
import { sealChanged } from "./append.ts";
import { parseBlock } from "./block-text.ts";
import { type BlockEntry, type Listing, type Stored, type TailEntry, withBlocks } from "./listing.ts";
import type { LogChange, NoChange } from "./log-file.ts";
import { openBlocks } from "./open-blocks.ts";
import type { LogAccess } from "./open-log.ts";

export interface Rewriting {
  /** Blocks that may hold what is to be changed; the tail is always looked at. */
  readonly blocks: readonly BlockEntry[];
  /** What becomes of a record: itself is no change, `undefined` removes it. */
  readonly edit: (record: Stored) => Stored | undefined;
}

/** How many records were changed or removed, and what could not be looked at. */
export interface Rewritten {
  readonly count: number;
  readonly damage: readonly DamageError[];
}

interface Part<Row, Entry> {
  readonly rows: readonly Row[];
  readonly entries: readonly Entry[];
  readonly removed: readonly number[];
  readonly count: number;
}

type Edit = Rewriting["edit"];

/** Seals anew what an edit changes, in place. To be returned from a log file's plan. */
export async function rewrite(
  log: LogAccess,
  listing: Listing,
  { blocks, edit }: Rewriting,
): Promise<LogChange<Rewritten> | NoChange<Rewritten> | undefined> {
  const version = nextRevision(listing.head);
  const tail = await rewriteTail(log, listing.tail, { edit, version });
  const changed: Part<BlockRow, BlockEntry>[] = [];
  const damage: DamageError[] = [];
  for (let at = 0; at < blocks.length; at += log.limits.waveBlocks) {
    const found = await openBlocks(log, listing, blocks.slice(at, at + log.limits.waveBlocks));
    if (found === undefined) return undefined;
    damage.push(...found.damage);
    for (const { entry, text } of found.opened) {
      changed.push(await rewriteBlock(log, entry, { text, edit, version }));
    }
  }
  const count = changed.reduce((sum, part) => sum + part.count, tail.count);
  const result = { count, damage };
  if (count === 0) return { result };
  const entries = changed.flatMap(part => part.entries);
  const next = withBlocks(listing, entries, { version, limits: log.limits });
  return {
    next: { ...listing, ...next, tail: tail.entries },
    tail: tail.rows,
    blocks: changed.flatMap(part => part.rows),
    chapters: await sealChanged(log.codec, listing, next.chapters),
    removes: {
      tail: tail.removed,
      blocks: changed.flatMap(part => part.removed),
      chapters: goneFrom(listing, next.chapters),
    },
    result,
  };
}

async function rewriteTail(
  { codec }: LogAccess,
  tail: readonly TailEntry[],
  { edit, version }: { edit: Edit; version: number },
): Promise<Part<TailRow, TailEntry>> {
  const rows: TailRow[] = [];
  const entries: TailEntry[] = [];
  const removed: number[] = [];
  for (const entry of tail) {
    const after = entry.record && edit(entry.record);
    if (after === entry.record) entries.push(entry);
    else if (after === undefined) removed.push(entry.seq);
    else {
      const { row, record } = await codec.sealTail(after, version);
      rows.push(row);
      entries.push({ seq: entry.seq, version, record });
    }
  }
  return { rows, entries, removed, count: rows.length + removed.length };
}

async function rewriteBlock(
  { codec }: LogAccess,
  entry: BlockEntry,
  { text, edit, version }: { text: string; edit: Edit; version: number },
): Promise<Part<BlockRow, BlockEntry>> {
  const before = parseBlock(text);
  const edited = before.map(edit);
  const count = edited.filter((record, at) => record !== before[at]).length;
  if (count === 0) return { rows: [], entries: [], removed: [], count };
  const left = edited.filter(record => record !== undefined);
  if (left.length === 0) return { rows: [], entries: [{ ...entry, count: 0 }], removed: [entry.last], count };
  const sealed = await codec.sealBlock({ first: entry.first, last: entry.last, version }, left);
  return { rows: [sealed.row], entries: [sealed.entry], removed: [], count };
}

/** Chapters whose last block is gone. */
export function goneFrom(before: Listing, after: Listing["chapters"]): number[] {
  const left = new Set(after.map(({ number }) => number));
  return before.chapters.map(({ number }) => number).filter(number => !left.has(number));
}
