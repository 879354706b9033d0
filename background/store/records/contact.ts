import type { TableDefinition } from "../sealed-row.ts";
import { areTexts, isStored } from "./stored.ts";

/** Somebody the user knows. Its id is random. */
export interface Contact {
  /** The user's own word for them: no page and no caller writes it. */
  readonly title: string;
  /** Accounts, names and numbers, each in its one written form. A number counts only while its owner does. */
  readonly addresses: readonly string[];
  /** What the addresses were owned by when they were added: a number that was sold is a stranger's. */
  readonly accounts: readonly string[];
  readonly note?: string;
  readonly isFavourite: boolean;
  readonly isBlocked: boolean;
  /** In milliseconds since 1970. */
  readonly added: number;
}

const personal = { persisted: true, logged: false, shown: true };
const plain = { persisted: true, logged: true, shown: true };

export const contacts: TableDefinition<Contact, "address"> = {
  name: "contacts",
  shape: 1,
  read: stored => (isContact(stored) ? stored : undefined),
  fields: {
    title: personal,
    addresses: personal,
    accounts: personal,
    note: personal,
    isFavourite: plain,
    isBlocked: plain,
    added: plain,
  },
  ids: "clear",
  indexes: { address: ({ addresses, accounts }) => [...addresses, ...accounts] },
  limit: 10_000,
};

function isContact(stored: unknown): stored is Contact {
  if (!isStored(stored)) return false;
  const { title, addresses, accounts, note, isFavourite, isBlocked, added } = stored;
  return (
    typeof title === "string" &&
    areTexts(addresses) &&
    areTexts(accounts) &&
    (note === undefined || typeof note === "string") &&
    typeof isFavourite === "boolean" &&
    typeof isBlocked === "boolean" &&
    typeof added === "number"
  );
}
