import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type AddressBook, type ChainEntry, parseAddressBook } from "../../protocol/chain/address-book.ts";

/** Puts a chain into the address book of a file, in the place of what was known of it. */
export function writeToBook(file: string, entry: ChainEntry): AddressBook {
  const before = existsSync(file) ? parseAddressBook(JSON.parse(readFileSync(file, "utf8"))).chains : [];
  const isKnown = before.some(({ id }) => id === entry.id);
  const chains = isKnown ? before.map(it => (it.id === entry.id ? entry : it)) : [...before, entry];
  const book = parseAddressBook({ chains });
  mkdirSync(dirname(file), { recursive: true });
  // In one step: whoever reads it meanwhile reads the old one or the new one.
  const fresh = `${file}.new`;
  writeFileSync(fresh, `${JSON.stringify(book, null, 2)}\n`);
  renameSync(fresh, file);
  return book;
}
