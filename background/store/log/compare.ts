import {
  type DamageError,
  isDamage,
  MissingError,
  type Place,
  RolledBackError,
  UnlistedError,
} from "../damage.ts";
import type { ChapterRow, TailRow } from "../database.ts";
import { blocksOf, type Chapter, type HeadList, type Listing, type TailEntry } from "./listing.ts";
import type { LogCodec } from "./log-codec.ts";
import { mostUnlistedTold } from "./log-definition.ts";
import type { Census } from "./log-rows.ts";

interface Opener {
  readonly name: string;
  readonly codec: LogCodec<unknown>;
}

interface Rows<Row, Known> {
  readonly rows: readonly (Row | undefined)[];
  /** Opened before, in the same version. */
  readonly known: readonly Known[];
}

/** The chapters that the head lists, and those of them that are not to be had. */
export async function openListedChapters(
  { name, codec }: Opener,
  list: HeadList,
  { rows, known }: Rows<ChapterRow, Chapter>,
): Promise<Pick<Listing, "chapters" | "lostChapters" | "damage">> {
  const rowOf = new Map(rows.flatMap(row => (row ? [[row.number, row]] : [])));
  const open = async ([number, version]: readonly [number, number]) => {
    const before = known.find(each => each.number === number && each.version === version);
    const place: Place = { name, what: "list", key: number };
    return before ?? (await openAsListed({ place, version }, rowOf.get(number), codec.openChapter));
  };
  const opened = await Promise.all(list.chapters.map(open));
  return {
    chapters: opened.flatMap(each => (isDamage(each) ? [] : [each])),
    lostChapters: list.chapters
      .filter((_, at) => isDamage(opened[at]))
      .map(([number, version]) => ({ number, version })),
    damage: opened.filter(isDamage),
  };
}

/** The tail as the head lists it; what is listed and not to be had stays listed, without its record. */
export async function openListedTail(
  { name, codec }: Opener,
  list: HeadList,
  { rows, known }: Rows<TailRow, TailEntry>,
): Promise<Pick<Listing, "tail" | "damage">> {
  const damage: DamageError[] = [];
  const rowOf = new Map(rows.flatMap(row => (row ? [[row.seq, row]] : [])));
  const open = async ([seq, version]: readonly [number, number]): Promise<TailEntry> => {
    const before = known.find(each => each.seq === seq && each.version === version);
    if (before?.record) return before;
    const place: Place = { name, what: "record", key: seq };
    const record = await openAsListed({ place, version }, rowOf.get(seq), codec.openTail);
    if (!isDamage(record)) return { seq, version, record };
    damage.push(record);
    return { seq, version };
  };
  const tail = await Promise.all(list.tail.map(open));
  const listed = new Set(list.tail.map(([seq]) => seq));
  const unlisted = [...rowOf.keys()].filter(seq => !listed.has(seq));
  return { tail, damage: [...damage, ...toUnlisted(name, "record", unlisted)] };
}

/** Whether a row is there in the version that is listed, and opens. What is wrong is an answer here. */
export async function openAsListed<Row extends { readonly version: number }, Opened>(
  { place, version }: { readonly place: Place; readonly version: number },
  row: Row | undefined,
  open: (row: Row) => Promise<Opened>,
): Promise<Opened | DamageError> {
  if (row === undefined) return new MissingError(place);
  if (row.version > version) return new UnlistedError(place);
  if (row.version < version) return new RolledBackError(place);
  try {
    return await open(row);
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

/**
 * Looks for rows that nobody lists, and puts the next numbers beyond all that are there: an unlisted row is never
 * overwritten.
 */
export function compareWithCensus(
  name: string,
  listing: Listing,
  census: Census & { readonly tail: readonly TailRow[] },
): Listing {
  const blocks = new Set(blocksOf(listing).map(({ last }) => last));
  const chapters = new Set([...listing.chapters, ...listing.lostChapters].map(({ number }) => number));
  const unlisted = [
    ...toUnlisted(name, "list", except(census.chapters, chapters)),
    ...toUnlisted(name, "block", except(census.blocks, blocks)),
  ];
  // A list that is lost is why its rows are unlisted: it is told by itself.
  const isExplained =
    listing.lostChapters.length > 0 || listing.damage.some(({ place }) => place.what === "list");
  return {
    ...listing,
    nextSeq: Math.max(
      listing.nextSeq,
      ...nextOf(census.blocks),
      ...nextOf(census.tail.map(({ seq }) => seq)),
    ),
    nextChapter: Math.max(listing.nextChapter, ...nextOf(census.chapters)),
    damage: isExplained ? listing.damage : [...listing.damage, ...unlisted],
  };
}

function toUnlisted(name: string, what: Place["what"], keys: readonly number[]): DamageError[] {
  return keys.slice(0, mostUnlistedTold).map(key => new UnlistedError({ name, what, key }));
}

function except(keys: readonly number[], listed: ReadonlySet<number>): number[] {
  return keys.filter(key => !listed.has(key));
}

/** Keys come in their order; what somebody wrote beyond all numbers is not followed there. */
function nextOf(keys: readonly number[]): number[] {
  const last = keys.findLast(Number.isSafeInteger);
  return last === undefined ? [] : [last + 1];
}
