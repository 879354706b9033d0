import { type DamageError, ShapeError } from "../damage.ts";
import { foldable } from "./append.ts";
import { parseLines } from "./block-text.ts";
import { type BlockEntry, blocksOf, type Listing, mayBeAbout, type Stored } from "./listing.ts";
import type { LogEntry, LogFound } from "./log-definition.ts";
import { openBlocks } from "./open-blocks.ts";
import type { OpenLog } from "./open-log.ts";

export interface SearchRequest {
  /** Words, each of which must stand in one of a record's texts; upper and lower case are one. */
  readonly text: string;
  /** Only what is about this person. */
  readonly person?: string;
  readonly signal?: AbortSignal;
}

/** What is looked for: in a block's JSON as a whole first, and then in the records of a block that may have it. */
interface Wanted<Value> {
  readonly token: string | undefined;
  mayHold(json: string): boolean;
  isIn(value: Value): boolean;
}

interface Wave<Value> extends LogFound<Value> {
  /** All that is left has a seq below this. */
  readonly below: number;
}

/**
 * Looks through the whole log, last stored first, a wave of blocks at a time. What is stored meanwhile is not
 * looked at; what is folded or changed meanwhile is found once.
 *
 * @throws the signal's reason, when that aborts
 */
export async function* search<Value extends object>(
  log: OpenLog<Value>,
  request: SearchRequest,
): AsyncGenerator<LogFound<Value>> {
  const wanted = await toWanted(log, request);
  request.signal?.throwIfAborted();
  let wave = await log.file.read(listing => searchTail(log, listing, wanted));
  while (true) {
    request.signal?.throwIfAborted();
    if (wave.entries.length + wave.damage.length > 0) yield { entries: wave.entries, damage: wave.damage };
    const { below } = wave;
    if (below <= 0) return;
    wave = await log.file.read(listing => searchBlocks(log, listing, { wanted, below }));
  }
}

async function searchTail<Value extends object>(
  log: OpenLog<Value>,
  listing: Listing,
  wanted: Wanted<Value>,
): Promise<Wave<Value> | undefined> {
  if ((await openBlocks(log, listing, [])) === undefined) return undefined;
  const records = listing.tail.flatMap(({ record }) => (record ? [record] : []));
  const { entries, damage } = match(log, wanted, records.reverse());
  const below = foldable(listing)[0]?.seq ?? listing.nextSeq;
  return { entries, damage: [...listing.damage, ...damage], below };
}

async function searchBlocks<Value extends object>(
  log: OpenLog<Value>,
  listing: Listing,
  { wanted, below }: { wanted: Wanted<Value>; below: number },
): Promise<Wave<Value> | undefined> {
  const left = blocksBelow(listing, below, wanted.token);
  const wave = left.slice(-log.limits.waveBlocks).reverse();
  const opened = await openBlocks(log, listing, wave);
  if (opened === undefined) return undefined;
  const records = opened.opened
    .filter(({ text }) => wanted.mayHold(text))
    .flatMap(({ text }) => parseLines(text, wanted.mayHold).reverse());
  const { entries, damage } = match(log, wanted, records);
  return {
    entries,
    damage: [...opened.damage, ...damage],
    below: left.length > wave.length ? (wave.at(-1)?.first ?? 0) : 0,
  };
}

function blocksBelow(listing: Listing, below: number, token: string | undefined): BlockEntry[] {
  return blocksOf(listing).filter(block => block.first < below && mayBeAbout(block, token));
}

function match<Value extends object>(
  { codec }: OpenLog<Value>,
  wanted: Wanted<Value>,
  records: readonly Stored[],
): LogFound<Value> {
  const entries: LogEntry<Value>[] = [];
  const damage: DamageError[] = [];
  for (const record of records) {
    try {
      const entry = codec.toEntry(record);
      if (wanted.isIn(entry.value)) entries.push(entry);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      damage.push(error);
    }
  }
  return { entries, damage };
}

async function toWanted<Value extends object>(
  { codec, definition: { texts, people } }: OpenLog<Value>,
  { text, person }: SearchRequest,
): Promise<Wanted<Value>> {
  const words = fold(text)
    .split(/\s+/)
    .filter(word => word !== "");
  // As JSON writes them, so that a quotation mark in a word is found as well.
  const written = words.map(word => JSON.stringify(word).slice(1, -1));
  return {
    token: person === undefined ? undefined : await codec.tokenOf(person),
    mayHold(json) {
      const folded = fold(json);
      return written.every(word => folded.includes(word));
    },
    isIn(value) {
      if (person !== undefined && !people(value).includes(person)) return false;
      const folded = texts(value).map(fold);
      return words.every(word => folded.some(each => each.includes(word)));
    },
  };
}

/** Upper and lower case as one. A sigma at a word's end is a sigma: which it is depends on what follows it. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}
