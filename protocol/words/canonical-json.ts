import { EtherlynkError } from "../errors.ts";

export type Json =
  | string
  | number
  | boolean
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

const DEEPEST = 8;

/**
 * JSON in its one form (RFC 8225 §9): members in order of their names, no white space; a member that is
 * `undefined` is left out. Names are ASCII here, so that the order of UTF-16 is that of code points.
 */
export function formatCanonical(value: Json, depth = 0): string {
  if (depth > DEEPEST) throw new CanonicalError("This JSON is nested too deeply.");
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(item => formatCanonical(item, depth + 1)).join(",")}]`;
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${formatCanonical(member, depth + 1)}`);
  }
  return `{${members.join(",")}}`;
}

/**
 * Reads JSON that is in its one form, so that equal meanings have equal bytes and no member stands twice.
 *
 * @throws CanonicalError
 */
export function parseCanonical(text: string, longest: number): unknown {
  if (text.length > longest) throw new CanonicalError("This JSON is too long.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CanonicalError("This is not JSON.", { cause });
  }
  if (!isJson(value, 0) || formatCanonical(value) !== text) {
    throw new CanonicalError("This JSON is not in its canonical form (RFC 8225 §9).");
  }
  return value;
}

function isJson(value: unknown, depth: number): value is Json {
  if (depth > DEEPEST || value === null || value === undefined) return false;
  if (typeof value !== "object") return true;
  return Object.values(value).every(item => isJson(item, depth + 1));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export class CanonicalError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("words.json", sentence, options);
  }
}
