import { type Watch, watchChanges } from "./change-feed.ts";
import { type DatabaseOptions, destroyDatabase, openDatabase } from "./database.ts";
import { createKeyShelf, type KeyShelf } from "./key-shelf.ts";
import { type Contact, contacts } from "./records/contact.ts";
import { type Pending, pendings } from "./records/pending.ts";
import { type RecentCall, recentCalls } from "./records/recent-call.ts";
import { type Setting, settings } from "./records/setting.ts";
import { createReplayMemory, type ReplayMemory } from "./replay-memory.ts";
import { createSealedLog, type SealedLog } from "./sealed-log.ts";
import { createSealedTable, type SealedTable } from "./sealed-table.ts";
import { openVault } from "./vault.ts";

/** All that a phone keeps. Every context that opens it sees the same, and is told when it changes. */
export interface Store {
  readonly contacts: SealedTable<Contact, "address">;
  readonly settings: SealedTable<Setting>;
  readonly pending: SealedTable<Pending, "kind">;
  readonly recents: SealedLog<RecentCall>;
  readonly keys: KeyShelf;
  readonly replays: ReplayMemory;
  watch(watch: Watch): void;
  /** Destroys the keys and everything sealed by them, in all contexts. What was backed up elsewhere stays. */
  signOut(): Promise<void>;
}

export interface StoreOptions extends Partial<DatabaseOptions> {
  /** By the phone's clock: when the vault was made, where this makes it. */
  readonly now: number;
  /** Closes the database. */
  readonly signal: AbortSignal;
}

/** @throws StoreError, with a sentence for whoever waits for the phone */
export async function openStore({ now, signal, ...options }: StoreOptions): Promise<Store> {
  const db = await openDatabase({ name: "etherlynk", ...options });
  signal.addEventListener("abort", () => db.close(), { once: true });
  const vault = await openVault(db, now).catch(error => {
    db.close();
    throw error;
  });
  if (signal.aborted) db.close();
  const home = { db, vault };
  return {
    contacts: createSealedTable(home, contacts),
    settings: createSealedTable(home, settings),
    pending: createSealedTable(home, pendings),
    recents: createSealedLog(home, recentCalls),
    keys: createKeyShelf(db, vault),
    replays: createReplayMemory(db, vault),
    watch: watch => watchChanges(db, watch),
    signOut: () => destroyDatabase(db),
  };
}
