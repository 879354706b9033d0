import type { Stored } from "./listing.ts";

/** What the records of a block are called inside: each list of names once, since nearly all have the same. */
type Names = readonly string[];

/** `names` is the place of the record's names, before as many values; `unnamed`, before the one thing it is. */
type Line = readonly [seq: number, shape: number, names: number, ...values: unknown[]];

const unnamed = -1;

/** Where in a line the values begin. */
const figures = 3;

/**
 * A block's text: JSON, a record a line, after a line with the names of their fields. JSON itself never holds a
 * line's end, so that who looks for a few records can leave the others unread; and without the names in each, a
 * record takes two thirds of the room.
 */
export function formatBlock(records: readonly Stored[]): string {
  const lists: Names[] = [];
  const lines = records.map(({ seq, shape, stored }) => {
    if (!isNamed(stored)) return JSON.stringify([seq, shape, unnamed, stored]);
    const names = Object.keys(stored);
    const known = lists.findIndex(list => isSame(list, names));
    const place = known >= 0 ? known : lists.push(names) - 1;
    return JSON.stringify([seq, shape, place, ...names.map(name => stored[name])]);
  });
  return [JSON.stringify(lists), ...lines].join("\n");
}

export function parseBlock(text: string): Stored[] {
  return parseLines(text, () => true);
}

/** Only the records whose line passes: a line holds all of a record's texts, and may hold more. */
export function parseLines(text: string, passes: (line: string) => boolean): Stored[] {
  const [names = "[]", ...all] = text.split("\n");
  const lines = all.filter(passes);
  if (lines.length === 0) return [];
  const lists: readonly Names[] = JSON.parse(names);
  const content: readonly Line[] = JSON.parse(`[${lines.join(",")}]`);
  return content.map(line => toStored(line, lists));
}

/** Plain loops: a search or a page passes here with every record. */
function toStored(line: Line, lists: readonly Names[]): Stored {
  const [seq, shape, place] = line;
  if (place === unnamed) return { seq, shape, stored: line[figures] };
  const stored: Record<string, unknown> = {};
  let at = figures;
  for (const name of lists[place] ?? []) {
    const value = line[at++];
    // Written as any other name, this one would set what the object inherits from.
    if (name === "__proto__") Object.defineProperty(stored, name, { value, enumerable: true });
    else stored[name] = value;
  }
  return { seq, shape, stored };
}

function isNamed(stored: unknown): stored is Readonly<Record<string, unknown>> {
  return typeof stored === "object" && stored !== null && !Array.isArray(stored);
}

function isSame(one: Names, other: Names): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}
