import { describe, expect, it } from "vitest";
import { createKeyShelf } from "./key-shelf.ts";
import { createDisk } from "./rig.suite.ts";

const ecdsa = { name: "ECDSA", namedCurve: "P-256" };
const makePair = () => crypto.subtle.generateKey(ecdsa, false, ["sign", "verify"]);

describe("the key shelf", () => {
  it("every context gets the same device key, however many ask first", async () => {
    const disk = createDisk();
    const contexts = await Promise.all(Array.from({ length: 6 }, () => disk.context()));
    const pairs = await Promise.all(
      contexts.map(({ db, vault }) => createKeyShelf(db, vault).obtain("device.sign", makePair)),
    );
    const jwks = await Promise.all(
      pairs.map(pair => crypto.subtle.exportKey("jwk", (pair as CryptoKeyPair).publicKey)),
    );
    expect(new Set(jwks.map(({ x }) => x)).size).toBe(1);
  });

  it("a key that came back signs, and still cannot be exported", async () => {
    const disk = createDisk();
    const first = await disk.context();
    await createKeyShelf(first.db, first.vault).obtain("device.sign", makePair);
    first.db.close();
    const { db, vault } = await disk.context();
    const pair = (await createKeyShelf(db, vault).get("device.sign")) as CryptoKeyPair;
    const words = new Uint8Array([1, 2, 3]);
    const how = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(how, pair.privateKey, words);
    expect(await crypto.subtle.verify(how, pair.publicKey, signature, words)).toBe(true);
    await expect(crypto.subtle.exportKey("jwk", pair.privateKey)).rejects.toThrow();
  });

  it("of several takers one has it", async () => {
    const disk = createDisk();
    const [one, other] = [await disk.context(), await disk.context()];
    const shelves = [createKeyShelf(one.db, one.vault), createKeyShelf(other.db, other.vault)];
    await shelves[0]?.put("certificate.17", await makePair(), 1_000);
    const taken = await Promise.all(shelves.map(shelf => shelf.take("certificate.17")));
    expect(taken.filter(key => key !== undefined)).toHaveLength(1);
  });

  it("drops what has expired, and nothing else", async () => {
    const { db, vault } = await createDisk().context();
    const shelf = createKeyShelf(db, vault);
    const key = await makePair();
    await shelf.put("certificate.1", key, 1_000);
    await shelf.put("certificate.2", key, 2_000);
    await shelf.put("device.sign", key);
    expect(await shelf.removeExpired(1_000)).toBe(1);
    await shelf.remove("certificate.2");
    expect((await db.keys.toArray()).map(({ name }) => name)).toEqual(["device.sign", "vault.device"]);
  });

  it("makes no key for who was signed out meanwhile", async () => {
    const { db, vault } = await createDisk().context();
    const signOutMeanwhile = async () => {
      await db.wraps.clear();
      await db.keys.clear();
      return makePair();
    };
    const obtaining = createKeyShelf(db, vault).obtain("device.sign", signOutMeanwhile);
    await expect(obtaining).rejects.toMatchObject({ code: "store.signed-out" });
    expect(await db.keys.count()).toBe(0);
  });
});
