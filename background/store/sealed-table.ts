import { type DamageError, isDamage, MissingError, RolledBackError, UnlistedError } from "./damage.ts";
import type { SealedRow } from "./database.ts";
import { nextRevision } from "./head.ts";
import type { Home } from "./home.ts";
import { createRowCodec, type Entry, placeOf, type RowCodec, type TableDefinition } from "./sealed-row.ts";
import { createTableFile, type Seen, type TableFile, type TableList } from "./table-file.ts";

/** What was found, and what could not be served, each with its own error: one never takes the others down. */
export interface Found<Value> {
  readonly entries: readonly Entry<Value>[];
  readonly damage: readonly DamageError[];
}

/** By `order`, both ends included. */
export interface OrderRange {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

/** Records sealed one by one. What cannot be trusted is refused with a DamageError, and stays on the disk. */
export interface SealedTable<Value extends object, Index extends string = never> {
  get(id: string): Promise<Value | undefined>;
  put(id: string, value: Value): Promise<void>;
  /** All or none. */
  putAll(entries: readonly Entry<Value>[]): Promise<void>;
  /** Changes what is stored by then, also where another context writes at the same time. */
  update(id: string, change: (value: Value) => Value): Promise<Value | undefined>;
  /** Whether there was one. A damaged one can be removed too. */
  remove(id: string): Promise<boolean>;
  find(index: Index, value: string): Promise<Found<Value>>;
  list(): Promise<Found<Value>>;
  range(range: OrderRange): Promise<Found<Value>>;
  /** Takes whatever opens for what was stored. For people to decide, once they were told of the damage. */
  repair(): Promise<Found<Value>>;
}

interface Parts<Value> {
  readonly name: string;
  readonly home: Home;
  readonly file: TableFile;
  readonly codec: RowCodec<Value>;
}

const defaultLimit = 10_000;

export function createSealedTable<Value extends object, Index extends string = never>(
  home: Home,
  definition: TableDefinition<Value, Index>,
): SealedTable<Value, Index> {
  const { name, limit = defaultLimit } = definition;
  const file = createTableFile(home, name, limit);
  const parts: Parts<Value> = { name, home, file, codec: createRowCodec(home.vault, definition) };
  return {
    get: id => get(parts, id),
    put: (id, value) => putAll(parts, [{ id, value }]),
    putAll: entries => putAll(parts, entries),
    update: (id, change) => update(parts, id, change),
    remove: id => remove(parts, id),
    find: (index, value) => find(parts, index, value),
    list: () => list(parts),
    range: range => inRange(parts, range),
    repair: () => repair(parts),
  };
}

async function get<Value>(parts: Parts<Value>, id: string): Promise<Value | undefined> {
  const key = await parts.codec.keyOf(id);
  const { list, rows } = await readKeys(parts, [key]);
  const [row] = rows;
  if (row) return (await openListed(parts, list, row)).value;
  if (list.damage) throw list.damage;
  if (list.versions.has(key)) throw new MissingError(placeOf({ table: parts.name, id: key }));
  return undefined;
}

async function putAll<Value>(parts: Parts<Value>, entries: readonly Entry<Value>[]): Promise<void> {
  const keys = await Promise.all(entries.map(({ id }) => parts.codec.keyOf(id)));
  await parts.file.write(
    () => readKeys(parts, keys),
    async ({ list, rows }) => {
      const puts = entries.map((entry, at) => parts.codec.seal(entry, nextVersion(list, rows[at])));
      return { puts: await Promise.all(puts), result: undefined };
    },
  );
}

async function update<Value>(
  parts: Parts<Value>,
  id: string,
  change: (value: Value) => Value,
): Promise<Value | undefined> {
  const key = await parts.codec.keyOf(id);
  return parts.file.write(
    () => readKeys(parts, [key]),
    async ({ list, rows: [row] }) => {
      if (row === undefined) return { result: undefined };
      const value = change((await openListed(parts, list, row)).value);
      const changed = await parts.codec.seal({ id, value }, nextVersion(list, row));
      return { puts: [changed], result: value };
    },
  );
}

async function remove(parts: Parts<unknown>, id: string): Promise<boolean> {
  const key = await parts.codec.keyOf(id);
  return parts.file.write(
    () => readKeys(parts, [key]),
    async ({ list, rows: [row] }) => {
      const isThere = row !== undefined || list.versions.has(key);
      return { result: isThere, removes: isThere ? [key] : [] };
    },
  );
}

async function find<Value>(parts: Parts<Value>, index: string, value: string): Promise<Found<Value>> {
  const { db } = parts.home;
  const token = await parts.codec.tokenOf(index, value);
  const { list, rows } = await parts.file.read(() => db.rows.where("tokens").equals(token).toArray());
  return serve(
    parts,
    list,
    rows.filter(row => row.table === parts.name),
  );
}

async function list<Value>(parts: Parts<Value>): Promise<Found<Value>> {
  const seen = await readAll(parts);
  const { entries, damage } = await serve(parts, seen.list, seen.rows);
  const here = new Set(seen.rows.map(({ id }) => id));
  const missing = [...seen.list.versions.keys()]
    .filter(key => !here.has(key))
    .map(id => new MissingError(placeOf({ table: parts.name, id })));
  return { entries, damage: [...damage, ...missing] };
}

async function inRange<Value>(parts: Parts<Value>, range: OrderRange): Promise<Found<Value>> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit } = range;
  const { list, rows } = await parts.file.read(() => {
    const [low, high] = [
      [parts.name, from],
      [parts.name, to],
    ];
    const found = parts.home.db.rows.where("[table+order]").between(low, high, true, true);
    return (limit === undefined ? found : found.limit(limit)).toArray();
  });
  return serve(parts, list, rows);
}

async function repair<Value>(parts: Parts<Value>): Promise<Found<Value>> {
  return parts.file.write(
    () => readAll(parts),
    async ({ rows }) => {
      const opened = await Promise.allSettled(rows.map(row => parts.codec.open(row)));
      const good = rows.filter((_, at) => opened[at]?.status === "fulfilled");
      const versions = new Map(good.map(({ id, version }) => [id, version]));
      return { versions, result: sort(opened) };
    },
  );
}

function readKeys(parts: Parts<unknown>, keys: readonly string[]): Promise<Seen<(SealedRow | undefined)[]>> {
  const { name, file, home } = parts;
  return file.read(() => home.db.rows.bulkGet(keys.map((key): [string, string] => [name, key])));
}

function readAll({ name, file, home }: Parts<unknown>): Promise<Seen<SealedRow[]>> {
  // An array is greater than every string (IndexedDB 3.0 §2.4), so this ends after the last id.
  return file.read(() => home.db.rows.where("[table+id]").between([name, ""], [name, []]).toArray());
}

async function serve<Value>(
  parts: Parts<Value>,
  list: TableList,
  rows: readonly SealedRow[],
): Promise<Found<Value>> {
  const { entries, damage } = sort(await Promise.allSettled(rows.map(row => openListed(parts, list, row))));
  // The list's own damage is why each of its rows was refused: it is told once.
  const own = list.damage ? [list.damage] : [];
  return { entries, damage: [...own, ...damage.filter(each => each !== list.damage)] };
}

async function openListed<Value>(
  parts: Parts<Value>,
  list: TableList,
  row: SealedRow,
): Promise<Entry<Value>> {
  const listed = list.versions.get(row.id);
  if (listed === undefined) throw list.damage ?? new UnlistedError(placeOf(row));
  if (row.version > listed) throw new UnlistedError(placeOf(row));
  if (row.version < listed) throw new RolledBackError(placeOf(row));
  return parts.codec.open(row);
}

/** Only damage is told beside what is good; anything else is a bug, and goes on. */
function sort<Value>(opened: readonly PromiseSettledResult<Entry<Value>>[]): Found<Value> {
  const entries: Entry<Value>[] = [];
  const damage: DamageError[] = [];
  for (const each of opened) {
    if (each.status === "fulfilled") entries.push(each.value);
    else if (isDamage(each.reason)) damage.push(each.reason);
    else throw each.reason;
  }
  return { entries, damage };
}

/** That of this change, unless somebody wrote a later one to the file: it must not pass for what is written now. */
function nextVersion({ head }: TableList, row: SealedRow | undefined): number {
  return Math.max(nextRevision(head), Number.isSafeInteger(row?.version) ? Number(row?.version) + 1 : 1);
}
