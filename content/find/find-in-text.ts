import { findAccounts } from "./find-accounts.ts";
import { findNames } from "./find-names.ts";
import { type Finding, longestText } from "./finding.ts";

/** All that the finders see in one text, in its order. Nearly every text of a page ends at the first line. */
export function findInText(text: string): readonly Finding[] {
  if (!/0x|\.eth/i.test(text)) return [];
  const part = text.slice(0, longestText);
  return [...findAccounts(part), ...findNames(part)].sort((a, b) => a.start - b.start);
}
