import type { Clock } from "../../background/base/clock.ts";
import type { Log } from "../../background/base/log.ts";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import type { Directory } from "../../background/chain/directory.ts";
import { followHeads } from "../../background/chain/follow-heads.ts";
import { createAskAccount } from "../../background/chain/read-contracts.ts";
import { createResolver } from "../../background/chain/resolver.ts";
import { createChains } from "../../background/chain/rpc-list.ts";
import type { AskAccount } from "../../background/identity/wallet-check.ts";
import type { AddressBook } from "../../protocol/chain/address-book.ts";

export interface DirectoryOptions {
  readonly book: AddressBook | undefined;
  /** Somebody looks at an answer, or waits for one. */
  isWatching(): boolean;
  /** A chain has another block. */
  changed(): void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The chains of the address book; none where there is no book, and then accounts alone are called. */
export function startDirectory(options: DirectoryOptions): Directory | undefined {
  const { book, clock, log } = options;
  if (book === undefined || book.chains.length === 0) return undefined;
  const chains = createChains(book, clock, log);
  const resolver = createResolver({ chains, clock });
  followHeads({ ...options, chains, resolver });
  return resolver;
}

export interface AskingAbout {
  home(): HomeDomain;
  readonly clock: Clock;
  readonly log: Log;
}

/** Smart accounts are asked on the chain that delegations are signed for; nobody answers where it is in no book. */
export function createAsking({ home, clock, log }: AskingAbout): AskAccount {
  let known: { readonly book: AddressBook; readonly ask: AskAccount | undefined } | undefined;
  return async (account, digest, signature) => {
    const { book, chain } = home();
    if (book === undefined) return false;
    if (known?.book !== book) {
      const found = createChains(book, clock, log).find(({ entry }) => entry.id === chain.id);
      known = { book, ask: found && createAskAccount(found.chain) };
    }
    return (await known.ask?.(account, digest, signature)) ?? false;
  };
}
