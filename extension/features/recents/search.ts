import type { ContactView } from "../../../background/bus/phone-contract.ts";
import type { DamageError } from "../../../background/store/damage.ts";
import type { LogEntry } from "../../../background/store/log/log-definition.ts";
import type { LogCursor, LogPage } from "../../../background/store/log/page.ts";
import type { RecentCall } from "../../../background/store/records/recent-call.ts";
import type { SealedLog } from "../../../background/store/sealed-log.ts";
import { findContacts, recentLimits } from "./model.ts";

export interface RecentsSearch {
  readonly text: string;
  readonly contacts: readonly ContactView[];
  readonly before?: LogCursor;
}

/** Pages of a person are by the time a call began, this search by when it was stored: at its end. */
const longestCallMs = 86_400_000;

type Found = Map<number, LogEntry<RecentCall>>;

/**
 * One page of the calls that have all these words in them, or are with a contact who has them in the name. In the
 * order they were stored, which is how the log looks for them, last first.
 */
export async function searchRecents(
  log: SealedLog<RecentCall>,
  { text, contacts, before }: RecentsSearch,
): Promise<LogPage<RecentCall>> {
  const found: Found = new Map();
  const damage: DamageError[] = [];
  const below = before?.seq ?? Number.POSITIVE_INFINITY;
  const take = (entries: readonly LogEntry<RecentCall>[]) => {
    for (const entry of entries) if (entry.seq < below) found.set(entry.seq, entry);
  };
  for await (const wave of log.search({ text })) {
    take(wave.entries);
    damage.push(...wave.damage);
    if (found.size > recentLimits.page) break;
  }
  const from = before && { before: { at: before.at + longestCallMs, seq: 0 } };
  for (const { address } of findContacts(contacts, text)) {
    take((await log.page({ limit: recentLimits.each, person: address, ...from })).entries);
  }
  const sorted = [...found.values()].sort((one, other) => other.seq - one.seq);
  const entries = sorted.slice(0, recentLimits.page);
  const last = entries.at(-1);
  const next = last && sorted.length > entries.length && { at: last.value.began, seq: last.seq };
  return { entries, damage: before ? [] : damage, ...(next && { next }) };
}
