import { StoreError } from "./store-error.ts";

/** Where in the database something is wrong; never what it says. */
export interface Place {
  /** The table or log. */
  readonly name: string;
  /** `list`: what a table or log keeps about its own rows. */
  readonly what: "record" | "block" | "list";
  readonly key: string | number;
}

interface Because {
  readonly cause?: unknown;
}

/** One thing that is not served because it is not what was stored. The rest is; nothing is deleted. */
export abstract class DamageError extends StoreError {
  readonly place: Place;

  constructor(code: string, sentence: string, { place, cause }: { place: Place } & Because) {
    super(code, sentence, { cause });
    this.place = place;
  }
}

export function isDamage(error: unknown): error is DamageError {
  return error instanceof DamageError;
}

/** Altered on the disk, exchanged with another one, or sealed by another vault: AES-GCM does not tell which. */
export class AlteredError extends DamageError {
  constructor(place: Place, because: Because = {}) {
    super("store.altered", `${say(place)} was altered outside of Etherlynk and is not shown. ${keep}`, {
      place,
      ...because,
    });
  }
}

/** Genuine, but not the latest: an older copy of the file was put back. */
export class RolledBackError extends DamageError {
  constructor(place: Place) {
    super("store.rolled-back", `${say(place)} was put back to an older state and is not shown. ${keep}`, {
      place,
    });
  }
}

export class MissingError extends DamageError {
  constructor(place: Place) {
    super("store.missing", `${say(place)} was removed outside of Etherlynk. Restore it from a backup.`, {
      place,
    });
  }
}

/** There, and unknown to the list of what should be: the list was put back, or the row was put in. */
export class UnlistedError extends DamageError {
  constructor(place: Place) {
    super("store.unlisted", `${say(place)} was put in, or its list was put back to an older state. ${keep}`, {
      place,
    });
  }
}

/** Genuine, and written in a shape that this version does not read. */
export class ShapeError extends DamageError {
  constructor(place: Place) {
    super("store.shape", `${say(place)} was written by another version of Etherlynk. Update this one.`, {
      place,
    });
  }
}

const keep = "It was kept as it is: repair this store, or restore a backup.";

function say({ name, what, key }: Place): string {
  return `A ${what} of "${name}" (${key})`;
}
