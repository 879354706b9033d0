import { IDBFactory, IDBKeyRange, IDBObjectStore } from "fake-indexeddb";
import { describe, expect, it, vi } from "vitest";
import { asStore, openDatabase } from "./database.ts";
import { createDisk } from "./rig.suite.ts";

/** A connection as another program makes it: it lets go of the database only when it wants to. */
function openRaw(factory: IDBFactory, name: string, version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result);
  });
}

describe("opening the database", () => {
  it("makes it in version 1, and says nothing on the console", async () => {
    const warn = vi.spyOn(console, "warn");
    const disk = createDisk();
    await disk.open();
    await disk.open();
    expect(await disk.options.indexedDB?.databases()).toEqual([{ name: "etherlynk", version: 10 }]);
    expect(warn).not.toHaveBeenCalled();
  });

  it("a newer one is refused in words and left as it is", async () => {
    const indexedDB = new IDBFactory();
    (await openRaw(indexedDB, "etherlynk", 20)).close();
    const opening = openDatabase({ name: "etherlynk", indexedDB, IDBKeyRange });
    await expect(opening).rejects.toMatchObject({
      code: "store.newer",
      message: expect.stringContaining("newer version"),
    });
    expect(await indexedDB.databases()).toEqual([{ name: "etherlynk", version: 20 }]);
  });

  it("an older tab that does not let go is named, and nothing waits for ever", async () => {
    const indexedDB = new IDBFactory();
    const old = await openRaw(indexedDB, "etherlynk", 5);
    const opening = openDatabase({ name: "etherlynk", indexedDB, IDBKeyRange, blockedMs: 20 });
    await expect(opening).rejects.toMatchObject({
      code: "store.blocked",
      message: expect.stringContaining("older tab"),
    });
    old.close();
    const db = await openDatabase({ name: "etherlynk", indexedDB, IDBKeyRange });
    expect(await db.rows.count()).toBe(0);
    db.close();
  });

  it("an older tab that lets go in time is waited for", async () => {
    const indexedDB = new IDBFactory();
    const old = await openRaw(indexedDB, "etherlynk", 5);
    old.onversionchange = () => setTimeout(() => old.close(), 5);
    const db = await openDatabase({ name: "etherlynk", indexedDB, IDBKeyRange, blockedMs: 5_000 });
    expect(await db.rows.count()).toBe(0);
    db.close();
  });

  it("lets go when a newer version comes, and says so to whoever asks next", async () => {
    const disk = createDisk();
    const db = await disk.open();
    const newer = await openRaw(disk.options.indexedDB as IDBFactory, "etherlynk", 20);
    await expect(asStore(db.rows.count())).rejects.toMatchObject({ code: "store.closed" });
    newer.close();
  });
});

describe("errors of the platform", () => {
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error("of the platform"), { name, ...more });

  it.each([
    [named("QuotaExceededError"), "store.quota"],
    [named("AbortError", { inner: named("QuotaExceededError") }), "store.quota"],
    [named("BulkError", { failures: [named("QuotaExceededError")] }), "store.quota"],
    [named("UnknownError"), "store.failed"],
    [named("InvalidStateError"), "store.failed"],
    [named("VersionError"), "store.newer"],
  ])("%s means %s", async (error, code) => {
    await expect(asStore(Promise.reject(error))).rejects.toMatchObject({ code, cause: error });
  });

  it("a bug stays a bug", async () => {
    const bug = new TypeError("x is not a function");
    await expect(asStore(Promise.reject(bug))).rejects.toBe(bug);
  });

  it("a disk that is full during a write is told, and nothing of the write stays", async () => {
    const db = await createDisk().open();
    await db.rows.put({ table: "t", id: "1", version: 1, tokens: [], box: new Uint8Array(1) });
    const full = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
    const spy = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(full);
    const write = db.transaction("rw", db.rows, async () => {
      await db.rows.delete(["t", "1"]);
      await db.rows.put({ table: "t", id: "2", version: 1, tokens: [], box: new Uint8Array(1) });
    });
    await expect(asStore(write)).rejects.toMatchObject({ code: "store.quota" });
    spy.mockRestore();
    expect((await db.rows.toArray()).map(({ id }) => id)).toEqual(["1"]);
  });
});
