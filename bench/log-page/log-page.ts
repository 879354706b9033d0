import { openDatabase } from "../../background/store/database.ts";
import type { Home } from "../../background/store/home.ts";
import type { LogCursor } from "../../background/store/log/page.ts";
import { recentCalls } from "../../background/store/records/recent-call.ts";
import { createSealedLog } from "../../background/store/sealed-log.ts";
import { openVault } from "../../background/store/vault.ts";
import { fractionOf, personOf, toCall } from "./calls.ts";
import { createNaiveLog } from "./naive-log.ts";
import type { LogUnderTest } from "./port.ts";

export type Side = "ours" | "naive";

/** What the benchmark asks of its page. All times in milliseconds. */
export interface LogBench {
  open(side: Side, name: string): Promise<void>;
  /** Stores calls in batches of a thousand, in the order of their time. */
  insert(from: number, count: number): Promise<number>;
  /** Stores calls one by one: what a phone does. Milliseconds for each. */
  insertOnes(from: number, count: number): Promise<number>;
  /** Pages one after the other, from the newest on: who scrolls. Milliseconds for each. */
  scroll(stored: number, count: number): Promise<number>;
  /** Pages anywhere among `stored` calls, of everybody or of one person each. Milliseconds for each. */
  jump(stored: number, count: number, ofOnePerson: boolean): Promise<number>;
  search(stored: number): Promise<number>;
}

declare global {
  var logBench: LogBench;
}

const batch = 1_000;
const word = "cotton";
let log: LogUnderTest;

globalThis.logBench = {
  async open(side, name) {
    const db = await openDatabase({ name });
    const home = { db, vault: await openVault(db, Date.now()) };
    log = side === "ours" ? createOurs(home) : await createNaiveLog(home);
  },
  async insert(from, count) {
    let ms = 0;
    for (let at = from; at < from + count; at += batch) {
      const calls = toCalls(at, Math.min(batch, from + count - at));
      ms += await time(() => log.append(calls));
    }
    return ms;
  },
  async insertOnes(from, count) {
    const calls = toCalls(from, count);
    const ms = await time(async () => {
      for (const call of calls) await log.append([call]);
    });
    return ms / count;
  },
  async scroll(stored, count) {
    let before = toCall(stored).began;
    const ms = await time(async () => {
      for (let at = 0; at < count; at += 1) {
        const found = await log.page(before);
        checkPage(found, { before, person: undefined });
        before = found.at(-1)?.began ?? before;
      }
    });
    return ms / count;
  },
  async jump(stored, count, ofOnePerson) {
    const ms = await time(async () => {
      for (let at = 0; at < count; at += 1) {
        const before = toCall(Math.floor(fractionOf(at) * stored)).began;
        const person = ofOnePerson ? personOf(at) : undefined;
        checkPage(await log.page(before, person), { before, person });
      }
    });
    return ms / count;
  },
  async search(stored) {
    let hits = 0;
    const ms = await time(async () => {
      hits = await log.search(word);
    });
    const expected = toCalls(0, stored).filter(({ address }) => address.includes(word)).length;
    if (hits !== expected)
      throw new Error(`The search found ${hits} of ${expected}: there is nothing to measure.`);
    return ms;
  },
};

function createOurs(home: Home): LogUnderTest {
  const ours = createSealedLog(home, recentCalls);
  let next: LogCursor | undefined;
  return {
    append: calls => ours.append(calls),
    async page(before, person) {
      const cursor = next?.at === before ? next : { at: before, seq: 0 };
      const page = await ours.page({ limit: 50, before: cursor, ...(person !== undefined && { person }) });
      if (page.damage[0]) throw page.damage[0];
      next = page.next;
      return page.entries.map(({ value }) => value);
    },
    async search(text) {
      let hits = 0;
      for await (const { entries } of ours.search({ text })) hits += entries.length;
      return hits;
    },
  };
}

function toCalls(from: number, count: number) {
  return Array.from({ length: count }, (_, at) => toCall(from + at));
}

/** A page with the wrong calls would be fast for nothing. */
function checkPage(
  found: Awaited<ReturnType<LogUnderTest["page"]>>,
  { before, person }: { before: number; person: string | undefined },
): void {
  const times = found.map(({ began }) => began);
  const isRight =
    times.every((began, at) => began < (times[at - 1] ?? before)) &&
    found.every(({ peer }) => person === undefined || peer === person) &&
    (person !== undefined || found.length === Math.min(50, (before - toCall(0).began) / 60_000));
  if (!isRight) throw new Error("A page holds the wrong calls: there is nothing to measure.");
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
