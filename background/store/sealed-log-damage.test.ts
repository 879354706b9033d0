import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Database } from "./database.ts";
import {
  openRings,
  type Ring,
  readAllPages,
  ring,
  rings,
  searchAll,
  smallLimits,
  someRings,
} from "./log-rig.suite.ts";
import { createDisk, type Disk } from "./rig.suite.ts";
import { createSealedLog, type SealedLog } from "./sealed-log.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Row = Record<string, unknown> & { readonly box: Bytes };

const stores = ["heads", "tail", "blocks", "chapters"] as const;
type Store = (typeof stores)[number];

/** Thirty records: seven blocks in three chapters, and two in the tail. */
async function withThirty(disk: Disk = createDisk()) {
  const opened = await openRings(disk);
  await opened.log.append(someRings(30));
  return { ...opened, disk };
}

async function rowsOf(db: Database, store: Store): Promise<Row[]> {
  return (await db.table(store).toArray()) as Row[];
}

async function putBack(db: Database, store: Store, rows: readonly Row[]): Promise<void> {
  await db.table(store).clear();
  await db.table(store).bulkPut(rows);
}

function flip(box: Bytes, at: number): Bytes {
  return box.map((byte, index) => (index === at % box.length ? byte ^ 0x01 : byte));
}

const byTime = (one: { seq: number; value: Ring }, other: typeof one) =>
  other.value.at - one.value.at || other.seq - one.seq;

/** Whatever was done to the file: nothing wrong is shown, what is new is kept, and what is wrong is told in words. */
async function expectSound(disk: Disk, truth: ReadonlyMap<number, Ring>): Promise<number> {
  const { db, log } = await openRings(disk);
  const shown = await readAllPages(log);
  for (const { seq, value } of shown.entries) expect(value).toEqual(truth.get(seq));
  expect(new Set(shown.entries.map(({ seq }) => seq)).size).toBe(shown.entries.length);
  for (const { code, message } of shown.damage) {
    expect(code).toMatch(/^store\.(altered|rolled-back|missing|unlisted)$/);
    expect(message).toMatch(/^A (record|block|list) of "rings" \(\d+\) .*\.$/);
  }
  expect(shown.entries.length < truth.size).toBe(shown.damage.length > 0);
  const found = await searchAll(log, "order");
  expect(found.entries.toSorted(byTime)).toEqual(shown.entries);
  expect(found.damage.length > 0).toBe(shown.damage.length > 0);
  db.close();
  return shown.damage.length;
}

async function expectGoesOn(disk: Disk, log: SealedLog<Ring>): Promise<void> {
  const before = await readAllPages(log);
  const added = someRings(9, 1_000);
  const seqs = await log.append(added);
  for (const each of [log, (await openRings(disk)).log]) {
    const after = await readAllPages(each);
    expect(after.entries.slice(0, 9).map(({ value }) => value)).toEqual(added.toReversed());
    expect(after.entries.slice(9)).toEqual(before.entries);
    expect(await each.get(seqs[0] ?? 0)).toEqual(added[0]);
  }
}

describe("one bit of one row", () => {
  it("costs what that row holds, in words; the row stays, and all is well when it is put right", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...stores), fc.nat(), fc.nat(), async (store, which, at) => {
        const { db, log, disk } = await withThirty();
        const truth = await readAllPages(log);
        const model = new Map(truth.entries.map(({ seq, value }) => [seq, value]));
        const rows = await rowsOf(db, store);
        const row = rows[which % rows.length] as Row;
        const damaged = { ...row, box: flip(row.box, at) };
        await db.table(store).put(damaged);
        expect(await expectSound(disk, model)).toBeGreaterThan(0);
        expect(await rowsOf(db, store)).toContainEqual(damaged);
        await db.table(store).put(row);
        expect(await readAllPages((await openRings(disk)).log)).toEqual(truth);
      }),
      { numRuns: 40 },
    );
  });

  it("does not keep the log from going on, and repair finds all that opens", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...stores), fc.nat(), fc.nat(), async (store, which, at) => {
        const { db, disk } = await withThirty();
        const rows = await rowsOf(db, store);
        const row = rows[which % rows.length] as Row;
        await db.table(store).put({ ...row, box: flip(row.box, at) });
        await expectGoesOn(disk, (await openRings(disk)).log);
        const { log } = await openRings(disk);
        const { count, damage } = await log.repair();
        const lost = { heads: 0, chapters: 0, tail: 1, blocks: 4 }[store];
        expect(count).toBe(39 - lost);
        expect(damage).toHaveLength(Math.min(lost, 1));
        const again = await openRings(disk);
        expect((await readAllPages(again.log)).entries).toHaveLength(39 - lost);
        for (const { place } of await again.log.damage()) expect(await again.log.discard(place)).toBe(true);
        expect(await (await openRings(disk)).log.damage()).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("rows exchanged", () => {
  const swaps: Readonly<Record<string, (rows: Row[]) => Row[]>> = {
    "two boxes": ([one, other, ...rest]) => [
      { ...(one as Row), box: (other as Row).box },
      { ...(other as Row), box: (one as Row).box },
      ...rest,
    ],
    "one box in another's place": ([one, other, ...rest]) => [
      one as Row,
      { ...(other as Row), box: (one as Row).box },
      ...rest,
    ],
    "a shorter box": ([one, ...rest]) => [{ ...(one as Row), box: (one as Row).box.slice(0, 7) }, ...rest],
    "no box": ([one, ...rest]) => [{ ...(one as Row), box: "none" as unknown as Bytes }, ...rest],
    "one gone": rows => rows.slice(1),
    "all gone": () => [],
  };

  it.each(
    (["tail", "blocks", "chapters"] as const).flatMap(store =>
      Object.entries(swaps).map(([what, swap]) => [store, what, swap] as const),
    ),
  )("of %s: %s", async (store, _, swap) => {
    const { db, log, disk } = await withThirty();
    const model = new Map((await readAllPages(log)).entries.map(({ seq, value }) => [seq, value]));
    await putBack(db, store, swap(await rowsOf(db, store)));
    expect(await expectSound(disk, model)).toBeGreaterThan(0);
    await expectGoesOn(disk, (await openRings(disk)).log);
  });

  it("rows of another log, or of another vault, do not pass", async () => {
    for (const other of ["log", "vault"] as const) {
      const { db, log, disk } = await withThirty();
      const model = new Map((await readAllPages(log)).entries.map(({ seq, value }) => [seq, value]));
      const foreign = other === "log" ? await disk.context() : await createDisk().context();
      const name = other === "log" ? "texts" : "rings";
      await createSealedLog(foreign, { ...rings, name }, smallLimits).append(
        someRings(30).map(each => ({ ...each, about: "forged" })),
      );
      const block = await foreign.db.blocks.get([name, 8]);
      const entry = await foreign.db.tail.get([name, 29]);
      if (!block || !entry) throw new Error("There is nothing to put in");
      await db.blocks.put({ ...block, log: "rings" });
      await db.tail.put({ ...entry, log: "rings" });
      expect(await expectSound(disk, model)).toBe(2);
    }
  });

  it("a row that was put in is not shown, and not written over", async () => {
    const { db, disk } = await withThirty();
    const [tail] = await rowsOf(db, "tail");
    const [block] = await rowsOf(db, "blocks");
    const [chapter] = await rowsOf(db, "chapters");
    const put = [
      { ...(tail as Row), seq: 31 },
      { ...(block as Row), last: 40 },
      { ...(chapter as Row), number: 4 },
    ];
    await db.tail.put(put[0] as never);
    await db.blocks.put(put[1] as never);
    await db.chapters.put(put[2] as never);
    const { log } = await openRings(disk);
    expect((await readAllPages(log)).entries).toHaveLength(30);
    expect((await log.damage()).map(({ code, place }) => [code, place.what, place.key])).toEqual([
      ["store.unlisted", "record", 31],
      ["store.unlisted", "list", 4],
      ["store.unlisted", "block", 40],
    ]);
    expect((await log.append(someRings(30, 100)))[0]).toBe(41);
    expect(await db.tail.get(["rings", 31])).toEqual(put[0]);
    expect(await db.blocks.get(["rings", 40])).toEqual(put[1]);
    expect(await db.chapters.get(["rings", 4])).toEqual(put[2]);
  });
});

describe("a table put back to an older state", () => {
  const change = fc.oneof(
    { weight: 3, arbitrary: fc.nat(6).map(count => ({ do: "append" as const, count: count + 1 })) },
    fc.nat().map(pick => ({ do: "update" as const, pick })),
    fc.nat().map(pick => ({ do: "remove" as const, pick })),
  );

  type Change = typeof change extends fc.Arbitrary<infer Each> ? Each : never;

  async function play(log: SealedLog<Ring>, model: Map<number, Ring>, each: Change): Promise<void> {
    const seqs = [...model.keys()];
    if (each.do === "append") {
      const added = someRings(each.count, model.size * 7);
      for (const [at, seq] of (await log.append(added)).entries()) model.set(seq, added[at] as Ring);
      return;
    }
    const seq = seqs[each.pick % seqs.length] ?? 0;
    if (each.do === "remove") {
      await log.remove(seq);
      model.delete(seq);
    } else {
      const changed = await log.update(seq, one => ({ ...one, about: `${one.about}, seen` }));
      if (changed) model.set(seq, changed);
    }
  }

  it("never shows what is not so any more, says what it refuses, and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...stores),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (store, earlier, later) => {
          const { db, log, disk } = await withThirty();
          const model = new Map((await readAllPages(log)).entries.map(({ seq, value }) => [seq, value]));
          for (const each of earlier) await play(log, model, each);
          const old = await rowsOf(db, store);
          for (const each of later) await play(log, model, each);
          const now = await rowsOf(db, store);
          await putBack(db, store, old);
          const isSame =
            JSON.stringify(old.map(({ box }) => [...box])) === JSON.stringify(now.map(({ box }) => [...box]));
          const shownBefore = await openRings(disk);
          const { entries, damage } = await readAllPages(shownBefore.log);
          if (isSame) expect(damage).toEqual([]);
          // With an older head, what the head lists and nobody changed since is still so, and is shown.
          for (const { seq, value } of entries) expect(model.get(seq)).toEqual(value);
          if (!isSame) expect(damage.length).toBeGreaterThan(0);
          await expectGoesOn(disk, shownBefore.log);
          await putBackAndRepair(disk);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  async function putBackAndRepair(disk: Disk): Promise<void> {
    const { log } = await openRings(disk);
    const { count, damage } = await log.repair();
    expect(damage).toEqual([]);
    const { log: again } = await openRings(disk);
    const all = await readAllPages(again);
    expect(all.damage).toEqual([]);
    expect(all.entries).toHaveLength(count);
    expect(await again.append([ring(5_000)])).toHaveLength(1);
    expect((await again.page({ limit: 1 })).entries[0]?.value).toEqual(ring(5_000));
  }
});

describe("a list put back to an older state", () => {
  it.each([
    ["of the tail", 30, "record"],
    ["of a block", 2, "list"],
  ] as const)("does not pass where one record %s was changed since", async (_, seq, what) => {
    const { db, log, disk } = await withThirty();
    const old = await rowsOf(db, "heads");
    await log.update(seq, each => ({ ...each, seen: true }));
    await putBack(db, "heads", old);
    const { damage } = await readAllPages((await openRings(disk)).log);
    expect(damage.map(({ code, place }) => [code, place.what])).toEqual([["store.unlisted", what]]);
  });
});

describe("a damaged record of the tail that comes back", () => {
  it("is served from where it is, whatever was folded meanwhile", async () => {
    const { db, disk } = await withThirty();
    const row = (await rowsOf(db, "tail"))[0] as Row;
    await db.table("tail").put({ ...row, box: flip(row.box, 3) });
    await (await openRings(disk)).log.append(someRings(10, 31));
    await db.table("tail").put(row);
    const { log } = await openRings(disk);
    await log.append(someRings(10, 41));
    for (const each of [log, (await openRings(disk)).log]) {
      const { entries, damage } = await readAllPages(each);
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, at) => 50 - at));
      expect(damage).toEqual([]);
      expect((await searchAll(each, "order")).entries).toHaveLength(50);
      expect(await each.get(29)).toMatchObject({ at: 29 });
    }
    expect(await log.remove(29)).toBe(true);
    expect(await log.count()).toBe(49);
  });
});

describe("a person's records in a damaged log", () => {
  it("go as far as they can be found, and the rest is named", async () => {
    const { db, disk } = await withThirty();
    const [block] = await rowsOf(db, "blocks");
    await db.table("blocks").put({ ...(block as Row), box: flip((block as Row).box, 20) });
    const { log } = await openRings(disk);
    const { count, damage } = await log.removePerson("friend-1.eth");
    expect(count).toBe(8);
    expect(damage.map(({ code, place }) => [code, place.key])).toEqual([["store.altered", 4]]);
    await expect(log.remove(2)).rejects.toMatchObject({ code: "store.altered" });
    await expect(log.update(2, each => each)).rejects.toMatchObject({ code: "store.altered" });
    await expect(log.get(2)).rejects.toMatchObject({ code: "store.altered" });
    expect(await log.discard({ name: "rings", what: "block", key: 4 })).toBe(true);
    expect(await log.discard({ name: "rings", what: "block", key: 4 })).toBe(false);
    expect((await readAllPages((await openRings(disk)).log)).damage).toEqual([]);
    expect(await log.get(2)).toBeUndefined();
  });
});
