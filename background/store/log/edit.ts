import { type DamageError, type Place, ShapeError } from "../damage.ts";
import { nextRevision } from "../head.ts";
import { sealChanged } from "./append.ts";
import { blockOfSeq, blocksOf, type Listing, mayBeAbout, type Stored, withBlocks } from "./listing.ts";
import type { LogAccess, OpenLog } from "./open-log.ts";
import { goneFrom, type Rewritten, rewrite } from "./rewrite.ts";

/**
 * Changes one record in its place, and returns what it is then; `undefined` where there is none of that seq.
 *
 * @throws DamageError where it cannot be opened or read
 */
export async function update<Value extends object>(
  log: OpenLog<Value>,
  seq: number,
  change: (value: Value) => Value,
): Promise<Value | undefined> {
  let changed: Value | undefined;
  const edit = (record: Stored): Stored => {
    if (record.seq !== seq) return record;
    changed = change(log.codec.toEntry(record).value);
    return log.codec.toStored(seq, changed);
  };
  const { damage } = await log.file.write(listing =>
    rewrite(log, listing, { blocks: blockAt(listing, seq), edit }),
  );
  throwFirst(damage);
  return changed;
}

/**
 * Removes one record, and says whether there was one.
 *
 * @throws DamageError where its block does not open
 */
export async function remove(log: LogAccess, seq: number): Promise<boolean> {
  const edit = (record: Stored) => (record.seq === seq ? undefined : record);
  const { count, damage } = await log.file.write(listing =>
    rewrite(log, listing, { blocks: blockAt(listing, seq), edit }),
  );
  throwFirst(damage);
  return count > 0;
}

/** Removes every record about this person. What cannot be opened stays, and is named. */
export async function removePerson<Value extends object>(
  log: OpenLog<Value>,
  person: string,
): Promise<Rewritten> {
  const token = await log.codec.tokenOf(person);
  const { people } = log.definition;
  return log.file.write(async listing => {
    const unread: DamageError[] = [];
    const edit = (record: Stored) => {
      try {
        return people(log.codec.toEntry(record).value).includes(person) ? undefined : record;
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        unread.push(error);
        return record;
      }
    };
    const blocks = blocksOf(listing).filter(block => mayBeAbout(block, token));
    const change = await rewrite(log, listing, { blocks, edit });
    if (change === undefined) return undefined;
    const damage = [...listing.damage, ...change.result.damage, ...unread];
    return { ...change, result: { ...change.result, damage } };
  });
}

/**
 * Gives up a record of the tail or a block that is damaged, for good, and says whether there was one. For people
 * to decide, when there is no backup. What is wrong with a list is mended by a repair.
 */
export function discard(log: LogAccess, { what, key }: Place): Promise<boolean> {
  return log.file.write(async listing => {
    const seq = Number(key);
    const entry = what === "block" ? blocksOf(listing).find(({ last }) => last === seq) : undefined;
    const isTold = listing.damage.some(({ place }) => place.what === what && place.key === key);
    if (!isTold && entry === undefined) return { result: false };
    const version = nextRevision(listing.head);
    const changed = entry ? [{ ...entry, count: 0 }] : [];
    const next = withBlocks(listing, changed, { version, limits: log.limits });
    return {
      next: {
        ...listing,
        ...next,
        tail: what === "record" ? listing.tail.filter(each => each.seq !== seq) : listing.tail,
        damage: listing.damage.filter(({ place }) => place.what !== what || place.key !== key),
      },
      chapters: await sealChanged(log.codec, listing, next.chapters),
      removes: {
        tail: what === "record" ? [seq] : [],
        blocks: what === "block" ? [seq] : [],
        chapters: goneFrom(listing, next.chapters),
      },
      result: true,
    };
  });
}

function blockAt(listing: Listing, seq: number) {
  const block = blockOfSeq(listing, seq);
  return block ? [block] : [];
}

function throwFirst([first]: readonly DamageError[]): void {
  if (first) throw first;
}
