import type { DamageError, Place } from "./damage.ts";
import type { Home } from "./home.ts";
import { append } from "./log/append.ts";
import { createBlockCache } from "./log/block-cache.ts";
import { parseBlock } from "./log/block-text.ts";
import { discard, remove, removePerson, update } from "./log/edit.ts";
import { blockOfSeq, blocksOf } from "./log/listing.ts";
import { createLogCodec } from "./log/log-codec.ts";
import { type LogDefinition, type LogFound, logLimits } from "./log/log-definition.ts";
import { createLogFile } from "./log/log-file.ts";
import { openBlocks } from "./log/open-blocks.ts";
import type { OpenLog } from "./log/open-log.ts";
import { createPager, type LogPage, type PageRequest } from "./log/page.ts";
import { type Repaired, repair } from "./log/repair.ts";
import type { Rewritten } from "./log/rewrite.ts";
import { type SearchRequest, search } from "./log/search.ts";
import { exportLog, importLog, type SealedLogCopy } from "./log/transfer.ts";

/**
 * A log of records in the order they were stored. On the disk it is
 *
 *   head ──► tail      the newest records, sealed one by one, at most a block of them
 *     └────► chapters  ──► blocks   some 50 records each, sealed as one
 *
 * where each box names the version of every box below it. A record is stored in one transaction, and so is the
 * fold of a full tail into a block: whatever ends the phone in between, each record is there once. Every
 * transaction checks that the head is still the one its plan was made on, so that two contexts cannot undo each
 * other's work.
 *
 * What does not open, or is not in the version that is listed, is refused with a DamageError and stays on the disk;
 * everything else goes on. A copy of the *whole* database that somebody puts back is not noticed: nothing outside
 * of it remembers.
 */
export interface SealedLog<Value extends object> {
  /** Stores records, all or none, and returns their seqs. */
  append(values: readonly Value[]): Promise<readonly number[]>;
  get(seq: number): Promise<Value | undefined>;
  update(seq: number, change: (value: Value) => Value): Promise<Value | undefined>;
  remove(seq: number): Promise<boolean>;
  removePerson(person: string): Promise<Rewritten>;
  /** Removes everything, damaged or not. */
  clear(): Promise<void>;
  page(request: PageRequest): Promise<LogPage<Value>>;
  search(request: SearchRequest): AsyncGenerator<LogFound<Value>>;
  count(): Promise<number>;
  /** What is wrong with the log as a whole. What is wrong with a block is told by whoever meets it. */
  damage(): Promise<readonly DamageError[]>;
  repair(): Promise<Repaired>;
  discard(place: Place): Promise<boolean>;
  exportSealed(): Promise<SealedLogCopy>;
  importSealed(copy: unknown): Promise<void>;
}

export function createSealedLog<Value extends object>(
  home: Home,
  definition: LogDefinition<Value>,
  limits = logLimits,
): SealedLog<Value> {
  const { name } = definition;
  const codec = createLogCodec(home.vault, definition);
  const file = createLogFile(home, name, codec);
  const cache = createBlockCache(limits.cachedBlocks);
  const log: OpenLog<Value> = { name, db: home.db, definition, codec, file, limits, cache };
  return {
    append: values => append(log, values),
    get: seq => get(log, seq),
    update: (seq, change) => update(log, seq, change),
    remove: seq => remove(log, seq),
    removePerson: person => removePerson(log, person),
    clear: () => clear(log),
    page: createPager(log),
    search: request => search(log, request),
    async count() {
      const listing = await log.file.listing();
      const inTail = listing.tail.filter(({ record }) => record).length;
      return blocksOf(listing).reduce((sum, { count }) => sum + count, inTail);
    },
    damage: async () => (await log.file.listing()).damage,
    repair: () => repair(log),
    discard: place => discard(log, place),
    exportSealed: () => exportLog(home, name),
    importSealed: copy => importLog(home, name, copy),
  };
}

async function get<Value extends object>(log: OpenLog<Value>, seq: number): Promise<Value | undefined> {
  return (
    await log.file.read(async listing => {
      const waiting = listing.tail.find(entry => entry.seq === seq)?.record;
      const block = waiting ? undefined : blockOfSeq(listing, seq);
      const found = await openBlocks(log, listing, block ? [block] : []);
      if (found?.damage[0]) throw found.damage[0];
      if (found === undefined) return undefined;
      const records = waiting ? [waiting] : found.opened.flatMap(({ text }) => parseBlock(text));
      const record = records.find(each => each.seq === seq);
      return { value: record && log.codec.toEntry(record).value };
    })
  ).value;
}

function clear<Value extends object>(log: OpenLog<Value>): Promise<void> {
  return log.file.write(async listing => ({
    next: { ...listing, tail: [], chapters: [], lostChapters: [], damage: [] },
    empties: true,
    result: undefined,
  }));
}
