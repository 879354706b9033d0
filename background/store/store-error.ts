import { EtherlynkError } from "../../protocol/errors.ts";

interface Because {
  readonly cause?: unknown;
}

/** Whatever the database cannot do, in words for the person whose database it is. */
export abstract class StoreError extends EtherlynkError {}

export class QuotaError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.quota",
      "There is no room left on this disk: this was not stored. What was stored before is untouched. Free some space and try again.",
      options,
    );
  }
}

export class BlockedError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.blocked",
      "An older tab of Etherlynk holds the database. Close that tab, or reload it; nothing is lost.",
      options,
    );
  }
}

export class NewerError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.newer",
      "This database was written by a newer version of Etherlynk. Update this one; the database was left as it is.",
      options,
    );
  }
}

/** Another context upgrades or deletes the database, and this one has let go of it. */
export class ClosedError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.closed",
      "This window has let go of the database, because of a sign-out or an update. Reload the window.",
      options,
    );
  }
}

export class SignedOutError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.signed-out",
      "This device was signed out, and its keys were destroyed. Sign in again.",
      options,
    );
  }
}

export class FailedError extends StoreError {
  constructor(options?: Because) {
    super(
      "store.failed",
      "The browser could not read or write its database. Try again; if it stays so, restart the browser.",
      options,
    );
  }
}

/** Others wrote at each of many tries. Nothing was written by this one. */
export class BusyError extends StoreError {
  constructor(options?: Because) {
    super("store.busy", "The database is too busy with other windows. Try again.", options);
  }
}

export class FullError extends StoreError {
  constructor(name: string, limit: number) {
    super(
      "store.full",
      `There is no room for more than ${limit} entries in "${name}". Remove some and try again.`,
    );
  }
}

const errorNames: Readonly<Record<string, new (options?: Because) => StoreError>> = {
  QuotaExceededError: QuotaError,
  DatabaseClosedError: ClosedError,
  VersionError: NewerError,
  UpgradeError: NewerError,
};

/**
 * What the platform's and Dexie's errors mean here. A bug (a plain Error of ours) stays what it is, so that nobody
 * takes it for a full disk.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof EtherlynkError) return error;
  const chain = namesOf(error);
  for (const name of chain) {
    const Known = errorNames[name];
    if (Known !== undefined) return new Known({ cause: error });
  }
  return chain.some(name => platformNames.has(name)) ? new FailedError({ cause: error }) : error;
}

const platformNames = new Set([
  "AbortError",
  "BulkError",
  "ConstraintError",
  "DataError",
  "InvalidStateError",
  "MissingAPIError",
  "NotFoundError",
  "NotReadableError",
  "OpenFailedError",
  "ReadOnlyError",
  "TimeoutError",
  "TransactionInactiveError",
  "UnknownError",
]);

/** The error's name and those of what it wraps: Dexie hides a full disk in an AbortError or in a BulkError. */
function namesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 3) return [];
  const { name, inner, cause, failures } = error as Record<string, unknown>;
  const first = Array.isArray(failures) ? failures[0] : undefined;
  const wrapped = [inner, cause, first].flatMap(part => namesOf(part, depth + 1));
  return typeof name === "string" ? [name, ...wrapped] : wrapped;
}
