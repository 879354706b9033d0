import { AlteredError, type DamageError } from "../damage.ts";
import { asStore, type ChapterRow, type HeadRow, type TailRow } from "../database.ts";
import { type HeadFile, isSameHead, isUnchanged, readHead } from "../head.ts";
import type { Home } from "../home.ts";
import { BusyError } from "../store-error.ts";
import { compareWithCensus, openListedChapters, openListedTail } from "./compare.ts";
import { emptyHead, type HeadList, type Listing } from "./listing.ts";
import type { LogCodec } from "./log-codec.ts";
import { type Census, tailOf, takeCensus, toKeys } from "./log-rows.ts";

export interface LogParts {
  readonly home: Home;
  readonly name: string;
  readonly file: HeadFile;
  readonly codec: LogCodec<unknown>;
}

interface HeadRows {
  readonly head: HeadRow | undefined;
  readonly tail: readonly TailRow[];
}

const mostTries = 100;

/**
 * Reads what a log knows of itself, and holds it against what is there. What was known before spares reading it
 * again: after another context has written, that is a chapter and a few records of the tail.
 */
export function createListingReader(parts: LogParts): (known: Listing | undefined) => Promise<Listing> {
  return async known => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const rows = await readHeadAndTail(parts, known?.head);
      if (known && isSameHead(known.head, rows.head)) return known;
      const listing = await toListing(parts, rows, known);
      if (listing) return listing;
    }
    throw new BusyError();
  };
}

/** `undefined` where another context wrote in between. */
async function toListing(
  parts: LogParts,
  rows: HeadRows,
  known: Listing | undefined,
): Promise<Listing | undefined> {
  const { list, damage } = await openHead(parts, rows.head);
  const before = damage ? undefined : known;
  const wanted = list.chapters.filter(([number, version]) => !isKnown(before, number, version));
  const more = await readMore(parts, rows.head, {
    wanted: wanted.map(([number]) => number),
    isCold: !before,
  });
  if (more === undefined) return undefined;
  const { chapters, lostChapters, ...read } = await openListedChapters(parts, list, {
    known: before?.chapters ?? [],
    rows: more.chapters,
  });
  const { tail, ...opened } = await openListedTail(parts, list, {
    known: before?.tail ?? [],
    rows: rows.tail,
  });
  const listing: Listing = {
    head: rows.head,
    nextSeq: list.next,
    nextChapter: list.nextChapter,
    tail,
    chapters,
    lostChapters,
    // Where the list itself is damaged, that is why nothing is listed: it is told once.
    damage: damage ? [damage] : [...read.damage, ...opened.damage],
  };
  return more.census ? compareWithCensus(parts.name, listing, { ...more.census, tail: rows.tail }) : listing;
}

async function openHead(
  { file }: LogParts,
  head: HeadRow | undefined,
): Promise<{ list: HeadList; damage?: DamageError }> {
  try {
    return { list: ((await file.open(head)) as HeadList | undefined) ?? emptyHead };
  } catch (error) {
    if (error instanceof AlteredError) return { list: emptyHead, damage: error };
    throw error;
  }
}

function readHeadAndTail({ home, name }: LogParts, seen: HeadRow | undefined): Promise<HeadRows> {
  const { db } = home;
  return asStore(
    db.transaction("r", db.heads, db.tail, db.wraps, async () => {
      const [head, tail] = await Promise.all([readHead(home, name, seen), tailOf(db, name).toArray()]);
      return { head, tail };
    }),
  );
}

interface More {
  readonly chapters: readonly (ChapterRow | undefined)[];
  readonly census: Census | undefined;
}

function readMore(
  { home, name }: LogParts,
  head: HeadRow | undefined,
  { wanted, isCold }: { wanted: readonly number[]; isCold: boolean },
): Promise<More | undefined> {
  if (wanted.length === 0 && !isCold) return Promise.resolve({ chapters: [], census: undefined });
  const { db } = home;
  return asStore(
    db.transaction("r", db.heads, db.blocks, db.chapters, db.wraps, async () => {
      if (!(await isUnchanged(home, name, head))) return undefined;
      const [chapters, census] = await Promise.all([
        db.chapters.bulkGet(toKeys(name, wanted)),
        isCold ? takeCensus(db, name) : undefined,
      ]);
      return { chapters, census };
    }),
  );
}

function isKnown(known: Listing | undefined, number: number, version: number): boolean {
  return known?.chapters.some(each => each.number === number && each.version === version) ?? false;
}
