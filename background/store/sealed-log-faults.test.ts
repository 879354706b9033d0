import { describe, expect, it, vi } from "vitest";
import type { Database } from "./database.ts";
import { withFaults } from "./faults.suite.ts";
import { openRings, type Ring, readAllPages, ring, someRings } from "./log-rig.suite.ts";
import { createDisk, type Disk } from "./rig.suite.ts";
import type { SealedLog } from "./sealed-log.ts";

type Log = SealedLog<Ring>;

/** Eleven records: two blocks of four, and three in the tail; with ten the next one does not fill it. */
async function withSome(count = 11) {
  const disk = createDisk();
  const opened = await openRings(disk);
  await opened.log.append(someRings(count));
  return { ...opened, disk };
}

async function readDisk(disk: Disk) {
  const { db, log } = await openRings(disk);
  const all = await readAllPages(log);
  db.close();
  return all;
}

describe("a phone that ends in the midst of", () => {
  const works: Readonly<Record<string, (log: Log) => Promise<unknown>>> = {
    "storing one in the tail": log => log.append([ring(50)]),
    "the fold of a full tail": log => log.append([ring(50)]),
    "storing many, over two chapters": log => log.append(someRings(18, 50)),
    "changing one of the tail": log => log.update(10, each => ({ ...each, seen: true })),
    "changing one of a block": log => log.update(2, each => ({ ...each, seen: true, who: "new.eth" })),
    "removing one of a block": log => log.remove(2),
    "removing a person": log => log.removePerson("friend-1.eth"),
    "clearing all": log => log.clear(),
  };

  it.each(Object.entries(works))("%s has done it, or not begun", async (name, work) => {
    const count = name === "storing one in the tail" ? 10 : 11;
    const undisturbed = await withSome(count);
    const steps = await countWrites(undisturbed.db, () => work(undisturbed.log));
    const after = await readDisk(undisturbed.disk);
    expect(steps).toBeGreaterThanOrEqual(2);
    for (let nth = 1; nth <= steps; nth += 1) {
      for (const when of ["before", "after"] as const) {
        const { db, log, disk } = await withSome(count);
        const before = await readDisk(disk);
        const faults = await withFaults(db);
        faults.arm(nth, when);
        await expect(work(log)).rejects.toMatchObject({ code: "store.failed" });
        expect(faults.struck).toBe(true);
        expect(await readAllPages(log)).toEqual(before);
        expect(await readDisk(disk)).toEqual(before);
        await work(log);
        expect(await readAllPages(log)).toEqual(after);
        expect(await readDisk(disk)).toEqual(after);
      }
    }
  });
});

async function countWrites(db: Database, work: () => Promise<unknown>): Promise<number> {
  let writes = 0;
  db.close();
  db.use({
    stack: "dbcore",
    name: "count",
    create: core => ({
      ...core,
      table(name) {
        const table = core.table(name);
        return {
          ...table,
          mutate(request) {
            writes += 1;
            return table.mutate(request);
          },
        };
      },
    }),
  });
  await db.open();
  await work();
  return writes;
}

describe("a full disk", () => {
  it("is told in words; what was stored stays, and storing goes on when there is room", async () => {
    const { db, log, disk } = await withSome();
    const before = await readDisk(disk);
    const full = vi.spyOn(db.blocks, "bulkPut").mockImplementation(() => {
      throw new DOMException("Quota exceeded", "QuotaExceededError");
    });
    await expect(log.append([ring(50)])).rejects.toMatchObject({
      code: "store.quota",
      message: expect.stringContaining("no room left"),
    });
    full.mockRestore();
    expect(await readAllPages(log)).toEqual(before);
    expect(await readDisk(disk)).toEqual(before);
    expect(await log.append([ring(50)])).toEqual([12]);
    expect((await readDisk(disk)).entries[0]).toEqual({ seq: 12, value: ring(50) });
  });
});
