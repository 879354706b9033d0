import type { Database } from "./database.ts";
import type { LogDefinition, LogLimits } from "./log/log-definition.ts";
import { createDisk, type Disk } from "./rig.suite.ts";
import { createSealedLog, type SealedLog } from "./sealed-log.ts";

/** A call as a log holds one, in short. */
export interface Ring {
  readonly at: number;
  readonly who: string;
  readonly about: string;
  readonly seen: boolean;
}

export const rings: LogDefinition<Ring> = {
  name: "rings",
  shape: 2,
  read(stored, shape) {
    const { at, who, about, seen } = stored as Record<string, unknown>;
    if (typeof at !== "number" || typeof who !== "string") return undefined;
    return { at, who, about: String(about), seen: shape === 1 ? true : seen === true };
  },
  fields: {
    at: { persisted: true, logged: true, shown: true },
    who: { persisted: true, logged: false, shown: true },
    about: { persisted: true, logged: false, shown: true },
    seen: { persisted: true, logged: true, shown: true },
  },
  at: ring => ring.at,
  people: ring => [ring.who],
  texts: ring => [ring.who, ring.about],
};

/** Small enough that a few records make blocks, chapters and several waves. */
export const smallLimits: LogLimits = { blockRecords: 4, chapterBlocks: 3, waveBlocks: 2, cachedBlocks: 3 };

export interface Opened {
  readonly db: Database;
  readonly log: SealedLog<Ring>;
}

export async function openRings(
  disk: Disk = createDisk(),
  limits = smallLimits,
  of = rings,
): Promise<Opened> {
  const { db, vault } = await disk.context();
  return { db, log: createSealedLog({ db, vault }, of, limits) };
}

export function ring(at: number, more: Partial<Ring> = {}): Ring {
  return { at, who: "alice.eth", about: `order ${at}`, seen: false, ...more };
}

export function someRings(count: number, from = 1): Ring[] {
  return Array.from({ length: count }, (_, at) => ring(from + at, { who: `friend-${(from + at) % 3}.eth` }));
}

/** All pages, one after the other; their damage too. */
export async function readAllPages(log: SealedLog<Ring>, limit = 7, person?: string) {
  const entries = [];
  const damage = [];
  let before: { at: number; seq: number } | undefined;
  do {
    const page = await log.page({
      limit,
      ...(before && { before }),
      ...(person !== undefined && { person }),
    });
    entries.push(...page.entries);
    damage.push(...page.damage);
    before = page.next;
  } while (before);
  return { entries, damage };
}

export async function searchAll(log: SealedLog<Ring>, text: string, person?: string) {
  const entries = [];
  const damage = [];
  for await (const found of log.search({ text, ...(person !== undefined && { person }) })) {
    entries.push(...found.entries);
    damage.push(...found.damage);
  }
  return { entries, damage };
}

/** All that stands in the database, bytes as Latin-1, so that a name would show. */
export async function rawText(db: Database): Promise<string> {
  const all = await Promise.all(db.tables.map(async each => [each.name, await each.toArray()]));
  return JSON.stringify(all, (_, value) =>
    value instanceof Uint8Array ? String.fromCharCode(...value) : value,
  );
}
