import { asStore, type Database, type KeyRow } from "./database.ts";
import { stillHolds } from "./vault.ts";
import type { Vault } from "./vault-keys.ts";

/** What the platform keeps and never shows. A DTLS certificate is a key pair too, handed to the call window here. */
export type StoredKey = CryptoKey | CryptoKeyPair | RTCCertificate;

/**
 * Device keys and certificates. They cannot be sealed, for there is nothing of them to read; their names are
 * therefore ours (`device.sign`, `certificate.17`) and never name a person.
 */
export interface KeyShelf {
  get(name: string): Promise<StoredKey | undefined>;
  /** The stored one, or a new one: the same in every context, however many ask at once. */
  obtain(name: string, make: () => Promise<StoredKey>): Promise<StoredKey>;
  put(name: string, key: StoredKey, expires?: number): Promise<void>;
  /** Gets it and removes it: one of several takers has it. */
  take(name: string): Promise<StoredKey | undefined>;
  remove(name: string): Promise<void>;
  /** Drops what has expired by `now`, and returns how many that were. */
  removeExpired(now: number): Promise<number>;
}

export function createKeyShelf(db: Database, vault: Vault): KeyShelf {
  const within = <Result>(work: () => PromiseLike<Result>): Promise<Result> =>
    asStore(
      db.transaction("rw", db.keys, db.wraps, async () => {
        await stillHolds(db, vault.id);
        return await work();
      }),
    );
  const get = async (name: string) => toKey(await db.keys.get(name));
  const put = (name: string, key: StoredKey, expires?: number) =>
    db.keys.put({ name, value: key, ...(expires !== undefined && { expires }) });
  return {
    get: name => within(() => get(name)),
    async obtain(name, make) {
      const found = await within(() => get(name));
      if (found) return found;
      // Made beforehand: a transaction does not survive a wait for WebCrypto.
      const made = await make();
      return within(async () => {
        const first = await get(name);
        if (first) return first;
        await put(name, made);
        return made;
      });
    },
    put: (name, key, expires) => within(async () => void (await put(name, key, expires))),
    take: name =>
      within(async () => {
        const key = await get(name);
        await db.keys.delete(name);
        return key;
      }),
    remove: name => within(() => db.keys.delete(name)),
    removeExpired: now => within(() => db.keys.where("expires").belowOrEqual(now).delete()),
  };
}

function toKey(row: KeyRow | undefined): StoredKey | undefined {
  // Only `put` above writes here: another context of ours at the most.
  return row?.value as StoredKey | undefined;
}
