import { createTurns } from "../../../background/base/turns.ts";
import type { Contact } from "../../../background/store/records/contact.ts";
import type { Store } from "../../../background/store/store.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import {
  accountsOf,
  ContactError,
  type ContactIndex,
  type ContactWish,
  contactLimits,
  createIndex,
  isNamed,
  readAddress,
  readWish,
  toContactViews,
} from "./model.ts";

/** Whom the user knows, and whom they do not want: answered at once, from memory. */
export interface Contacts {
  /** The user's own word for whoever is at an address. */
  titleOf(address: string): string | undefined;
  isContact(address: string): boolean;
  isBlocked(address: string): boolean;
}

/** Resolves when all who are kept are known: no call is screened before. */
export async function startContacts(parts: FeatureParts, signal: AbortSignal): Promise<Contacts> {
  const { bus, store, feed, failed } = parts;
  const inTurn = createTurns();
  let index = createIndex([]);
  const load = async () => {
    const { entries, damage } = await store.contacts.list();
    for (const each of damage) failed("contacts.damage", each);
    index = createIndex(entries);
    if (!signal.aborted) feed.change({ contacts: toContactViews(entries) });
  };
  // Looked at anew after each change, so that who asked for it finds it done.
  const change = <Result>(work: (index: ContactIndex) => Promise<Result>) =>
    inTurn(async () => {
      const result = await work(index);
      await load();
      return result;
    });
  const reload = () => void inTurn(load).catch((error: unknown) => failed("contacts.load", error));

  await inTurn(load);
  store.watch({
    names: ["contacts"],
    changed: reload,
    ended: reason => signal.aborted || failed("contacts.watch", reason),
    signal,
  });
  bus.answer("contacts.entry.save", wish => change(now => save(parts, now, wish)), signal);
  bus.answer("contacts.entry.remove", ({ id }) => change(() => remove(store, id)), signal);
  bus.answer("contacts.entry.block", wish => change(now => block(parts, now, wish)), signal);
  return {
    titleOf: address => index.find(address)?.value.title || undefined,
    isContact: address => Boolean(index.find(address)?.value.title),
    isBlocked: address => index.find(address)?.value.isBlocked ?? false,
  };
}

async function save(
  parts: FeatureParts,
  index: ContactIndex,
  wish: ContactWish,
): Promise<{ readonly id: string }> {
  const { title, address } = readWish(wish);
  const there = index.find(address);
  if (there && there.id !== wish.id && isNamed(there.value)) {
    throw new ContactError("contacts.twice", `This address is already kept, as “${there.value.title}”.`);
  }
  const addresses = { title, addresses: [address], accounts: accountsOf(address) };
  if (wish.id === undefined) {
    // Somebody who is blocked stays so, and gets a name.
    if (there) return rename(parts.store, there.id, value => ({ ...value, ...addresses }));
    return add(parts, index, addresses);
  }
  const saved = await rename(parts.store, wish.id, value => ({
    ...value,
    ...addresses,
    addresses: [address, ...value.addresses.slice(1)],
  }));
  if (there && there.id !== wish.id) await parts.store.contacts.remove(there.id);
  return saved;
}

async function rename(store: Store, id: string, change: (value: Contact) => Contact) {
  if (!(await store.contacts.update(id, change))) throw new ContactGoneError();
  return { id };
}

async function add(
  { store, newId, now }: FeatureParts,
  { entries }: ContactIndex,
  contact: Pick<Contact, "title" | "addresses" | "accounts"> & Partial<Contact>,
): Promise<{ readonly id: string }> {
  if (entries.length >= contactLimits.all) {
    throw new ContactError(
      "contacts.full",
      `There is room for ${contactLimits.all} contacts. Remove some first.`,
    );
  }
  const id = newId();
  await store.contacts.put(id, { isFavourite: false, isBlocked: false, added: now(), ...contact });
  return { id };
}

async function remove(store: Store, id: string): Promise<null> {
  if (!(await store.contacts.remove(id))) throw new ContactGoneError();
  return null;
}

async function block(
  parts: FeatureParts,
  index: ContactIndex,
  { address, blocked }: { readonly address: string; readonly blocked: boolean },
): Promise<null> {
  const there = index.find(address);
  if (there && (blocked || isNamed(there.value))) {
    await rename(parts.store, there.id, value => ({ ...value, isBlocked: blocked }));
  } else if (there) {
    await parts.store.contacts.remove(there.id);
  } else if (blocked) {
    const written = readAddress(address);
    await add(parts, index, {
      title: "",
      addresses: [written],
      accounts: accountsOf(written),
      isBlocked: true,
    });
  }
  return null;
}

class ContactGoneError extends ContactError {
  constructor() {
    super("contacts.gone", "This contact is not there any more.");
  }
}
