const PATIENCE_MS = 10_000;

/** What has come and was not taken yet, and who waits for more. */
export interface Inbox<Item> {
  push(item: Item): void;
  /** Takes the first item that fits, once it is there; fails in words when it does not come. */
  take(what: string, fits: (item: Item) => boolean): Promise<Item>;
  /** What nobody has taken. */
  readonly left: readonly Item[];
  /** Fails all who wait. */
  close(why: string): void;
}

export function createInbox<Item>(show: (item: Item) => string): Inbox<Item> {
  const left: Item[] = [];
  const waiting = new Set<{ fits(item: Item): boolean; done(item: Item): void; fail(error: Error): void }>();
  let closed: string | undefined;
  return {
    left,
    push(item) {
      for (const waiter of waiting) {
        if (!waiter.fits(item)) continue;
        waiting.delete(waiter);
        waiter.done(item);
        return;
      }
      left.push(item);
    },
    take(what, fits) {
      const at = left.findIndex(fits);
      const [found] = at < 0 ? [] : left.splice(at, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const explain = (why: string) =>
          new Error(
            `${why} while waiting for ${what}; in the inbox: ${left.map(show).join(" | ") || "nothing"}`,
          );
        if (closed !== undefined) return reject(explain(closed));
        const timeout = setTimeout(() => {
          waiting.delete(waiter);
          reject(explain("Out of patience"));
        }, PATIENCE_MS);
        const waiter = {
          fits,
          done: (item: Item) => {
            clearTimeout(timeout);
            resolve(item);
          },
          fail: (error: Error) => {
            clearTimeout(timeout);
            reject(explain(error.message));
          },
        };
        waiting.add(waiter);
      });
    },
    close(why) {
      closed = why;
      for (const waiter of waiting) waiter.fail(new Error(why));
      waiting.clear();
    },
  };
}
