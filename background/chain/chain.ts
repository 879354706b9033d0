import { EtherlynkError } from "../../protocol/errors.ts";

export type Hex = `0x${string}`;

/** A block that something was read at. */
export interface Head {
  readonly number: bigint;
  readonly parentHash: Hex;
  /** Seconds since 1970, as the block says. */
  readonly time: number;
}

/** What code that was run on a chain has returned. */
export interface Reading {
  readonly head: Head;
  /** Behind the head, still as it was encoded. */
  readonly data: Hex;
  /** How many servers said so, independently. */
  readonly witnesses: number;
}

/** One chain, as far as a phone reads it. */
export interface Chain {
  readonly chainId: number;
  /**
   * Runs a lens (`lens/`) at the newest block: one round trip, to two servers at once where two are configured.
   *
   * @throws ChainError
   */
  run(code: Hex, signal?: AbortSignal): Promise<Reading>;
  /**
   * The newest block.
   *
   * @throws ChainError
   */
  head(signal?: AbortSignal): Promise<Head>;
}

export class ChainError extends EtherlynkError {}
