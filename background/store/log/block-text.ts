import type { Stored } from "./listing.ts";

type RecordContent = readonly [seq: number, shape: number, stored: unknown];

/**
 * A block's text: JSON of all its records, one a line. JSON itself never holds a line's end, so that what looks for
 * a few records can leave the others unread.
 */
export function formatBlock(records: readonly Stored[]): string {
  const lines = records.map(({ seq, shape, stored }) => JSON.stringify([seq, shape, stored]));
  return `[${lines.join(",\n")}]`;
}

export function parseBlock(text: string): Stored[] {
  return toRecords(JSON.parse(text));
}

/** Only the records whose line passes: a line may hold more than a record's texts, and never less. */
export function parseLines(text: string, passes: (line: string) => boolean): Stored[] {
  const lines = text.slice(1, -1).split(",\n").filter(passes);
  return lines.length === 0 ? [] : toRecords(JSON.parse(`[${lines.join(",")}]`));
}

function toRecords(content: readonly RecordContent[]): Stored[] {
  return content.map(([seq, shape, stored]) => ({ seq, shape, stored }));
}
