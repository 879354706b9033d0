import { Dexie } from "dexie";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchChanges } from "./change-feed.ts";
import { destroyDatabase } from "./database.ts";
import { openRings, ring } from "./log-rig.suite.ts";
import { createDisk } from "./rig.suite.ts";

// A live query runs only where the platform itself has a database.
const platform = Dexie.dependencies.indexedDB;
beforeAll(() => {
  Dexie.dependencies.indexedDB = createDisk().options.indexedDB as IDBFactory;
});
afterAll(() => {
  Dexie.dependencies.indexedDB = platform;
});

/** News as they come, to be waited for. */
function createInbox<News>() {
  const waiting: ((news: News) => void)[] = [];
  const unread: News[] = [];
  return {
    unread,
    put(news: News) {
      const reader = waiting.shift();
      if (reader) reader(news);
      else unread.push(news);
    },
    next: () =>
      new Promise<News>(resolve => {
        const news = unread.shift();
        if (news === undefined) waiting.push(resolve);
        else resolve(news);
      }),
  };
}

async function watchRings(names = ["rings", "contacts"]) {
  const disk = createDisk();
  const { db } = await openRings(disk);
  const inbox = createInbox<readonly string[]>();
  const end = createInbox<unknown>();
  const stop = new AbortController();
  watchChanges(db, { names, changed: inbox.put, ended: end.put, signal: stop.signal });
  return { disk, db, inbox, end, stop };
}

describe("the change feed", () => {
  it("tells at the start, and of each table and log that another context writes to", async () => {
    const { disk, inbox, stop } = await watchRings();
    expect(await inbox.next()).toEqual(["rings", "contacts"]);
    const other = await openRings(disk);
    await other.log.append([ring(1)]);
    expect(await inbox.next()).toEqual(["rings"]);
    await other.log.update(1, each => ({ ...each, seen: true }));
    expect(await inbox.next()).toEqual(["rings"]);
    await other.db.heads.put({ name: "contacts", revision: 1, box: new Uint8Array(40) });
    expect(await inbox.next()).toEqual(["contacts"]);
    stop.abort();
  });

  it("says nothing of what is not watched, and nothing once its signal has aborted", async () => {
    const { disk, inbox, stop } = await watchRings(["contacts"]);
    expect(await inbox.next()).toEqual(["contacts"]);
    const other = await openRings(disk);
    await other.log.append([ring(1)]);
    await other.db.heads.put({ name: "contacts", revision: 1, box: new Uint8Array(40) });
    expect(await inbox.next()).toEqual(["contacts"]);
    expect(inbox.unread).toEqual([]);
    stop.abort();
    // A second feed on the same disk hears of the next write: by then the first one would have, too.
    const second = createInbox<readonly string[]>();
    const end = new AbortController();
    watchChanges(other.db, {
      names: ["contacts"],
      changed: second.put,
      ended: second.put as never,
      signal: end.signal,
    });
    await second.next();
    await other.db.heads.put({ name: "contacts", revision: 2, box: new Uint8Array(40) });
    await second.next();
    end.abort();
    expect(inbox.unread).toEqual([]);
    watchChanges(other.db, {
      names: ["contacts"],
      changed: inbox.put,
      ended: inbox.put as never,
      signal: stop.signal,
    });
    expect(inbox.unread).toEqual([]);
  });

  it("ends in words when the phone is signed out elsewhere", async () => {
    const { disk, db, inbox, end } = await watchRings();
    await inbox.next();
    const other = await openRings(disk);
    await other.log.append([ring(1)]);
    await inbox.next();
    await destroyDatabase(other.db);
    expect(await end.next()).toMatchObject({ code: "store.closed" });
    expect(db.isOpen()).toBe(false);
  });

  it("a panel that has gone is not told of the end", async () => {
    const { db, inbox, end, stop } = await watchRings();
    await inbox.next();
    stop.abort();
    db.close();
    expect(end.unread).toEqual([]);
  });
});
