import { AlteredError, type Place, ShapeError } from "./damage.ts";
import type { SealedRow } from "./database.ts";
import { type FieldRules, pickFields } from "./fields.ts";
import { seal, unseal } from "./sealing.ts";
import type { Vault } from "./vault-keys.ts";

/** What a table holds, and what of it may stand in clear: nothing but `order`, and ids that name nobody. */
export interface TableDefinition<Value extends object, Index extends string = never> {
  readonly name: string;
  /** Grows by one when the shape of a stored value changes. */
  readonly shape: number;
  /** Guards what was stored as `shape`, and turns it into today's. `undefined`: not understood. */
  readonly read: (stored: unknown, shape: number) => Value | undefined;
  readonly fields: FieldRules<Value>;
  /** `private`: the id names somebody or some site, and an HMAC stands for it. */
  readonly ids: "clear" | "private";
  /** What records are found by, stored as HMACs. In the one written form of each: equality is of bytes. */
  readonly indexes?: Readonly<Record<Index, (value: Value) => readonly string[]>>;
  /** A number in clear that records are ranged by. */
  readonly order?: (value: Value) => number;
  /** How many records there may be. Its list is written anew with each change: logs are for more. */
  readonly limit?: number;
}

export interface Entry<Value> {
  readonly id: string;
  readonly value: Value;
}

/** Turns records into rows and back. */
export interface RowCodec<Value> {
  /** The row's key: the id, or what stands for it. */
  keyOf(id: string): Promise<string>;
  tokenOf(index: string, value: string): Promise<string>;
  seal(entry: Entry<Value>, version: number): Promise<SealedRow>;
  /** Throws AlteredError or ShapeError. */
  open(row: SealedRow): Promise<Entry<Value>>;
}

export function createRowCodec<Value extends object, Index extends string>(
  vault: Vault,
  definition: TableDefinition<Value, Index>,
): RowCodec<Value> {
  const { name, shape, read, fields, ids, order } = definition;
  const indexes = Object.entries(definition.indexes ?? {}) as [Index, (value: Value) => readonly string[]][];
  const tokenOf = (index: string, value: string) => vault.token(`${name}.${index}`, value);
  const codec: RowCodec<Value> = {
    keyOf: async id => (ids === "clear" ? id : await vault.token(name, id)),
    tokenOf,
    async seal({ id, value }, version) {
      const sought = indexes.flatMap(([index, valuesOf]) =>
        valuesOf(value).map(each => tokenOf(index, each)),
      );
      const row = {
        table: name,
        id: await codec.keyOf(id),
        version,
        tokens: [...new Set(await Promise.all(sought))].sort(),
        ...(order && { order: order(value) }),
      };
      const text = JSON.stringify([shape, id, pickFields(value, fields, "persisted")]);
      return { ...row, box: await seal(await vault.sealingKey(name), labelOf(vault, row), text) };
    },
    async open(row) {
      const text = await unseal(await vault.sealingKey(name), labelOf(vault, row), row.box);
      if (text === undefined) throw new AlteredError(placeOf(row));
      const [writtenAs, id, stored]: [number, string, unknown] = JSON.parse(text);
      const value = writtenAs <= shape ? read(stored, writtenAs) : undefined;
      if (value === undefined) throw new ShapeError(placeOf(row));
      return { id, value };
    },
  };
  return codec;
}

export function placeOf({ table, id }: Pick<SealedRow, "table" | "id">): Place {
  return { name: table, what: "record", key: id };
}

/** All that stands in clear is bound to the box: nothing of a row can be changed or exchanged by itself. */
function labelOf(vault: Vault, { table, id, version, tokens, order }: Omit<SealedRow, "box">) {
  // A row that somebody wrote may lack any of these; it then does not open, and nothing else suffers.
  const sought = Array.isArray(tokens) ? tokens : [];
  return ["etherlynk row 1", vault.id, table, id, version, order ?? null, ...sought];
}
