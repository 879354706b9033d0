import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Database, SealedRow } from "./database.ts";
import { createDisk, type Disk } from "./rig.suite.ts";
import type { TableDefinition } from "./sealed-row.ts";
import { createSealedTable, type SealedTable } from "./sealed-table.ts";

interface Friend {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly due: number;
  readonly online?: boolean;
}

const friends: TableDefinition<Friend, "address" | "name"> = {
  name: "friends",
  shape: 2,
  read(stored, shape) {
    const { name, addresses, due } = stored as Record<string, unknown>;
    if (typeof name !== "string" || !Array.isArray(addresses)) return undefined;
    return { name, addresses, due: shape === 1 ? 0 : Number(due) };
  },
  fields: {
    name: { persisted: true, logged: false, shown: true },
    addresses: { persisted: true, logged: false, shown: true },
    due: { persisted: true, logged: true, shown: false },
    online: { persisted: false, logged: true, shown: true },
  },
  ids: "clear",
  indexes: { address: friend => friend.addresses, name: friend => [friend.name] },
  order: friend => friend.due,
};

type Friends = SealedTable<Friend, "address" | "name">;

const alice: Friend = { name: "Alice Liddell", addresses: ["alice.eth", "+99912345678"], due: 5 };
const bob: Friend = { name: "Bob", addresses: ["bob.eth"], due: 3 };
const carol: Friend = { name: "Carol", addresses: ["carol.eth", "bob.eth"], due: 9 };

async function openFriends(disk: Disk = createDisk(), definition = friends) {
  const { db, vault } = await disk.context();
  return { db, vault, table: createSealedTable({ db, vault }, definition) as Friends };
}

async function withThree(disk?: Disk) {
  const opened = await openFriends(disk);
  await opened.table.putAll([
    { id: "a", value: alice },
    { id: "b", value: bob },
    { id: "c", value: carol },
  ]);
  return opened;
}

const idsOf = ({ entries }: { entries: readonly { id: string }[] }) => entries.map(({ id }) => id).toSorted();

describe("a sealed table", () => {
  it("gets, changes, finds, ranges and removes", async () => {
    const { table } = await withThree();
    expect(await table.get("a")).toEqual(alice);
    expect(await table.get("z")).toBeUndefined();
    expect(idsOf(await table.find("address", "bob.eth"))).toEqual(["b", "c"]);
    expect(idsOf(await table.find("name", "bob.eth"))).toEqual([]);
    expect((await table.range({ from: 4 })).entries.map(({ id }) => id)).toEqual(["a", "c"]);
    expect((await table.range({ to: 5, limit: 1 })).entries.map(({ id }) => id)).toEqual(["b"]);
    expect(await table.update("b", friend => ({ ...friend, addresses: ["rob.eth"] }))).toMatchObject({
      addresses: ["rob.eth"],
    });
    expect(idsOf(await table.find("address", "bob.eth"))).toEqual(["c"]);
    expect(await table.update("z", friend => friend)).toBeUndefined();
    expect([await table.remove("c"), await table.remove("c")]).toEqual([true, false]);
    expect(await table.list()).toMatchObject({ damage: [] });
    expect(idsOf(await table.list())).toEqual(["a", "b"]);
  });

  it("does not write what is not to be persisted", async () => {
    const { table } = await openFriends();
    await table.put("a", { ...alice, online: true });
    expect(await table.get("a")).toEqual(alice);
  });

  it("reads older shapes, and leaves newer ones to who understands them", async () => {
    const disk = createDisk();
    const old = await openFriends(disk, { ...friends, shape: 1 });
    await old.table.put("a", alice);
    const newer = await openFriends(disk, { ...friends, shape: 3 });
    await newer.table.put("b", bob);
    const { table } = await openFriends(disk);
    expect(await table.get("a")).toEqual({ ...alice, due: 0 });
    await expect(table.get("b")).rejects.toMatchObject({ code: "store.shape" });
    expect((await table.list()).damage.map(({ code }) => code)).toEqual(["store.shape"]);
    expect(await newer.table.get("b")).toEqual(bob);
  });

  it("private ids are not on the disk, and come back", async () => {
    const { db, table } = await openFriends(createDisk(), { ...friends, ids: "private" });
    await table.put("https://shop.example", alice);
    expect((await table.list()).entries[0]?.id).toBe("https://shop.example");
    expect(await table.get("https://shop.example")).toEqual(alice);
    expect(JSON.stringify(await db.rows.toArray())).not.toContain("shop.example");
  });

  it("is bounded, and says so; what is there can still be changed and removed", async () => {
    const { table } = await openFriends(createDisk(), { ...friends, limit: 2 });
    await table.put("a", alice);
    await table.put("b", bob);
    await expect(table.put("c", carol)).rejects.toMatchObject({ code: "store.full" });
    await table.put("a", carol);
    await table.remove("b");
    await table.put("c", carol);
    expect(idsOf(await table.list())).toEqual(["a", "c"]);
  });

  it("nothing personal stands on the disk in clear", async () => {
    const { db } = await withThree();
    const raw = await rawText(db);
    for (const tell of ["Alice", "alice.eth", "99912345678", "bob.eth", "Carol"]) {
      expect(raw).not.toContain(tell);
    }
    expect(raw).toContain("friends");
  });

  it("several contexts at once lose no change", async () => {
    const disk = createDisk();
    const contexts = await Promise.all(Array.from({ length: 4 }, () => openFriends(disk)));
    await contexts[0]?.table.put("a", { ...alice, due: 0 });
    const changes = Array.from({ length: 40 }, (_, at) =>
      contexts[at % 4]?.table.update("a", friend => ({ ...friend, due: friend.due + 1 })),
    );
    const puts = contexts.map(({ table }, at) => table.put(`of ${at}`, bob));
    await Promise.all([...changes, ...puts]);
    for (const { table } of contexts) {
      expect(await table.get("a")).toMatchObject({ due: 40 });
      expect(idsOf(await table.list())).toEqual(["a", "of 0", "of 1", "of 2", "of 3"]);
    }
  });

  it("a full disk is told, and nothing is half written", async () => {
    const { db, table } = await withThree();
    const before = await rawText(db);
    const add = vi.spyOn(db.heads, "put").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
    await expect(table.putAll([{ id: "a", value: bob }])).rejects.toMatchObject({ code: "store.quota" });
    await expect(table.remove("b")).rejects.toMatchObject({ code: "store.quota" });
    add.mockRestore();
    expect(await rawText(db)).toBe(before);
    expect(await table.get("a")).toEqual(alice);
    await table.remove("b");
    expect(idsOf(await table.list())).toEqual(["a", "c"]);
  });

  it("refuses whoever slept through a sign-out", async () => {
    const { db, table } = await withThree();
    await Promise.all(db.tables.map(each => each.clear()));
    for (const work of [() => table.get("a"), () => table.put("a", alice), () => table.list()]) {
      await expect(work()).rejects.toMatchObject({ code: "store.signed-out" });
    }
    expect(await db.rows.count()).toBe(0);
  });
});

describe("what somebody did to the file", () => {
  const flip = (box: Uint8Array<ArrayBuffer>, at: number) =>
    box.map((byte, index) => (index === (at + box.length) % box.length ? byte ^ 0x10 : byte));
  const rowOf = async (db: Database, id: string) => (await db.rows.get(["friends", id])) as SealedRow;

  const changes: Readonly<Record<string, (row: SealedRow, other: SealedRow) => SealedRow>> = {
    "a bit of the nonce": row => ({ ...row, box: flip(row.box, 0) }),
    "a bit of the text": row => ({ ...row, box: flip(row.box, 20) }),
    "a bit of the tag": row => ({ ...row, box: flip(row.box, -1) }),
    "a shorter box": row => ({ ...row, box: row.box.slice(0, 5) }),
    "no box": ({ box: _, ...row }) => row as SealedRow,
    "another record's box": (row, other) => ({ ...row, box: other.box }),
    "another record under its id": (row, other) => ({ ...other, id: row.id }),
    "a clear number": row => ({ ...row, order: 4 }),
    "a token less": row => ({ ...row, tokens: row.tokens.slice(1) }),
    "no tokens": ({ tokens: _, ...row }) => row as unknown as SealedRow,
    "something else as version": row => ({ ...row, version: "1" as unknown as number }),
  };

  it.each(Object.entries(changes))("%s: told for that record, the others are served", async (_, change) => {
    const { db, table } = await withThree();
    const damaged = change(await rowOf(db, "b"), await rowOf(db, "c"));
    await db.rows.put(damaged);
    await expect(table.get("b")).rejects.toMatchObject({ code: "store.altered", place: { key: "b" } });
    await expect(table.update("b", friend => friend)).rejects.toMatchObject({ code: "store.altered" });
    const { entries, damage } = await table.list();
    expect(entries).toEqual(
      expect.arrayContaining([
        { id: "a", value: alice },
        { id: "c", value: carol },
      ]),
    );
    expect(damage.map(({ code, message }) => [code, /Etherlynk/.test(message)])).toEqual([
      ["store.altered", true],
    ]);
    expect(await rowOf(db, "b")).toEqual(damaged);
    await table.put("b", bob);
    expect(await table.get("b")).toEqual(bob);
  });

  it("an older copy of a record is refused, and of one that was removed too", async () => {
    const { db, table } = await withThree();
    const [oldA, oldB] = [await rowOf(db, "a"), await rowOf(db, "b")];
    await table.put("a", { ...alice, due: 7 });
    await table.remove("b");
    await db.rows.bulkPut([oldA, oldB]);
    await expect(table.get("a")).rejects.toMatchObject({ code: "store.rolled-back" });
    await expect(table.get("b")).rejects.toMatchObject({ code: "store.unlisted" });
    const { entries, damage } = await table.list();
    expect(entries.map(({ id }) => id)).toEqual(["c"]);
    expect(damage.map(({ code }) => code).toSorted()).toEqual(["store.rolled-back", "store.unlisted"]);
    expect((await table.find("name", "Bob")).damage).toHaveLength(1);
  });

  it("an older copy does not pass for one that was removed and put in anew", async () => {
    const { db, table } = await withThree();
    const old = await rowOf(db, "a");
    await table.remove("a");
    await table.put("a", carol);
    await db.rows.put(old);
    await expect(table.get("a")).rejects.toMatchObject({ code: "store.rolled-back" });
  });

  it("a removed record is missed", async () => {
    const { db, table } = await withThree();
    await db.rows.delete(["friends", "a"]);
    await expect(table.get("a")).rejects.toMatchObject({ code: "store.missing", place: { key: "a" } });
    expect((await table.list()).damage.map(({ code }) => code)).toEqual(["store.missing"]);
    expect(await table.remove("a")).toBe(true);
    expect((await table.list()).damage).toEqual([]);
  });

  it.each(["rows", "heads"] as const)(
    "an older copy of all %s is refused, also after a restart",
    async part => {
      const disk = createDisk();
      const { db, table } = await withThree(disk);
      const old = await db[part].toArray();
      await table.put("a", { ...alice, due: 7 });
      await table.put("d", bob);
      await db[part].clear();
      await db.table(part).bulkPut(old);
      const next = await openFriends(disk);
      for (const each of [table, next.table]) {
        await expect(each.get("a")).rejects.toMatchObject({
          code: part === "rows" ? "store.rolled-back" : "store.unlisted",
        });
        await expect(each.get("d")).rejects.toMatchObject({
          code: part === "rows" ? "store.missing" : "store.unlisted",
        });
        expect(await each.get("b")).toEqual(bob);
      }
    },
  );

  it("a row of another table or vault does not pass", async () => {
    const disk = createDisk();
    const { db, vault, table } = await withThree(disk);
    const others = createSealedTable({ db, vault }, { ...friends, name: "others" });
    await others.put("b", carol);
    const foreign = await withThree();
    for (const row of [
      { ...((await db.rows.get(["others", "b"])) as SealedRow), table: "friends" },
      (await foreign.db.rows.get(["friends", "b"])) as SealedRow,
    ]) {
      await db.rows.put(row);
      await expect(table.get("b")).rejects.toMatchObject({ code: "store.altered" });
    }
  });

  it("a list that does not open is told once; repair takes what opens, and keeps the rest aside", async () => {
    const disk = createDisk();
    const { db } = await withThree(disk);
    const head = await db.heads.get("friends");
    if (!head) throw new Error("There is no head");
    await db.heads.put({ ...head, box: flip(head.box, 15) });
    const b = await rowOf(db, "b");
    await db.rows.put({ ...b, box: flip(b.box, 15) });
    const { table } = await openFriends(disk);
    await expect(table.get("a")).rejects.toMatchObject({ code: "store.altered", place: { what: "list" } });
    expect((await table.list()).damage.map(({ place }) => place.what)).toEqual(["list"]);

    // What is written now is not lost, whatever becomes of the rest.
    await table.put("d", bob);
    expect(await table.get("d")).toEqual(bob);
    await expect(table.get("a")).rejects.toMatchObject({ code: "store.unlisted" });

    const repaired = await table.repair();
    expect(idsOf(repaired)).toEqual(["a", "c", "d"]);
    expect(repaired.damage.map(({ place }) => place.key)).toEqual(["b"]);
    expect(await (await openFriends(disk)).table.get("a")).toEqual(alice);
    expect(await rowOf(db, "b")).toMatchObject({ id: "b" });
    expect(await table.remove("b")).toBe(true);
    expect((await table.list()).damage).toEqual([]);
  });
});

describe("against a plain map", () => {
  const id = fc.constantFrom("a", "b", "c", "d", "e", "constructor", "__proto__");
  const friend = fc.record({
    name: fc.string({ maxLength: 12, unit: "binary" }),
    addresses: fc.array(fc.constantFrom("x.eth", "y.eth", "z.eth"), { maxLength: 3 }),
    due: fc.integer({ min: -10, max: 10 }),
  });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("put" as const), id, friend }) },
    fc.record({ do: fc.constant("update" as const), id, due: fc.integer({ min: -10, max: 10 }) }),
    fc.record({ do: fc.constant("remove" as const), id }),
    fc.record({ do: fc.constant("repair" as const) }),
    fc.record({ do: fc.constant("reopen" as const) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

  async function play(table: Friends, model: Map<string, Friend>, each: Step): Promise<void> {
    if (each.do === "put") {
      await table.put(each.id, each.friend);
      model.set(each.id, each.friend);
    } else if (each.do === "update") {
      const before = model.get(each.id);
      await table.update(each.id, old => ({ ...old, due: each.due }));
      if (before) model.set(each.id, { ...before, due: each.due });
    } else if (each.do === "remove") {
      expect(await table.remove(each.id)).toBe(model.delete(each.id));
    } else if (each.do === "repair") await table.repair();
  }

  it("holds what the map holds, from both of two contexts, however they take turns", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(1), step), { maxLength: 25 }), async steps => {
        const disk = createDisk();
        const contexts = [await openFriends(disk), await openFriends(disk)];
        const model = new Map<string, Friend>();
        for (const [at, each] of steps) {
          if (each.do === "reopen") contexts[at] = await openFriends(disk);
          const { table } = contexts[at] as (typeof contexts)[0];
          await play(table, model, each);
        }
        for (const { table } of contexts) {
          const { entries, damage } = await table.list();
          expect(damage).toEqual([]);
          expect(new Map(entries.map(entry => [entry.id, entry.value]))).toEqual(model);
          const withX = [...model].filter(([, value]) => value.addresses.includes("x.eth"));
          expect(idsOf(await table.find("address", "x.eth"))).toEqual(withX.map(([key]) => key).toSorted());
          const dues = (await table.range({ from: -3, to: 3 })).entries.map(({ value }) => value.due);
          expect(dues).toEqual(
            [...model.values()]
              .map(({ due }) => due)
              .filter(due => due >= -3 && due <= 3)
              .toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** All that stands in the database, bytes as Latin-1, so that a name would show. */
async function rawText(db: Database): Promise<string> {
  const all = await Promise.all(db.tables.map(async each => [each.name, await each.toArray()]));
  return JSON.stringify(all, (_, value) =>
    value instanceof Uint8Array ? String.fromCharCode(...value) : value,
  );
}
