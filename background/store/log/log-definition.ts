import type { DamageError } from "../damage.ts";
import type { FieldRules } from "../fields.ts";

/** What a log holds. */
export interface LogDefinition<Value extends object> {
  readonly name: string;
  /** Grows by one when the shape of a stored record changes. */
  readonly shape: number;
  /**
   * Guards what was stored as `shape`, and turns it into today's. `undefined`: not understood. How people are
   * written, and texts that are searched, must stay as they were: they are looked for before a record is read.
   */
  readonly read: (stored: unknown, shape: number) => Value | undefined;
  readonly fields: FieldRules<Value>;
  /** When it happened, in milliseconds since 1970: pages are in this order, whatever order it was stored in. */
  readonly at: (value: Value) => number;
  /** Whom it is about, each in the one written form, as it stands in the record. */
  readonly people: (value: Value) => readonly string[];
  /** What a search looks at, as it stands in the record. */
  readonly texts: (value: Value) => readonly string[];
}

/** A record and its place in the log, which it keeps for ever: no two records ever have the same. */
export interface LogEntry<Value> {
  readonly seq: number;
  readonly value: Value;
}

/** Entries, and what could not be served on the way to them, each with its own error. */
export interface LogFound<Value> {
  readonly entries: readonly LogEntry<Value>[];
  readonly damage: readonly DamageError[];
}

export interface LogLimits {
  /** Records in a block. */
  readonly blockRecords: number;
  /** Blocks in a chapter. */
  readonly chapterBlocks: number;
  /** Blocks opened at once, in a search or a removal. */
  readonly waveBlocks: number;
  /** Blocks whose text is kept in memory for pages. */
  readonly cachedBlocks: number;
}

export const logLimits: LogLimits = {
  /** Measured against 250, it pages as well, and costs less to change. */
  blockRecords: 50,
  /** Its list is sealed anew with each new block. */
  chapterBlocks: 128,
  /** Some 400 KB. */
  waveBlocks: 32,
  /** Some 250 KB. */
  cachedBlocks: 16,
};

/** Unlisted rows told one by one; more of them say nothing more. */
export const mostUnlistedTold = 20;
