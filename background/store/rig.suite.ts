import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach } from "vitest";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { openVault } from "./vault.ts";
import type { Vault } from "./vault-keys.ts";

/** One disk, on which several contexts may open the database at once. */
export interface Disk {
  readonly options: DatabaseOptions;
  open(): Promise<Database>;
  /** As a context of the extension has it: database and vault. */
  context(): Promise<{ db: Database; vault: Vault }>;
}

const open = new Set<Database>();

/** A disk of its own; what was opened on it is closed after the test. */
export function createDisk(name = "etherlynk"): Disk {
  const options = { name, indexedDB: new IDBFactory(), IDBKeyRange, blockedMs: 50 };
  const disk: Disk = {
    options,
    async open() {
      const db = await openDatabase(options);
      open.add(db);
      return db;
    },
    async context() {
      const db = await disk.open();
      return { db, vault: await openVault(db, 1_700_000_000_000) };
    },
  };
  return disk;
}

afterEach(() => {
  for (const db of open) db.close();
  open.clear();
});
