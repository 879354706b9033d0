import type { TableDefinition } from "../sealed-row.ts";
import { isStored } from "./stored.ts";

/** Something still to be done, also by the next phone: a receipt to deliver, an entry to back up. */
export interface Pending {
  /** Which feature does it, and what: `receipts.deliver`. */
  readonly kind: string;
  /** When to try next, in milliseconds since 1970; in clear, so that what is due is found without opening all. */
  readonly due: number;
  /** How often it was tried. */
  readonly tries: number;
  /** What it needs; guarded by the feature that does it. */
  readonly body: unknown;
}

const plain = { persisted: true, logged: true, shown: false };

export const pendings: TableDefinition<Pending, "kind"> = {
  name: "pending",
  shape: 1,
  read: stored => (isPending(stored) ? stored : undefined),
  fields: {
    kind: plain,
    due: plain,
    tries: plain,
    body: { persisted: true, logged: false, shown: false },
  },
  ids: "private",
  indexes: { kind: ({ kind }) => [kind] },
  order: ({ due }) => due,
  limit: 2_000,
};

function isPending(stored: unknown): stored is Pending {
  if (!isStored(stored)) return false;
  const { kind, due, tries } = stored;
  return typeof kind === "string" && typeof due === "number" && typeof tries === "number";
}
