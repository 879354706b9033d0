import { type DamageError, ShapeError } from "../damage.ts";
import { parseBlock, parseLines } from "./block-text.ts";
import { type BlockEntry, blocksOf, countOf, type Listing, mayBeAbout, type Stored } from "./listing.ts";
import type { LogEntry, LogFound, LogLimits } from "./log-definition.ts";
import { openAhead, openBlocks } from "./open-blocks.ts";
import type { OpenLog } from "./open-log.ts";

/** A place between two entries, which stays one when others are added or removed. */
export interface LogCursor {
  readonly at: number;
  readonly seq: number;
}

export interface PageRequest {
  readonly limit: number;
  /** Only what is older than this. */
  readonly before?: LogCursor;
  /** Only what is about this person. */
  readonly person?: string;
}

/** Newest first. Damage of the whole log is told with the first page, that of a block where it would have been. */
export interface LogPage<Value> extends LogFound<Value> {
  /** Where the next page begins; none after the last. */
  readonly next?: LogCursor;
}

interface Timed<Value> extends LogCursor {
  readonly entry: LogEntry<Value>;
}

interface Gathering {
  readonly request: PageRequest;
  /** That of the person asked for. */
  readonly token: string | undefined;
  /** Those that may hold what is asked for, newest first. */
  readonly blocks: readonly BlockEntry[];
  readonly isScrolling: boolean;
}

interface Gathered<Value> {
  readonly found: Timed<Value>[];
  readonly damage: DamageError[];
}

/** What is opened for who scrolls, so that most pages ask the database only whether anything has changed. */
const aheadWave = 8;

export function createPager<Value extends object>(
  log: OpenLog<Value>,
): (request: PageRequest) => Promise<LogPage<Value>> {
  let sorted: { readonly of: Listing; readonly blocks: readonly BlockEntry[] } | undefined;
  let expected: LogCursor | undefined;
  const sort = (listing: Listing) => {
    if (sorted?.of !== listing) sorted = { of: listing, blocks: blocksOf(listing).sort(newestFirst) };
    return sorted.blocks;
  };
  return async request => {
    const token = request.person === undefined ? undefined : await log.codec.tokenOf(request.person);
    const isScrolling =
      expected !== undefined && request.before?.seq === expected.seq && request.before.at === expected.at;
    const page = await log.file.read(async listing => {
      const blocks = sort(listing).filter(
        block => block.from <= (request.before?.at ?? block.from) && mayBeAbout(block, token),
      );
      return gather(log, listing, { request, token, blocks, isScrolling });
    });
    expected = page.next;
    return page;
  };
}

async function gather<Value extends object>(
  log: OpenLog<Value>,
  listing: Listing,
  gathering: Gathering,
): Promise<LogPage<Value> | undefined> {
  const { request, blocks } = gathering;
  const gathered: Gathered<Value> = { found: [], damage: request.before ? [] : [...listing.damage] };
  for (const { record } of listing.tail) if (record) take(log, gathered, { record, request });
  let visited = 0;
  for (const wave of wavesOf(gathering, log.limits, next => isFull(gathered.found, request.limit, next))) {
    const opened =
      request.person === undefined
        ? await openAhead(log, listing, wave)
        : await openBlocks(log, listing, wave.entries);
    if (opened === undefined) return undefined;
    visited += wave.entries.length;
    gathered.damage.push(...opened.damage);
    for (const record of opened.opened.flatMap(({ text }) => parse(text, request))) {
      take(log, gathered, { record, request });
    }
  }
  return toPage(gathered, request.limit, visited < blocks.length);
}

interface Wave {
  readonly entries: readonly BlockEntry[];
  readonly ahead: readonly BlockEntry[];
}

/**
 * As many blocks at once as should fill the page, until it is full; one wave at least, if an empty one: it asks
 * whether all still holds.
 */
function* wavesOf(
  { request: { limit }, token, blocks, isScrolling }: Gathering,
  limits: LogLimits,
  isFullBefore: (next: BlockEntry | undefined) => boolean,
): Generator<Wave> {
  let at = 0;
  let size = isFullBefore(blocks[0]) ? 0 : enoughFor(limit, blocks, token);
  do {
    size = Math.min(size, limits.waveBlocks);
    const ahead = isScrolling ? blocks.slice(at + size, at + aheadWave) : [];
    yield { entries: blocks.slice(at, at + size), ahead };
    at += size;
  } while (at < blocks.length && !isFullBefore(blocks[at]));
}

/** Where a page begins within a block it ends in a later one: the first block does not count. */
function enoughFor(limit: number, blocks: readonly BlockEntry[], token: string | undefined): number {
  let found = 0;
  const last = blocks.findIndex((block, at) => {
    found += at === 0 ? 0 : countOf(block, token);
    return found >= limit;
  });
  return last < 0 ? Math.max(blocks.length, 1) : last + 1;
}

/** Of one person's records only the lines that name that person: there may be one in fifty. */
function parse(text: string, { person }: PageRequest): Stored[] {
  if (person === undefined) return parseBlock(text);
  const written = JSON.stringify(person);
  return parseLines(text, line => line.includes(written));
}

function take<Value extends object>(
  { codec, definition }: OpenLog<Value>,
  { found, damage }: Gathered<Value>,
  { record, request: { before, person } }: { record: Stored; request: PageRequest },
): void {
  try {
    const entry = codec.toEntry(record);
    if (person !== undefined && !definition.people(entry.value).includes(person)) return;
    const timed = { at: definition.at(entry.value), seq: entry.seq, entry };
    if (before === undefined || byTime(before, timed) < 0) found.push(timed);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    damage.push(error);
  }
}

/** Whether nothing in the blocks to come can be newer than the last entry of the page. Sorts what was found. */
function isFull<Value>(found: Timed<Value>[], limit: number, next: BlockEntry | undefined): boolean {
  if (found.length < limit || next === undefined) return false;
  const last = found.sort(byTime)[limit - 1];
  return last !== undefined && byTime(last, { at: next.to, seq: next.last }) < 0;
}

function toPage<Value>({ found, damage }: Gathered<Value>, limit: number, isMore: boolean): LogPage<Value> {
  const shown = found.sort(byTime).slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map(({ entry }) => entry),
    damage,
    ...(last && (isMore || found.length > limit) && { next: { at: last.at, seq: last.seq } }),
  };
}

/** Newest first; of the same instant, what was stored last. */
function byTime(one: LogCursor, other: LogCursor): number {
  return other.at - one.at || other.seq - one.seq;
}

function newestFirst(one: BlockEntry, other: BlockEntry): number {
  return other.to - one.to || other.last - one.last;
}
