/** What came out of a box: genuine, yet perhaps written by another version. */
export type StoredFields = Readonly<Record<string, unknown>>;

export function isStored(stored: unknown): stored is StoredFields {
  return typeof stored === "object" && stored !== null;
}

export function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === "string");
}

/** A time that may be missing. */
export function isTime(value: unknown): value is number | undefined {
  return value === undefined || typeof value === "number";
}
