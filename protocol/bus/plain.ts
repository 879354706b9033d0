/** What may be said over the bus: JSON's values. A field that is `undefined` is one that is not there. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export interface PlainLimits {
  /** Characters of all texts and keys together. */
  readonly characters: number;
  /** Values of any kind, the containers themselves included. */
  readonly values: number;
  readonly depth: number;
}

// As an own key it would set the prototype of whatever the object is copied into.
const FORBIDDEN_KEY = "__proto__";

/**
 * Whether a value that was received is plain data within its limits. It stops at the first excess, so that a huge
 * one, or one that contains itself, costs no more than its limit.
 */
export function isPlain(value: unknown, limits: PlainLimits): value is Plain {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let { characters } = limits;
  let values = limits.values - 1;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const inside = next.depth > limits.depth ? undefined : insideOf(next.value, values);
    if (inside === undefined) return false;
    characters -= inside.characters;
    values -= inside.values.length;
    if (values < 0 || characters < 0) return false;
    for (const child of inside.values) open.push({ value: child, depth: next.depth + 1 });
  }
  return true;
}

/** A plain object of an unknown kind: neither an array nor an instance of anything. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Whether an object has these keys and no others. */
export function hasOnly(value: object, keys: readonly string[]): boolean {
  return Reflect.ownKeys(value).every(key => typeof key === "string" && keys.includes(key));
}

interface Inside {
  readonly characters: number;
  readonly values: readonly unknown[];
}

const NOTHING: Inside = { characters: 0, values: [] };

/** Nothing where the value is not plain, or holds more than `most`. */
function insideOf(value: unknown, most: number): Inside | undefined {
  switch (typeof value) {
    case "string":
      return { characters: value.length, values: [] };
    case "number":
      return Number.isFinite(value) ? NOTHING : undefined;
    case "boolean":
    case "undefined":
      return NOTHING;
    case "object":
      if (value === null) return NOTHING;
      return Array.isArray(value) ? insideOfList(value, most) : insideOfRecord(value, most);
    default:
      return undefined;
  }
}

/** A sparse array of a billion elements is a few bytes on the wire. */
function insideOfList(value: readonly unknown[], most: number): Inside | undefined {
  const isWhole = value.length <= most && Reflect.ownKeys(value).length === value.length + 1;
  return isWhole ? { characters: 0, values: value } : undefined;
}

function insideOfRecord(value: object, most: number): Inside | undefined {
  if (!isRecord(value)) return undefined;
  const keys = Reflect.ownKeys(value);
  if (keys.length > most || keys.some(key => typeof key !== "string" || key === FORBIDDEN_KEY))
    return undefined;
  return { characters: keys.join("").length, values: Object.values(value) };
}
