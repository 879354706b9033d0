import { nextRevision } from "../head.ts";
import { blocksOf, type Listing, type Stored, withBlocks } from "./listing.ts";
import type { LogCodec } from "./log-codec.ts";
import type { LogChange } from "./log-file.ts";
import type { LogAccess, OpenLog } from "./open-log.ts";

/** What is to become blocks, and what is to wait in the tail. */
interface Plan {
  readonly blocks: readonly (readonly Stored[])[];
  readonly tail: readonly Stored[];
  /** Seqs of what waited until now. */
  readonly folded: readonly number[];
}

/**
 * Stores records at the end, all or none, and returns their seqs. They wait in the tail, sealed one by one, until
 * there are enough for a block; then tail and records become blocks in the transaction that stores the records.
 */
export function append<Value extends object>(
  log: OpenLog<Value>,
  values: readonly Value[],
): Promise<readonly number[]> {
  return log.file.write(async listing => {
    const added = values.map((value, at) => log.codec.toStored(listing.nextSeq + at, value));
    const seqs = added.map(({ seq }) => seq);
    if (added.length === 0) return { result: seqs };
    const plan = toPlan(listing, added, log.limits.blockRecords);
    return { ...(await seal(log, listing, plan)), result: seqs };
  });
}

function toPlan(listing: Listing, added: readonly Stored[], blockRecords: number): Plan {
  const waiting = foldable(listing);
  const all = [...waiting, ...added];
  if (all.length < blockRecords) return { blocks: [], tail: added, folded: [] };
  const intoBlocks = all.length - (all.length % blockRecords);
  const blocks = Array.from({ length: intoBlocks / blockRecords }, (_, at) =>
    all.slice(at * blockRecords, (at + 1) * blockRecords),
  );
  // What waited is less than a block, so that what is left over is new.
  return { blocks, tail: all.slice(intoBlocks), folded: waiting.map(({ seq }) => seq) };
}

/** Records of the tail that come after all blocks. One that was damaged and came back stays where it is. */
export function foldable(listing: Listing): Stored[] {
  const last = blocksOf(listing).at(-1)?.last ?? 0;
  return listing.tail.flatMap(({ seq, record }) => (record && seq > last ? [record] : []));
}

async function seal(
  { codec, limits }: LogAccess,
  listing: Listing,
  plan: Plan,
): Promise<LogChange<undefined>> {
  const version = nextRevision(listing.head);
  const blocks = await Promise.all(plan.blocks.map(records => sealNew(codec, records, version)));
  const tail = await Promise.all(plan.tail.map(record => codec.sealTail(record, version)));
  const entries = blocks.map(({ entry }) => entry);
  const changed = withBlocks(listing, entries, { version, limits });
  const folded = new Set(plan.folded);
  return {
    next: {
      ...listing,
      ...changed,
      nextSeq: Math.max(listing.nextSeq, lastOf(plan) + 1),
      tail: [
        ...listing.tail.filter(({ seq }) => !folded.has(seq)),
        ...tail.map(({ record }) => ({ seq: record.seq, version, record })),
      ],
    },
    tail: tail.map(({ row }) => row),
    blocks: blocks.map(({ row }) => row),
    chapters: await sealChanged(codec, listing, changed.chapters),
    removes: { tail: plan.folded },
    result: undefined,
  };
}

function lastOf({ blocks, tail }: Plan): number {
  return tail.at(-1)?.seq ?? blocks.at(-1)?.at(-1)?.seq ?? 0;
}

function sealNew(codec: LogCodec<unknown>, records: readonly Stored[], version: number) {
  const [first, last] = [records[0]?.seq ?? 0, records.at(-1)?.seq ?? 0];
  return codec.sealBlock({ first, last, version }, records);
}

/** Seals the chapters that are not those of before. */
export function sealChanged(codec: LogCodec<unknown>, before: Listing, chapters: Listing["chapters"]) {
  const same = new Set(before.chapters);
  return Promise.all(chapters.filter(chapter => !same.has(chapter)).map(codec.sealChapter));
}
