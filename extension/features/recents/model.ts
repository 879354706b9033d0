import type { ContactView, RecentView } from "../../../background/bus/phone-contract.ts";
import type { CallEntry } from "../../../background/phone/ports.ts";
import type { DamageError } from "../../../background/store/damage.ts";
import type { LogEntry } from "../../../background/store/log/log-definition.ts";
import type { LogCursor } from "../../../background/store/log/page.ts";
import type { RecentCall } from "../../../background/store/records/recent-call.ts";
import type { Ask } from "../../../protocol/bus/contract.ts";
import type { EndReason } from "../../../protocol/call/end-reason.ts";
import { sentenceOf } from "../../../protocol/call/end-sentence.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import { mayBearName } from "../../phone/may-bear-name.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    "recents.page.read": Ask<RecentsWish, RecentsPage>;
    /** The user has looked at what was missed. */
    "recents.missed.see": Ask<null, null>;
    "recents.entry.remove": Ask<{ readonly id: string }, null>;
    "recents.list.clear": Ask<null, null>;
  }
}

export interface RecentsWish {
  /** Where the page before ended; the newest without. */
  readonly before?: string;
  /** Only what has these words in it. */
  readonly search?: string;
}

export interface RecentsPage {
  readonly entries: readonly RecentView[];
  /** Where the next page begins; none after the last. */
  readonly next?: string;
  /** What could not be read, in words. */
  readonly said?: string;
}

export const recentLimits = {
  page: 50,
  /** Of the newest, those that were missed are counted; who has more of them does not count any more. */
  counted: 200,
  search: 200,
  /** Contacts whose name is found; and calls looked at for each. */
  contacts: 10,
  each: 200,
} as const;

/** A call that is over, and what the chain called whom it was with while it was on. */
export interface LoggedCall extends CallEntry {
  readonly title?: string | undefined;
}

/** What a name that the user gave makes of an address. */
export type TitleOf = (address: string) => string | undefined;

const missedReasons: ReadonlySet<EndReason> = new Set<EndReason>([
  "busy",
  "cancelled",
  "hung-up-by-them",
  "network-lost",
  "no-answer",
  "offline",
]);

/** Somebody wanted to talk, and nobody of this account decided against it or talked to them elsewhere. */
export function isMissed({ direction, talked, reason }: Pick<RecentCall, "direction" | "talked" | "reason">) {
  return direction === "incoming" && !talked && missedReasons.has(reason);
}

export function toRecentCall(entry: LoggedCall): RecentCall {
  const { id, direction, address, peer, title, proof, reason, talked, began, connected, ended, context } =
    entry;
  const facts = { id, direction, address, peer, proof, reason, talked, began, connected, ended, context };
  return { ...facts, ...(title !== undefined && { title }), seen: !isMissed(facts) };
}

export function toRecentView({ seq, value }: LogEntry<RecentCall>, titleOf: TitleOf): RecentView {
  const { direction, address, peer, began, reason } = value;
  const contact = mayBearName(value) ? (titleOf(peer) ?? titleOf(address)) : undefined;
  return {
    id: String(seq),
    title: contact ?? value.title ?? address,
    address,
    direction,
    at: began,
    missed: isMissed(value),
    said: sentenceOf(reason, direction),
  };
}

/** Contacts whose name has all these words in it: the log itself knows addresses only. */
export function findContacts(contacts: readonly ContactView[], text: string): readonly ContactView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = ({ title }: ContactView) => words.every(word => title.toLowerCase().includes(word));
  return contacts.filter(has).slice(0, recentLimits.contacts);
}

export function formatCursor({ at, seq }: LogCursor): string {
  return `${at}.${seq}`;
}

/** @throws RecentsError */
export function parseCursor(text: string): LogCursor {
  const [, at = "", seq = ""] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  if (at === "")
    throw new RecentsError("recents.cursor", "This page of the list is not known. Open it anew.");
  return { at: Number(at), seq: Number(seq) };
}

/** @throws RecentsError */
export function parseSeq(id: string): number {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new RecentGoneError();
}

/** What is missing on the page, once for all of it. */
export function damageInWords(damage: readonly DamageError[]): { readonly said?: string } {
  const [first] = damage;
  if (first === undefined) return {};
  const more = damage.length > 1 ? ` The same is true of ${damage.length - 1} more.` : "";
  return { said: `Some calls are not shown. ${first.message}${more}` };
}

class RecentsError extends EtherlynkError {}

export class RecentGoneError extends RecentsError {
  constructor() {
    super("recents.gone", "This call is not in the list any more.");
  }
}
