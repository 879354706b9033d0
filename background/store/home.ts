import type { Database } from "./database.ts";
import type { Vault } from "./vault-keys.ts";

/** Where things are stored: one context's database and its open vault. */
export interface Home {
  readonly db: Database;
  readonly vault: Vault;
}
