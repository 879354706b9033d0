import { Dexie, type Table } from "dexie";
import type { Database } from "../../background/store/database.ts";
import { type RecentCall, recentCalls } from "../../background/store/records/recent-call.ts";
import { type Bytes, seal, unseal } from "../../background/store/sealing.ts";
import type { Vault } from "../../background/store/vault-keys.ts";
import type { LogUnderTest } from "./port.ts";

interface Row {
  readonly at: number;
  readonly person: string;
  readonly box: Bytes;
}

const pageSize = 50;
const chunk = 5_000;

/**
 * The obvious way: each record sealed by itself and stored with its time and an HMAC of its person, both indexed.
 * Same library, same keys and sealing, pages by key ranges, and the same look into the JSON before it is parsed.
 */
export async function createNaiveLog({ db, vault }: { db: Database; vault: Vault }): Promise<LogUnderTest> {
  const own = new Dexie(`${db.name}.naive`, { cache: "disabled" }) as Dexie & { rows: Table<Row, number> };
  own.version(1).stores({ rows: "++id, at, [person+at]" });
  await own.open();
  const key = await vault.sealingKey("naive");
  const open = async ({ at, person, box }: Row) => {
    const text = await unseal(key, [vault.id, at, person], box);
    if (text === undefined) throw new Error("A record does not open: there is nothing to measure.");
    return text;
  };
  return {
    async append(calls) {
      const rows = calls.map(async call => {
        const [at, person] = [call.began, await vault.token("naive", call.peer)];
        return { at, person, box: await seal(key, [vault.id, at, person], JSON.stringify(call)) };
      });
      await own.rows.bulkAdd(await Promise.all(rows));
    },
    async page(before, person) {
      const token = person === undefined ? undefined : await vault.token("naive", person);
      const found =
        token === undefined
          ? own.rows.where("at").below(before)
          : own.rows.where("[person+at]").between([token, 0], [token, before]);
      const texts = await Promise.all((await found.reverse().limit(pageSize).toArray()).map(open));
      return texts.map(text => JSON.parse(text) as RecentCall);
    },
    async search(word) {
      let hits = 0;
      for (let from = 1; ; from += chunk) {
        const rows = await own.rows
          .where(":id")
          .between(from, from + chunk)
          .toArray();
        if (rows.length === 0) return hits;
        for (const text of await Promise.all(rows.map(open))) {
          if (!text.toLowerCase().includes(word)) continue;
          const texts = recentCalls.texts(JSON.parse(text));
          if (texts.some(each => each.toLowerCase().includes(word))) hits += 1;
        }
      }
    },
  };
}
