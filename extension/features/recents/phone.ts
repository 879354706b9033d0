import { createTurns } from "../../../background/base/turns.ts";
import type { LogEntry } from "../../../background/store/log/log-definition.ts";
import type { RecentCall } from "../../../background/store/records/recent-call.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import {
  damageInWords,
  formatCursor,
  isMissed,
  type LoggedCall,
  parseCursor,
  parseSeq,
  RecentGoneError,
  type RecentsPage,
  type RecentsWish,
  recentLimits,
  type TitleOf,
  toRecentCall,
  toRecentView,
} from "./model.ts";
import { searchRecents } from "./search.ts";

export interface RecentsKnowledge {
  readonly titleOf: TitleOf;
}

/** The user's log of calls: written here, and told to panels newest first. */
export interface Recents {
  /** @throws StoreError: the entry is lost, and the user must hear of it. */
  write(entry: LoggedCall): Promise<void>;
}

export async function startRecents(
  parts: FeatureParts,
  { titleOf }: RecentsKnowledge,
  signal: AbortSignal,
): Promise<Recents> {
  const { bus, store, feed, failed } = parts;
  const inTurn = createTurns();
  let newest: readonly LogEntry<RecentCall>[] = [];
  const show = () => {
    if (signal.aborted) return;
    const shown = newest.slice(0, recentLimits.page);
    feed.change({
      recents: shown.map(entry => toRecentView(entry, titleOf)),
      missed: newest.filter(isUnseen).length,
    });
  };
  const load = async () => {
    newest = (await store.recents.page({ limit: recentLimits.counted })).entries;
    show();
  };
  const change = <Result>(work: () => Promise<Result>) =>
    inTurn(async () => {
      const result = await work();
      await load();
      return result;
    });

  await inTurn(load);
  store.watch({
    names: ["recents"],
    changed: () => void inTurn(load).catch((error: unknown) => failed("recents.load", error)),
    ended: reason => signal.aborted || failed("recents.watch", reason),
    signal,
  });
  // Whoever is given a name bears it in the list as well.
  feed.watch(["contacts"], show, signal);
  bus.answer("recents.page.read", wish => readPage(parts, titleOf, wish), signal);
  bus.answer("recents.missed.see", () => change(() => see(parts, newest)), signal);
  bus.answer("recents.entry.remove", ({ id }) => change(() => remove(parts, id)), signal);
  bus.answer("recents.list.clear", () => change(() => clear(parts)), signal);
  return {
    async write(entry) {
      await change(() => store.recents.append([toRecentCall(entry)]));
    },
  };
}

async function readPage(parts: FeatureParts, titleOf: TitleOf, wish: RecentsWish): Promise<RecentsPage> {
  const before = wish.before === undefined ? {} : { before: parseCursor(wish.before) };
  const text = wish.search?.trim().slice(0, recentLimits.search) ?? "";
  const page =
    text === ""
      ? await parts.store.recents.page({ limit: recentLimits.page, ...before })
      : await searchRecents(parts.store.recents, { text, contacts: parts.feed.now().contacts, ...before });
  return {
    entries: page.entries.map(entry => toRecentView(entry, titleOf)),
    ...(page.next && { next: formatCursor(page.next) }),
    ...damageInWords(page.damage),
  };
}

async function see({ store }: FeatureParts, newest: readonly LogEntry<RecentCall>[]): Promise<null> {
  for (const { seq } of newest.filter(isUnseen)) {
    await store.recents.update(seq, call => ({ ...call, seen: true }));
  }
  return null;
}

async function remove({ store }: FeatureParts, id: string): Promise<null> {
  if (!(await store.recents.remove(parseSeq(id)))) throw new RecentGoneError();
  return null;
}

async function clear({ store }: FeatureParts): Promise<null> {
  await store.recents.clear();
  return null;
}

function isUnseen({ value }: LogEntry<RecentCall>): boolean {
  return !value.seen && isMissed(value);
}
