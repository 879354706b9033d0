import type { ContactView } from "../../../background/bus/phone-contract.ts";
import type { Contact } from "../../../background/store/records/contact.ts";
import type { Ask } from "../../../protocol/bus/contract.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import {
  type AccountText,
  AddressError,
  formatAddress,
  formatTarget,
  parseAddress,
} from "../../../protocol/number/address.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    /** Keeps somebody, or changes them where an id is given. */
    "contacts.entry.save": Ask<ContactWish, { readonly id: string }>;
    "contacts.entry.remove": Ask<{ readonly id: string }, null>;
    /** Blocks whoever is at an address, contact or not: their calls do not ring. */
    "contacts.entry.block": Ask<{ readonly address: string; readonly blocked: boolean }, null>;
  }
}

export interface ContactWish {
  readonly id?: string;
  readonly title: string;
  readonly address: string;
}

export const contactLimits = {
  title: 80,
  address: 300,
  /** All of them are in the snapshot, which a message of the bus must hold (`busLimits`). */
  all: 1_500,
} as const;

export type StoredContact = { readonly id: string; readonly value: Contact };

/** What the phone asks at every call: whom an address belongs to. */
export interface ContactIndex {
  readonly entries: readonly StoredContact[];
  find(address: string): StoredContact | undefined;
}

/**
 * What two writings of one address have in common. Accounts, names and numbers are the same at every node, since
 * the chain says whose they are; a node's own user is somebody at that node only.
 *
 * @throws AddressError
 */
function toKey(text: string): string {
  const address = parseAddress(text);
  return address.target.kind === "user" ? formatAddress(address) : formatTarget(address.target);
}

export function createIndex(entries: readonly StoredContact[]): ContactIndex {
  const byKey = new Map<string, StoredContact>();
  for (const entry of entries) {
    for (const text of [...entry.value.addresses, ...entry.value.accounts]) byKey.set(keyOrText(text), entry);
  }
  return { entries, find: address => byKey.get(keyOrText(address)) };
}

/** A stranger who is blocked is kept beside the contacts, and is none: nobody gave them a name. */
export function isNamed({ title }: Contact): boolean {
  return title !== "";
}

/** Sorted as people look for them; blocked strangers, who have an address only, come last. */
export function toContactViews(entries: readonly StoredContact[]): readonly ContactView[] {
  const { compare } = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  const named = (entry: StoredContact) => Number(isNamed(entry.value));
  return [...entries]
    .sort((one, other) => named(other) - named(one) || compare(titleOf(one), titleOf(other)))
    .map(entry => ({
      id: entry.id,
      title: titleOf(entry),
      address: entry.value.addresses[0] ?? "",
      isBlocked: entry.value.isBlocked,
    }));
}

/**
 * The wish as it is stored.
 *
 * @throws ContactError, AddressError
 */
export function readWish({ title, address }: ContactWish): {
  readonly title: string;
  readonly address: string;
} {
  const name = title.trim().replace(/\s+/g, " ");
  if (name === "") throw new ContactError("contacts.title", "Write a name, so that you know who this is.");
  if (name.length > contactLimits.title || /\p{Cc}/u.test(name)) {
    throw new ContactError("contacts.title", `A name has at most ${contactLimits.title} characters.`);
  }
  return { title: name, address: readAddress(address) };
}

/**
 * @throws ContactError, AddressError
 */
export function readAddress(text: string): string {
  const written = formatAddress(parseAddress(text));
  if (written.length <= contactLimits.address) return written;
  throw new ContactError("contacts.address", "This address is too long to be kept.");
}

/** The account that an address is by itself, with no chain asked. */
export function accountsOf(address: string): readonly AccountText[] {
  const { target } = parseAddress(address);
  return target.kind === "account" ? [target.account] : [];
}

function titleOf({ value }: StoredContact): string {
  return isNamed(value) ? value.title : (value.addresses[0] ?? "");
}

/** What cannot be read belongs to itself only: it is claimed by a caller, and may be anything. */
function keyOrText(text: string): string {
  try {
    return toKey(text);
  } catch (error) {
    if (error instanceof AddressError) return text;
    throw error;
  }
}

export class ContactError extends EtherlynkError {}
