import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logLimits } from "./log/log-definition.ts";
import {
  openRings,
  type Ring,
  rawText,
  readAllPages,
  ring,
  rings,
  searchAll,
  smallLimits,
  someRings,
} from "./log-rig.suite.ts";
import { createDisk } from "./rig.suite.ts";
import type { SealedLog } from "./sealed-log.ts";

const seqsOf = ({ entries }: { entries: readonly { seq: number }[] }) => entries.map(({ seq }) => seq);
const timesOf = ({ entries }: { entries: readonly { value: Ring }[] }) =>
  entries.map(({ value }) => value.at);

describe("storing", () => {
  it("one by one: the tail folds into blocks, blocks into chapters, and all is there once", async () => {
    const disk = createDisk();
    const { db, log } = await openRings(disk);
    for (const each of someRings(30)) await log.append([each]);
    expect([await db.tail.count(), await db.blocks.count(), await db.chapters.count()]).toEqual([2, 7, 3]);
    const next = await openRings(disk);
    for (const each of [log, next.log]) {
      expect(await each.count()).toBe(30);
      expect(timesOf(await readAllPages(each))).toEqual(
        someRings(30)
          .map(({ at }) => at)
          .reverse(),
      );
      expect(await each.damage()).toEqual([]);
    }
  });

  it("many at once are the same as one by one", async () => {
    const { db, log } = await openRings();
    expect(await log.append(someRings(3))).toEqual([1, 2, 3]);
    expect(await log.append(someRings(27, 4))).toHaveLength(27);
    expect([await db.tail.count(), await db.blocks.count(), await db.chapters.count()]).toEqual([2, 7, 3]);
    expect(seqsOf(await readAllPages(log))).toEqual(Array.from({ length: 30 }, (_, at) => 30 - at));
    expect(await log.append([])).toEqual([]);
  });

  it("with the shipped limits a block has fifty", async () => {
    const { db, log } = await openRings(createDisk(), logLimits);
    await log.append(someRings(49));
    expect([await db.tail.count(), await db.blocks.count()]).toEqual([49, 0]);
    await log.append([ring(50)]);
    expect([await db.tail.count(), await db.blocks.count()]).toEqual([0, 1]);
    await log.append(someRings(7_000, 51));
    expect([await db.tail.count(), await db.blocks.count(), await db.chapters.count()]).toEqual([0, 141, 2]);
    expect(await log.count()).toBe(7_050);
  });

  it("what the caller does to a record afterwards does not reach the log", async () => {
    const { log } = await openRings();
    const mine = { ...ring(1) };
    await log.append([mine]);
    mine.about = "something else";
    await log.append(someRings(3, 2));
    expect(await log.get(1)).toEqual(ring(1));
  });

  it("two contexts that append at once neither lose nor double anything", async () => {
    const disk = createDisk();
    const contexts = await Promise.all([openRings(disk), openRings(disk), openRings(disk)]);
    const seqs = await Promise.all(
      Array.from({ length: 60 }, (_, at) => contexts[at % 3]?.log.append([ring(at)])),
    );
    expect(new Set(seqs.flat()).size).toBe(60);
    for (const { log } of [...contexts, await openRings(disk)]) {
      expect(timesOf(await readAllPages(log))).toEqual(Array.from({ length: 60 }, (_, at) => 59 - at));
      expect(await log.damage()).toEqual([]);
    }
  });

  it("nothing personal stands on the disk in clear, in tail, blocks or lists", async () => {
    const { db, log } = await openRings();
    const secret = { who: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", about: "Rechnung für Müller" };
    await log.append(Array.from({ length: 10 }, (_, at) => ring(at, secret)));
    await log.update(3, each => ({ ...each, about: "Rechnung bezahlt" }));
    const raw = await rawText(db);
    for (const tell of ["70997970", "Rechnung", "ller", "eth", '"at"']) {
      expect(raw.replaceAll("etherlynk", "")).not.toContain(tell);
    }
    expect(raw).toContain("rings");
  });

  it("is refused to whoever slept through a sign-out", async () => {
    const { db, log } = await openRings();
    await log.append(someRings(9));
    await Promise.all(db.tables.map(each => each.clear()));
    const works = [
      () => log.append([ring(1)]),
      () => log.page({ limit: 1 }),
      () => log.count(),
      () => log.clear(),
      () => log.exportSealed(),
      () => searchAll(log, "x"),
    ];
    for (const work of works) await expect(work()).rejects.toMatchObject({ code: "store.signed-out" });
    expect(await db.heads.count()).toBe(0);
  });
});

describe("pages", () => {
  it("are newest first by time, whatever order records came in, and never skip or repeat", async () => {
    const { log } = await openRings();
    const times = [50, 10, 40, 40, 20, 60, 5, 40, 40, 40, 33, 7, 90, 1, 40, 12, 40, 3, 2, 80];
    await log.append(times.map(at => ring(at)));
    for (const limit of [1, 2, 3, 7, 19, 20, 50]) {
      const all = await readAllPages(log, limit);
      expect(timesOf(all)).toEqual(times.toSorted((a, b) => b - a));
      expect(new Set(seqsOf(all)).size).toBe(times.length);
    }
  });

  it("stay in place while records are added and removed", async () => {
    const { log } = await openRings();
    await log.append(someRings(20));
    const first = await log.page({ limit: 5 });
    await log.append(someRings(9, 21));
    await log.remove(16);
    const second = await log.page({ limit: 5, ...(first.next && { before: first.next }) });
    expect(timesOf(second)).toEqual([15, 14, 13, 12, 11]);
  });

  it("open no more blocks than they need", async () => {
    const { db, log } = await openRings();
    await log.append(someRings(102));
    const read: number[] = [];
    db.blocks.hook("reading", row => {
      read.push(row.last);
      return row;
    });
    await log.page({ limit: 3 });
    expect(read.length).toBeLessThanOrEqual(2);
    read.length = 0;
    await log.page({ limit: 3, before: { at: 20, seq: 0 } });
    expect(read.length).toBeLessThanOrEqual(2);
    expect(Math.max(...read)).toBeLessThanOrEqual(20);
  });

  it("of one person open only that person's blocks", async () => {
    const { db, log } = await openRings();
    await log.append(
      someRings(40).map((each, at) => (at === 5 || at === 30 ? { ...each, who: "bob.eth" } : each)),
    );
    const read: number[] = [];
    db.blocks.hook("reading", row => {
      read.push(row.last);
      return row;
    });
    expect(timesOf(await log.page({ limit: 10, person: "bob.eth" }))).toEqual([31, 6]);
    expect(read).toEqual([32, 8]);
    read.length = 0;
    expect(await log.page({ limit: 10, person: "nobody.eth" })).toEqual({ entries: [], damage: [] });
    expect(read).toEqual([]);
  });
});

describe("searching", () => {
  it("finds words in any case, in any of a record's texts, also where JSON writes them differently", async () => {
    const { log } = await openRings();
    await log.append([
      ring(1, { about: 'the "Blue"\nLagoon \\ deal' }),
      ring(2, { who: "zoë.eth", about: "ΟΔΟΣ 5" }),
      ring(3, { about: "\u0007bell \ud83d\ude00" }),
      ring(4, { about: "plain" }),
      ring(5, { about: "\ud800 lone" }),
    ]);
    const find = async (text: string) => timesOf(await searchAll(log, text));
    expect(await find('"blue"')).toEqual([1]);
    expect(await find("lagoon BLUE")).toEqual([1]);
    expect(await find("\\")).toEqual([1]);
    expect(await find("οδος")).toEqual([2]);
    expect(await find("ΟΔΟ ZOË")).toEqual([2]);
    expect(await find("\u0007BELL 😀")).toEqual([3]);
    expect(await find("\ud800")).toEqual([5]);
    expect(await find("seen")).toEqual([]);
    expect(await find("blue plain")).toEqual([]);
    expect(await find(" ")).toEqual([5, 4, 3, 2, 1]);
  });

  it("agrees with looking at each record, for any texts", async () => {
    const letters = fc.string({
      unit: fc.constantFrom("a", "B", "ß", "Σ", "ς", '"', "\\", "n", "u", "0", "\n", "İ", "é", "/", "\u2028"),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(letters, letters), { maxLength: 14 }),
        fc.string({ unit: fc.constantFrom("a", "b", "σ", '"', "\\", "n", "0", "İ", " "), maxLength: 3 }),
        async (texts, sought) => {
          const { log } = await openRings();
          await log.append(texts.map(([who, about], at) => ring(at, { who, about })));
          const fold = (text: string) => text.toLowerCase().replaceAll("ς", "σ");
          const words = fold(sought).split(/\s+/).filter(Boolean);
          const expected = texts.flatMap((each, at) =>
            words.every(word => each.some(text => fold(text).includes(word))) ? [at] : [],
          );
          expect(timesOf(await searchAll(log, sought))).toEqual(expected.reverse());
        },
      ),
      { numRuns: 60 },
    );
  });

  it("streams, and stops at once with its signal", async () => {
    const { db, log } = await openRings();
    await log.append(someRings(200));
    let opened = 0;
    db.blocks.hook("reading", row => {
      opened += 1;
      return row;
    });
    const stop = new AbortController();
    const seen: number[] = [];
    const looking = (async () => {
      for await (const { entries } of log.search({ text: "order", signal: stop.signal })) {
        seen.push(...entries.map(({ seq }) => seq));
        if (seen.length >= 10) stop.abort(new Error("typed on"));
      }
    })();
    await expect(looking).rejects.toThrow("typed on");
    expect(seen.length).toBeLessThan(20);
    expect(opened).toBeLessThan(10);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    await expect(searchAllWith(log, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  it("finds each record once while another context adds, folds, changes and removes", async () => {
    const disk = createDisk();
    const [one, other] = [await openRings(disk), await openRings(disk)];
    await one.log.append(someRings(43));
    const found: number[] = [];
    let round = 0;
    for await (const { entries } of one.log.search({ text: "order" })) {
      found.push(...entries.map(({ seq }) => seq));
      await other.log.append(someRings(3, 100 + round));
      await other.log.update(5 + round, each => ({ ...each, seen: true }));
      if (round === 2) await other.log.remove(2);
      round += 1;
    }
    expect(round).toBeGreaterThan(3);
    expect(found.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 43 }, (_, at) => at + 1).filter(seq => seq !== 2),
    );
  });

  it("of one person looks nowhere else", async () => {
    const { log } = await openRings();
    await log.append(someRings(20).map(each => ({ ...each, about: `order no${each.at}.` })));
    expect(timesOf(await searchAll(log, "NO1 order", "friend-1.eth"))).toEqual([19, 16, 13, 10, 1]);
  });
});

async function searchAllWith(log: SealedLog<Ring>, signal: AbortSignal): Promise<void> {
  for await (const _ of log.search({ text: "", signal }));
}

describe("changing", () => {
  it("a record of the tail and one of a block, in their places", async () => {
    const disk = createDisk();
    const { log } = await openRings(disk);
    await log.append(someRings(10));
    for (const seq of [2, 10]) {
      expect(await log.update(seq, each => ({ ...each, seen: true, who: "new.eth" }))).toMatchObject({
        seen: true,
      });
    }
    expect(await log.update(99, each => each)).toBeUndefined();
    const next = await openRings(disk);
    for (const each of [log, next.log]) {
      expect(timesOf(await each.page({ limit: 9, person: "new.eth" }))).toEqual([10, 2]);
      expect(await each.get(2)).toMatchObject({ seen: true });
      expect(await each.get(3)).toMatchObject({ seen: false });
      expect(await each.get(99)).toBeUndefined();
      expect(await each.count()).toBe(10);
    }
  });

  it("a record that is removed is gone from the disk, and a block without records with it", async () => {
    const { db, log } = await openRings();
    await log.append(someRings(13));
    for (const seq of [5, 6, 7, 13]) expect(await log.remove(seq)).toBe(true);
    expect([await db.tail.count(), await db.blocks.count()]).toEqual([0, 3]);
    expect(await log.remove(8)).toBe(true);
    expect(await log.remove(8)).toBe(false);
    expect(await db.blocks.count()).toBe(2);
    expect(timesOf(await readAllPages(log))).toEqual([12, 11, 10, 9, 4, 3, 2, 1]);
    for (const seq of [1, 2, 3, 4, 9, 10, 11, 12]) await log.remove(seq);
    expect([await db.blocks.count(), await db.chapters.count(), await log.count()]).toEqual([0, 0, 0]);
    expect(await log.append([ring(1)])).toEqual([14]);
  });

  it("everything about one person goes, and nothing else", async () => {
    const disk = createDisk();
    const { log } = await openRings(disk);
    await log.append(someRings(50));
    expect(await log.removePerson("friend-1.eth")).toEqual({ count: 17, damage: [] });
    expect(await log.removePerson("nobody.eth")).toEqual({ count: 0, damage: [] });
    const left = await readAllPages((await openRings(disk)).log);
    expect(left.entries.map(({ value }) => value.who)).not.toContain("friend-1.eth");
    expect(left.entries).toHaveLength(33);
    expect((await readAllPages(log, 5, "friend-1.eth")).entries).toEqual([]);
  });

  it("a cleared log is empty, and does not use a seq again", async () => {
    const { db, log } = await openRings();
    await log.append(someRings(30));
    await log.clear();
    expect([await db.tail.count(), await db.blocks.count(), await db.chapters.count()]).toEqual([0, 0, 0]);
    expect(await readAllPages(log)).toEqual({ entries: [], damage: [] });
    expect(await log.append([ring(1)])).toEqual([31]);
  });

  it("what this version cannot read is handed on untouched, through folds and changes", async () => {
    const disk = createDisk();
    const newer = await openRings(disk, smallLimits, { ...rings, shape: 3 });
    await newer.log.append([ring(1), ring(2)]);
    const { log } = await openRings(disk);
    await log.append([ring(3), ring(4), ring(5)]);
    await log.update(3, each => ({ ...each, seen: true }));
    const { entries, damage } = await readAllPages(log);
    expect(entries.map(({ seq }) => seq)).toEqual([5, 4, 3]);
    expect(damage.map(({ code, place }) => [code, place.key])).toEqual([
      ["store.shape", 1],
      ["store.shape", 2],
    ]);
    await expect(log.get(1)).rejects.toMatchObject({ code: "store.shape" });
    await expect(log.update(1, each => each)).rejects.toMatchObject({ code: "store.shape" });
    expect(
      timesOf(await readAllPages((await openRings(disk, smallLimits, { ...rings, shape: 3 })).log)),
    ).toEqual([5, 4, 3, 2, 1]);
  });

  it("what this version cannot read is still found by the one that can, on its page and under its person", async () => {
    const disk = createDisk();
    const newer = await openRings(disk, smallLimits, { ...rings, shape: 3 });
    await newer.log.append([ring(90, { who: "zoe.eth" }), ring(2)]);
    const { log } = await openRings(disk);
    await log.append(someRings(20, 3));
    const again = await openRings(disk, smallLimits, { ...rings, shape: 3 });
    expect(timesOf(await readAllPages(again.log, 2))).toEqual([
      90,
      ...someRings(20, 3)
        .map(({ at }) => at)
        .reverse(),
      2,
    ]);
    expect(timesOf(await again.log.page({ limit: 3, person: "zoe.eth" }))).toEqual([90]);
    expect((await again.log.removePerson("zoe.eth")).count).toBe(1);
  });

  it("reads older shapes as today's", async () => {
    const disk = createDisk();
    const old = await openRings(disk, smallLimits, { ...rings, shape: 1 });
    await old.log.append(someRings(5));
    const { log } = await openRings(disk);
    expect((await readAllPages(log)).entries.every(({ value }) => value.seen)).toBe(true);
  });
});

describe("copies", () => {
  it("a sealed copy opens on another device of the same vault, and goes on there", async () => {
    const home = createDisk();
    const { db, log } = await openRings(home);
    await log.append(someRings(30));
    await log.update(3, each => ({ ...each, seen: true }));
    const copy = structuredClone(await log.exportSealed());
    expect(JSON.stringify(copy)).not.toContain("friend");

    const abroad = createDisk();
    const empty = await abroad.open();
    await empty.wraps.bulkAdd(await db.wraps.toArray());
    await empty.keys.bulkAdd(await db.keys.toArray());
    const away = await openRings(abroad);
    await away.log.importSealed(copy);
    expect(await readAllPages(away.log)).toEqual(await readAllPages(log));
    expect(await away.log.append([ring(31)])).toEqual([31]);
    await expect(away.log.importSealed(copy)).rejects.toMatchObject({ code: "store.import-refused" });
    expect(await away.log.count()).toBe(31);
  });

  it("anything else is refused, and nothing is written", async () => {
    const disk = createDisk();
    const { db, log } = await openRings(disk);
    await log.append(someRings(9));
    const copy = await log.exportSealed();
    await log.clear();
    await db.heads.clear();
    const head = copy.head ?? { name: "rings", revision: 1, box: new Uint8Array() };
    const foreign = await openRings();
    await foreign.log.append([ring(1)]);
    for (const wrong of [
      undefined,
      "copy",
      {},
      { ...copy, format: 2 },
      { ...copy, vault: "another" },
      { ...copy, log: "texts" },
      { ...copy, head: { ...head, name: "contacts" } },
      { ...copy, head: { ...head, revision: 77 } },
      { ...copy, tail: [{ log: "rings", seq: "1" }] },
      { ...copy, blocks: [...copy.blocks, { ...copy.blocks[0], log: "texts" }] },
      { ...copy, chapters: {} },
      await foreign.log.exportSealed(),
      { ...(await foreign.log.exportSealed()), vault: copy.vault },
    ]) {
      await expect(log.importSealed(wrong)).rejects.toMatchObject({ code: "store.import-refused" });
    }
    expect([await db.tail.count(), await db.blocks.count(), await db.heads.count()]).toEqual([0, 0, 0]);
    await log.importSealed(copy);
    expect(await log.count()).toBe(9);
  });
});

describe("against a plain list", () => {
  const who = fc.constantFrom("a.eth", "b.eth", "c.eth");
  const record = fc.record({ at: fc.nat(20), who, about: fc.constantFrom("red", "green", "blue") });
  const step = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({ do: fc.constant("append" as const), rings: fc.array(record, { maxLength: 9 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("update" as const), pick: fc.nat(200), to: record }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("remove" as const), pick: fc.nat(200) }) },
    fc.record({ do: fc.constant("remove-person" as const), who }),
    fc.record({ do: fc.constant("repair" as const) }),
    { weight: 4, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const) }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;
  type Model = Map<number, Ring>;

  async function play(log: SealedLog<Ring>, model: Model, each: Step): Promise<void> {
    const seqs = [...model.keys()];
    const seq = "pick" in each ? (seqs[each.pick % Math.max(seqs.length, 1)] ?? 999) : 0;
    if (each.do === "append") {
      const added = each.rings.map(one => ({ ...one, seen: false }));
      const stored = await log.append(added);
      for (const [at, one] of added.entries()) model.set(stored[at] ?? -1, one);
    } else if (each.do === "update") {
      await log.update(seq, () => ({ ...each.to, seen: true }));
      if (model.has(seq)) model.set(seq, { ...each.to, seen: true });
    } else if (each.do === "remove") expect(await log.remove(seq)).toBe(model.delete(seq));
    else if (each.do === "remove-person") {
      const gone = [...model].filter(([, one]) => one.who === each.who);
      expect((await log.removePerson(each.who)).count).toBe(gone.length);
      for (const [key] of gone) model.delete(key);
    } else if (each.do === "repair") expect((await log.repair()).damage).toEqual([]);
    else if (each.do === "clear") {
      await log.clear();
      model.clear();
    }
  }

  function expected(model: Model, matches: (ring: Ring) => boolean = () => true) {
    return [...model]
      .filter(([, value]) => matches(value))
      .map(([seq, value]) => ({ seq, value }))
      .sort((one, other) => other.value.at - one.value.at || other.seq - one.seq);
  }

  it("holds what the list holds, from both of two contexts, however they take turns", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1), step), { maxLength: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, limit) => {
          const disk = createDisk();
          const contexts = [await openRings(disk), await openRings(disk)];
          const model: Model = new Map();
          for (const [at, each] of steps) {
            if (each.do === "reopen") contexts[at] = await openRings(disk);
            await play((contexts[at] ?? (await openRings(disk))).log, model, each);
          }
          for (const { log } of [...contexts, await openRings(disk)]) {
            expect(await readAllPages(log, limit)).toEqual({ entries: expected(model), damage: [] });
            expect((await readAllPages(log, limit, "a.eth")).entries).toEqual(
              expected(model, one => one.who === "a.eth"),
            );
            const found = await searchAll(log, "RE");
            expect(found.entries.toSorted((a, b) => a.seq - b.seq)).toEqual(
              expected(model, one => one.about !== "blue").sort((a, b) => a.seq - b.seq),
            );
            expect(found.damage).toEqual([]);
            expect(await log.count()).toBe(model.size);
            for (const [seq, value] of model) expect(await log.get(seq)).toEqual(value);
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
