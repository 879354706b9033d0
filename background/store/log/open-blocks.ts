import { type DamageError, isDamage, type Place } from "../damage.ts";
import type { BlockRow } from "../database.ts";
import { openAsListed } from "./compare.ts";
import type { BlockEntry, Listing } from "./listing.ts";
import { toKeys } from "./log-rows.ts";
import type { LogAccess } from "./open-log.ts";

/** A block's text, which block-text.ts reads. */
export interface OpenBlock {
  readonly entry: BlockEntry;
  readonly text: string;
}

/** Those that open, in the order asked for, and what is wrong with the others. */
export interface OpenBlocks {
  readonly opened: readonly OpenBlock[];
  readonly damage: readonly DamageError[];
}

/** `undefined` where the listing does not hold any more; that is found out for no blocks, too. */
export async function openBlocks(
  log: LogAccess,
  listing: Listing,
  entries: readonly BlockEntry[],
): Promise<OpenBlocks | undefined> {
  const closed = entries.filter(entry => log.cache.get(entry) === undefined);
  const rows = await log.file.readAt(listing, () => readRows(log, closed));
  return rows && openRows(log, entries, rows);
}

/** The same, for pages: what was opened is kept for the next page, and so is what comes behind it. */
export async function openAhead(
  log: LogAccess,
  listing: Listing,
  { entries, ahead }: { readonly entries: readonly BlockEntry[]; readonly ahead: readonly BlockEntry[] },
): Promise<OpenBlocks | undefined> {
  const isAllOpen = entries.every(entry => log.cache.get(entry) !== undefined);
  const wanted = isAllOpen ? entries : [...entries, ...ahead];
  const all = await openBlocks(log, listing, wanted);
  if (all === undefined) return undefined;
  for (const { entry, text } of all.opened) log.cache.put(entry, text);
  const asked = new Set(entries.map(({ last }) => last));
  return {
    opened: all.opened.filter(({ entry }) => asked.has(entry.last)),
    damage: all.damage.filter(({ place }) => asked.has(Number(place.key))),
  };
}

async function openRows(
  { name, codec, cache }: LogAccess,
  entries: readonly BlockEntry[],
  rows: readonly (BlockRow | undefined)[],
): Promise<OpenBlocks> {
  const rowOf = new Map(rows.flatMap(row => (row ? [[row.last, row]] : [])));
  const open = async (entry: BlockEntry): Promise<OpenBlock | DamageError> => {
    const { last, version } = entry;
    const place: Place = { name, what: "block", key: last };
    const text =
      cache.get(entry) ?? (await openAsListed({ place, version }, rowOf.get(last), codec.openBlock));
    return isDamage(text) ? text : { entry, text };
  };
  const opened = await Promise.all(entries.map(open));
  return {
    opened: opened.flatMap(each => (isDamage(each) ? [] : [each])),
    damage: opened.filter(isDamage),
  };
}

/** Neighbours are read as one range: one request, instead of one for each. */
function readRows(
  { name, db, limits }: LogAccess,
  entries: readonly BlockEntry[],
): PromiseLike<readonly (BlockRow | undefined)[]> {
  if (entries.length === 0) return Promise.resolve([]);
  const low = Math.min(...entries.map(({ first }) => first));
  const high = Math.max(...entries.map(({ last }) => last));
  if (high - low < entries.length * limits.blockRecords * 1.5) {
    return db.blocks.where("[log+last]").between([name, low], [name, high], true, true).toArray();
  }
  return db.blocks.bulkGet(
    toKeys(
      name,
      entries.map(({ last }) => last),
    ),
  );
}
