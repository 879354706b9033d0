import { AlteredError } from "./damage.ts";
import type { HeadRow } from "./database.ts";
import type { Home } from "./home.ts";
import { isSameBox, seal, unseal } from "./sealing.ts";
import { stillHolds } from "./vault.ts";
import type { Vault } from "./vault-keys.ts";

/** The sealed list of a table's or log's own rows, read and written as one. */
export interface HeadFile {
  /** The list's JSON; `undefined` where there is no list yet. Throws AlteredError where it does not open. */
  open(row: HeadRow | undefined): Promise<unknown>;
  /** The row that follows `before`. */
  follow(before: HeadRow | undefined, list: unknown): Promise<HeadRow>;
}

export function createHeadFile(vault: Vault, name: string): HeadFile {
  const labelOf = (revision: number) => ["etherlynk head 1", vault.id, name, revision];
  return {
    async open(row) {
      if (row === undefined) return undefined;
      const text = await unseal(await vault.sealingKey(name), labelOf(row.revision), row.box);
      if (text === undefined) throw new AlteredError({ name, what: "list", key: row.revision });
      return JSON.parse(text);
    },
    async follow(before, list) {
      const revision = nextRevision(before);
      const box = await seal(await vault.sealingKey(name), labelOf(revision), JSON.stringify(list));
      return { name, revision, box };
    },
  };
}

/**
 * The revision of the next change, which is also the version of all rows written in it: no version of a row ever
 * comes again, also when it is removed and put in anew, so that an older copy never fits.
 */
export function nextRevision(before: HeadRow | undefined): number {
  // What stands there may be anything, if somebody wrote to the file.
  return Number.isSafeInteger(before?.revision) ? Number(before?.revision) + 1 : 1;
}

/**
 * The head that is there now. To be called in the transaction that reads or writes what it lists: a head that was
 * seen before says that this is still the vault it was seen in; otherwise that is looked up.
 *
 * @throws SignedOutError
 */
export async function readHead(
  { db, vault }: Home,
  name: string,
  seen: HeadRow | undefined,
): Promise<HeadRow | undefined> {
  const head = await db.heads.get(name);
  if (head === undefined || !isSameHead(head, seen)) await stillHolds(db, vault.id);
  return head;
}

/** Whether nobody has written since `seen` was read. To be called in the transaction that writes. */
export async function isUnchanged(home: Home, name: string, seen: HeadRow | undefined): Promise<boolean> {
  return isSameHead(await readHead(home, name, seen), seen);
}

export function isSameHead(one: HeadRow | undefined, other: HeadRow | undefined): boolean {
  return one?.revision === other?.revision && isSameBox(one?.box, other?.box);
}
