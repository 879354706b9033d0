import type { Clock } from "../../background/base/clock.ts";
import type { Log } from "../../background/base/log.ts";
import type { Directory } from "../../background/chain/directory.ts";
import { followHeads } from "../../background/chain/follow-heads.ts";
import { createResolver } from "../../background/chain/resolver.ts";
import { createChains } from "../../background/chain/rpc-list.ts";
import type { AddressBook } from "../../protocol/chain/address-book.ts";

export interface DirectoryOptions {
  readonly book: AddressBook | undefined;
  /** Somebody looks at an answer, or waits for one. */
  isWatching(): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The chains of the address book; none where there is no book, and then accounts alone are called. */
export function startDirectory({
  book,
  isWatching,
  clock,
  log,
  signal,
}: DirectoryOptions): Directory | undefined {
  if (book === undefined || book.chains.length === 0) return undefined;
  const chains = createChains(book, clock, log);
  const resolver = createResolver({ chains, clock });
  followHeads({ chains, resolver, clock, log, isWatching, changed: () => undefined, signal });
  return resolver;
}
