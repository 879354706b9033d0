import type { TableDefinition } from "../sealed-row.ts";
import { isStored } from "./stored.ts";

/**
 * One setting. Its id is its name, which may name a site (`site.https://app.example`) and is therefore private;
 * what its value must be is known by the feature it belongs to, which guards it.
 */
export interface Setting {
  readonly value: unknown;
}

export const settings: TableDefinition<Setting> = {
  name: "settings",
  shape: 1,
  read: stored => (isStored(stored) ? { value: stored["value"] } : undefined),
  fields: { value: { persisted: true, logged: false, shown: true } },
  ids: "private",
  limit: 5_000,
};
