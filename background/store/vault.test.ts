import { describe, expect, it } from "vitest";
import { destroyDatabase } from "./database.ts";
import { createDisk } from "./rig.suite.ts";
import { seal, unseal } from "./sealing.ts";
import { addWrap, adoptVault, openVault, stillHolds } from "./vault.ts";
import { createWrappingKey } from "./wrapping.ts";

const label = ["test", 1];

describe("opening a vault", () => {
  it("makes one, and finds the same again after a restart", async () => {
    const disk = createDisk();
    const first = await disk.context();
    const box = await seal(await first.vault.sealingKey("contacts"), label, "alice");
    const token = await first.vault.token("contacts", "alice.eth");
    first.db.close();
    const second = await disk.context();
    expect(second.vault.id).toBe(first.vault.id);
    expect(await unseal(await second.vault.sealingKey("contacts"), label, box)).toBe("alice");
    expect(await second.vault.token("contacts", "alice.eth")).toBe(token);
  });

  it("ten contexts that come first at once agree on one", async () => {
    const disk = createDisk();
    const contexts = await Promise.all(Array.from({ length: 10 }, () => disk.context()));
    expect(new Set(contexts.map(({ vault }) => vault.id)).size).toBe(1);
    const [one, other] = contexts;
    const box = await seal((await one?.vault.sealingKey("log")) as CryptoKey, label, "x");
    expect(await unseal((await other?.vault.sealingKey("log")) as CryptoKey, label, box)).toBe("x");
    expect(await one?.db.wraps.count()).toBe(1);
  });

  it("no key can be exported, neither those in use nor the stored one", async () => {
    const { db, vault } = await createDisk().context();
    const stored = (await db.keys.get("vault.device"))?.value as CryptoKey;
    for (const key of [stored, await vault.sealingKey("contacts")]) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
    }
    expect(stored.usages.toSorted()).toEqual(["unwrapKey", "wrapKey"]);
  });

  it("each table has its own key, and each scope its own tokens", async () => {
    const { vault } = await createDisk().context();
    const box = await seal(await vault.sealingKey("contacts"), label, "alice");
    expect(await unseal(await vault.sealingKey("settings"), label, box)).toBeUndefined();
    const tokens = await Promise.all([
      vault.token("contacts", "alice.eth"),
      vault.token("recents", "alice.eth"),
      vault.token("contacts", "alice.et"),
      vault.token('contacts","a', "lice.eth"),
    ]);
    expect(new Set(tokens).size).toBe(4);
    expect(tokens[0]).toMatch(/^[\w-]{22}$/);
  });

  it("does not answer from memory for ever: tokens stay right after thousands of others", async () => {
    const { vault } = await createDisk().context();
    const token = await vault.token("contacts", "alice.eth");
    for (let i = 0; i < 5_000; i += 1) await vault.token("contacts", String(i));
    expect(await vault.token("contacts", "alice.eth")).toBe(token);
  });

  it("a lost key is told, and no new vault is made over what it sealed", async () => {
    const disk = createDisk();
    const { db } = await disk.context();
    await db.keys.clear();
    await expect(openVault(db, 0)).rejects.toMatchObject({ code: "store.vault-lost" });
    await db.wraps.clear();
    await db.heads.put({ name: "contacts", revision: 1, box: new Uint8Array(30) });
    await expect(openVault(db, 0)).rejects.toMatchObject({ code: "store.vault-lost" });
    expect(await db.wraps.count()).toBe(0);
  });

  it.each(["vault", "kind", "box"] as const)("a wrap whose %s was altered does not open", async part => {
    const { db } = await createDisk().context();
    const wrap = await db.wraps.get("device");
    if (!wrap) throw new Error("There is no wrap");
    const altered = part === "box" ? wrap.box.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) : "another";
    await db.wraps.put({ ...wrap, [part]: altered });
    await expect(openVault(db, 0)).rejects.toMatchObject({ code: "store.vault-lost" });
  });
});

describe("another way of unlocking", () => {
  it("opens the same vault on another device", async () => {
    const home = await createDisk().context();
    const phrase = await createWrappingKey();
    const wrap = await addWrap(home.db, phrase, { id: "phrase-1", kind: "phrase", created: 5 });
    const box = await seal(await home.vault.sealingKey("recents"), label, "a call");

    const abroad = createDisk();
    const db = await abroad.open();
    const vault = await adoptVault(db, structuredClone(wrap), phrase);
    expect(vault.id).toBe(home.vault.id);
    expect(await unseal(await vault.sealingKey("recents"), label, box)).toBe("a call");
    expect((await openVault(db, 0)).id).toBe(vault.id);
    expect((await db.wraps.toArray()).map(({ id }) => id)).toEqual(["device", "phrase-1"]);
  });

  it("a wrong key opens nothing, and a device with a vault adopts none", async () => {
    const home = await createDisk().context();
    const phrase = await createWrappingKey();
    const wrap = await addWrap(home.db, phrase, { id: "phrase-1", kind: "phrase", created: 5 });
    const db = await createDisk().open();
    await expect(adoptVault(db, wrap, await createWrappingKey())).rejects.toMatchObject({
      code: "store.wrap-refused",
    });
    expect(await db.wraps.count()).toBe(0);
    const other = await createDisk().context();
    await expect(adoptVault(other.db, wrap, phrase)).rejects.toMatchObject({ code: "store.vault-exists" });
    expect((await openVault(other.db, 0)).id).toBe(other.vault.id);
  });

  it("is refused to whoever slept through a sign-out", async () => {
    const disk = createDisk();
    const { db } = await disk.context();
    await db.wraps.clear();
    const wrap = { id: "phrase-1", kind: "phrase", created: 5 };
    await expect(addWrap(db, await createWrappingKey(), wrap)).rejects.toMatchObject({
      code: "store.signed-out",
    });
  });
});

describe("destroying", () => {
  it("leaves neither keys nor rows, and the next vault is another one", async () => {
    const disk = createDisk();
    const { db, vault } = await disk.context();
    await db.heads.put({ name: "contacts", revision: 1, box: new Uint8Array(30) });
    await destroyDatabase(db);
    expect(await disk.options.indexedDB?.databases()).toEqual([]);
    const next = await disk.context();
    expect(next.vault.id).not.toBe(vault.id);
    expect(await next.db.heads.count()).toBe(0);
  });

  it("empties the database even where another context holds on to it", async () => {
    const disk = createDisk();
    const { db, vault } = await disk.context();
    const holder = await disk.open();
    // A context that hangs: it hears of the deletion, and does nothing.
    holder.on("versionchange", () => false);
    await destroyDatabase(db, 20);
    await expect(stillHolds(holder, vault.id)).rejects.toMatchObject({ code: "store.signed-out" });
    expect(await Promise.all(holder.tables.map(table => table.count()))).toEqual(holder.tables.map(() => 0));
  });
});
