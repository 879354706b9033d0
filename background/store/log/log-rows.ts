import type { BlockRow, ChapterRow, Database, HeadRow, TailRow } from "../database.ts";

/** The keys of everything that stands in the stores under a log's name, whoever put it there. */
export interface Census {
  readonly blocks: readonly number[];
  readonly chapters: readonly number[];
}

/** Every row of a log. */
export interface LogRows {
  readonly head: HeadRow | undefined;
  readonly tail: readonly TailRow[];
  readonly blocks: readonly BlockRow[];
  readonly chapters: readonly ChapterRow[];
}

export function toKeys(name: string, keys: readonly number[]): [string, number][] {
  return keys.map(key => [name, key]);
}

/** All keys of a log: an array is greater than every number (IndexedDB 3.0 §2.4). */
function allOf(name: string): [unknown[], unknown[]] {
  return [
    [name, Number.NEGATIVE_INFINITY],
    [name, []],
  ];
}

export function tailOf(db: Database, name: string) {
  return db.tail.where("[log+seq]").between(...allOf(name));
}

export function blocksOfLog(db: Database, name: string) {
  return db.blocks.where("[log+last]").between(...allOf(name));
}

export function chaptersOf(db: Database, name: string) {
  return db.chapters.where("[log+number]").between(...allOf(name));
}

/** To be called in a transaction, as all below. */
export async function takeCensus(db: Database, name: string): Promise<Census> {
  const [blocks, chapters] = await Promise.all([
    blocksOfLog(db, name).primaryKeys(),
    chaptersOf(db, name).primaryKeys(),
  ]);
  return { blocks: blocks.map(([, last]) => last), chapters: chapters.map(([, number]) => number) };
}

export async function readAll(db: Database, name: string): Promise<LogRows> {
  const [head, tail, blocks, chapters] = await Promise.all([
    db.heads.get(name),
    tailOf(db, name).toArray(),
    blocksOfLog(db, name).toArray(),
    chaptersOf(db, name).toArray(),
  ]);
  return { head, tail, blocks, chapters };
}

export function removeAll(db: Database, name: string): Promise<unknown> {
  return Promise.all([
    tailOf(db, name).delete(),
    blocksOfLog(db, name).delete(),
    chaptersOf(db, name).delete(),
  ]);
}
