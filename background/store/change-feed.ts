import { liveQuery } from "dexie";
import type { Database } from "./database.ts";
import { ClosedError, toStoreError } from "./store-error.ts";

export interface Watch {
  /** Tables and logs. */
  readonly names: readonly string[];
  /** Called with those of them that were written to, by whichever context; once at the start, with all. */
  readonly changed: (names: readonly string[]) => void;
  /** The database is gone for this context: there will be no more news. */
  readonly ended: (reason: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Tells panels when to look again. What changed is not told: a panel asks for its page anew. Each write of a table
 * or log changes its head, so that is all that is watched; and all heads, whatever is wanted of them: a live query
 * keeps every change of the database that does not concern it, until one does.
 */
export function watchChanges(db: Database, { names, changed, ended, signal }: Watch): void {
  if (signal.aborted) return;
  let before: readonly (number | undefined)[] | undefined;
  const subscription = liveQuery(() => db.heads.toArray()).subscribe({
    next(heads) {
      const revisions = new Map(heads.map(({ name, revision }) => [name, revision]));
      const now = names.map(name => revisions.get(name));
      const news = names.filter((_, at) => before === undefined || before[at] !== now[at]);
      before = now;
      if (news.length > 0) changed(news);
    },
    error: reason => end(reason),
  });
  const stop = () => {
    subscription.unsubscribe();
    db.on("close").unsubscribe(closed);
    signal.removeEventListener("abort", stop);
  };
  const end = (reason: unknown) => {
    stop();
    ended(toStoreError(reason));
  };
  // A live query says nothing of its own when the database is closed.
  const closed = () => end(new ClosedError());
  db.on("close", closed);
  signal.addEventListener("abort", stop);
}
