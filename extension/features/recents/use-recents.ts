import { useEffect, useState } from "preact/hooks";
import type { RecentView } from "../../../background/bus/phone-contract.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { formatCursor, type RecentsPage, recentLimits } from "./model.ts";

export interface ShownRecents {
  readonly entries: readonly RecentView[];
  readonly said?: string;
  /** The phone has not answered yet what is searched for. */
  readonly isLooking: boolean;
  /** One that was removed, and that no page will have any more. */
  readonly hide: (id: string) => void;
  /** Brings the next page, where there is one. */
  readonly more?: () => Promise<void>;
}

const typingMs = 150;

/** The newest calls, as the phone tells them; older ones, and what is searched for, page by page. */
export function useRecents({ snapshot, bus, run }: PanelProps, search: string): ShownRecents {
  const [page, show] = useState<RecentsPage>();
  const { recents } = snapshot;
  const newest = recents[0]?.id;
  useEffect(() => {
    show(undefined);
    if (search === "") return;
    let isPast = false;
    const timer = setTimeout(() => {
      run(async () => {
        const found = await bus.ask("recents.page.read", { search });
        if (!isPast) show(found);
      });
    }, typingMs);
    return () => {
      isPast = true;
      clearTimeout(timer);
    };
  }, [search, newest]);

  const isSearching = search !== "";
  const loaded = page?.entries ?? [];
  const next = page ? page.next : endOf(isSearching ? [] : recents);
  const more = async () => {
    const older = await bus.ask("recents.page.read", {
      ...(next !== undefined && { before: next }),
      ...(isSearching && { search }),
    });
    show({ ...older, entries: withoutTwins([...loaded, ...older.entries]) });
  };
  return {
    entries: isSearching ? loaded : withoutTwins([...recents, ...loaded]),
    isLooking: isSearching && page === undefined,
    hide: id => show(now => now && { ...now, entries: now.entries.filter(entry => entry.id !== id) }),
    ...(page?.said !== undefined && { said: page.said }),
    ...(next !== undefined && { more }),
  };
}

/** Where the page after the newest begins; a short list is all there is. */
function endOf(recents: readonly RecentView[]): string | undefined {
  const last = recents.at(-1);
  if (last === undefined || recents.length < recentLimits.page) return undefined;
  return formatCursor({ at: last.at, seq: Number(last.id) });
}

function withoutTwins(entries: readonly RecentView[]): readonly RecentView[] {
  return [...new Map(entries.map(entry => [entry.id, entry])).values()];
}
