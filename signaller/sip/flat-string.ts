/**
 * A copy of `text` (latin1) that stands by itself. V8 cuts substrings as views: one kept tag of 20 bytes would
 * keep alive the whole message it was cut from.
 */
export function toFlatString(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
