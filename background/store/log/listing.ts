import type { DamageError } from "../damage.ts";
import type { HeadRow } from "../database.ts";
import type { LogLimits } from "./log-definition.ts";

/** A record as it is stored, in the shape it was written in: what this version cannot read, it hands on untouched. */
export interface Stored {
  readonly seq: number;
  readonly shape: number;
  readonly stored: unknown;
  /** What it was made of, where that has only just been: saves reading it back. */
  readonly value?: unknown;
}

/** One record of the tail. Without `record` it does not open: it stays where it is, and is never folded. */
export interface TailEntry {
  readonly seq: number;
  readonly version: number;
  readonly record?: Stored;
}

/** What a chapter knows of a block, so that it need not be opened to know whether it has what is looked for. */
export interface BlockEntry {
  /** Its records have seqs from `first` to `last`, whichever of them are still there. */
  readonly first: number;
  readonly last: number;
  readonly version: number;
  readonly count: number;
  /** The earliest and the latest of its records. */
  readonly from: number;
  readonly to: number;
  /** Tokens of whom its records are about, one for each time; `anyone` where that cannot be read. */
  readonly people: readonly string[];
}

export interface Chapter {
  readonly number: number;
  readonly version: number;
  readonly blocks: readonly BlockEntry[];
}

/** Everything a log knows of itself but its records: what should be there, and in which version. */
export interface Listing {
  /** The head row it was read from: while that stands, it holds. */
  readonly head: HeadRow | undefined;
  readonly nextSeq: number;
  readonly nextChapter: number;
  readonly tail: readonly TailEntry[];
  /** In the order of their numbers, which is that of their blocks' seqs. */
  readonly chapters: readonly Chapter[];
  /** Listed, and not to be opened: their blocks are not served, and stay on the disk. */
  readonly lostChapters: readonly Pick<Chapter, "number" | "version">[];
  readonly damage: readonly DamageError[];
}

/** What a head's box holds. */
export interface HeadList {
  readonly next: number;
  readonly nextChapter: number;
  readonly tail: readonly (readonly [seq: number, version: number])[];
  readonly chapters: readonly (readonly [number: number, version: number])[];
}

export const emptyHead: HeadList = { next: 1, nextChapter: 1, tail: [], chapters: [] };

export function toHeadList(listing: Omit<Listing, "head">): HeadList {
  const { nextSeq, nextChapter, tail, chapters, lostChapters } = listing;
  return {
    next: nextSeq,
    nextChapter,
    tail: tail.map(({ seq, version }) => [seq, version]),
    chapters: [...lostChapters, ...chapters]
      .map(({ number, version }): [number, number] => [number, version])
      .sort(([one], [other]) => one - other),
  };
}

export function blocksOf(listing: Listing): BlockEntry[] {
  return listing.chapters.flatMap(({ blocks }) => blocks);
}

/** Stands for everybody: a newer version's records, moved by one that does not read them. */
export const anyone = "*";

export function mayBeAbout({ people }: BlockEntry, token: string | undefined): boolean {
  return token === undefined || people.includes(token) || people.includes(anyone);
}

/** How many of its records are about this person, or of all where none is named. */
export function countOf({ people, count }: BlockEntry, token: string | undefined): number {
  return token === undefined ? count : people.filter(each => each === token).length;
}

/** The block whose range a record falls in. */
export function blockOfSeq(listing: Listing, seq: number): BlockEntry | undefined {
  for (const { blocks } of listing.chapters) {
    if ((blocks.at(-1)?.last ?? 0) >= seq)
      return blocks.find(({ first, last }) => first <= seq && seq <= last);
  }
  return undefined;
}

/**
 * Puts changed blocks in the place of those they were, new ones at the end, and takes out those without records.
 * Chapters it does not touch stay the same objects; the others get the version.
 */
export function withBlocks(
  listing: Listing,
  changed: readonly BlockEntry[],
  { version, limits }: { readonly version: number; readonly limits: LogLimits },
): Pick<Listing, "chapters" | "nextChapter"> {
  const byLast = new Map(changed.map(entry => [entry.last, entry]));
  const chapters = listing.chapters
    .map(chapter => withChanges(chapter, byLast, version))
    .filter(({ blocks }) => blocks.length > 0);
  let { nextChapter } = listing;
  for (const entry of byLast.values()) {
    const open = chapters.at(-1);
    if (open && open.blocks.length < limits.chapterBlocks) {
      chapters[chapters.length - 1] = { ...open, version, blocks: [...open.blocks, entry] };
    } else chapters.push({ number: nextChapter++, version, blocks: [entry] });
  }
  return { chapters, nextChapter };
}

/** Takes what it uses out of `byLast`; what is left there is new. */
function withChanges(chapter: Chapter, byLast: Map<number, BlockEntry>, version: number): Chapter {
  if (!chapter.blocks.some(({ last }) => byLast.has(last))) return chapter;
  const blocks = chapter.blocks.flatMap(block => {
    const changed = byLast.get(block.last) ?? block;
    byLast.delete(block.last);
    return changed.count > 0 ? [changed] : [];
  });
  return { ...chapter, version, blocks };
}
