import { randomInt } from "node:crypto";

/** Who owns which number, 28 bytes for each slot: an object for each of a million numbers would be ten times that. */
export interface NumberTable {
  /** Numbers with an owner. */
  readonly size: number;
  /** An account in lower case; `undefined` of who is not known here, or nobody's. */
  ownerOf(id: number): string | undefined;
  has(id: number): boolean;
  /** @param owner 20 bytes; zeros are nobody */
  set(id: number, owner: Uint8Array): void;
}

const ACCOUNT_BYTES = 20;
const FIRST_SLOTS = 1_024;
/** Half full at most: searches stay short. */
const FILL = 0.5;

/** Open addressing with linear search. A number that was claimed once keeps its slot, also when that was undone. */
export function createNumberTable(seed = randomInt(1, 0x7fff_ffff)): NumberTable {
  let slots = FIRST_SLOTS;
  let ids = new Float64Array(slots);
  let owners = Buffer.alloc(slots * ACCOUNT_BYTES);
  let used = 0;
  let owned = 0;

  /** Where a number stands, or would. Ids begin with 999, so 0 is an empty slot. */
  function slotOf(id: number): number {
    let at = hashOf(id, seed) & (slots - 1);
    while (ids[at] !== id && ids[at] !== 0) at = (at + 1) & (slots - 1);
    return at;
  }

  function grow(): void {
    const [oldIds, oldOwners, count] = [ids, owners, slots];
    slots *= 2;
    ids = new Float64Array(slots);
    owners = Buffer.alloc(slots * ACCOUNT_BYTES);
    for (let at = 0; at < count; at++) {
      const id = oldIds[at] ?? 0;
      if (id === 0) continue;
      const place = slotOf(id);
      ids[place] = id;
      oldOwners.copy(owners, place * ACCOUNT_BYTES, at * ACCOUNT_BYTES, (at + 1) * ACCOUNT_BYTES);
    }
  }

  function isOwned(at: number): boolean {
    const start = at * ACCOUNT_BYTES;
    for (let i = 0; i < ACCOUNT_BYTES; i++) if (owners[start + i] !== 0) return true;
    return false;
  }

  return {
    get size() {
      return owned;
    },
    has: id => ids[slotOf(id)] === id,
    ownerOf(id) {
      const at = slotOf(id);
      if (ids[at] !== id || !isOwned(at)) return undefined;
      return `0x${owners.toString("hex", at * ACCOUNT_BYTES, (at + 1) * ACCOUNT_BYTES)}`;
    },
    set(id, owner) {
      if ((used + 1) / slots > FILL) grow();
      const at = slotOf(id);
      if (ids[at] === id) owned -= isOwned(at) ? 1 : 0;
      else used++;
      ids[at] = id;
      owners.set(owner, at * ACCOUNT_BYTES);
      owned += isOwned(at) ? 1 : 0;
    },
  };
}

/** Seeded, so that nobody can choose numbers that fall on one slot. */
function hashOf(id: number, seed: number): number {
  let hash = (id | 0) ^ Math.imul(Math.floor(id / 0x1_0000_0000) ^ seed, 0x9e37_79b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
