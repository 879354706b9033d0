import type { Clock } from "../../../background/base/clock.ts";
import type { Log } from "../../../background/base/log.ts";
import { createLedger, type Ledger } from "../../../background/chain/ledger.ts";
import type { KnownChain } from "../../../background/chain/look.ts";
import type { NumbersPlace } from "../../../background/chain/numbers.ts";
import { createChains } from "../../../background/chain/rpc-list.ts";
import { type AddressBook, usualCurrency } from "../../../protocol/chain/address-book.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { NumberChain } from "./model.ts";

/** A chain that has numbers, and everything to read it by. */
export interface Place {
  readonly view: NumberChain;
  readonly numbers: NumbersPlace;
  readonly ledger: Ledger;
}

export interface Places {
  list(): readonly Place[];
  /** @throws NumbersError where the address book has no such chain, or no numbers on it */
  find(chain: number): Place;
  /** All chains of the address book in their order: names may stand on one without numbers. */
  chains(): readonly KnownChain[];
}

export interface PlacesParts {
  /** As the home says it at the moment. */
  readonly book: () => AddressBook | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The chains of the address book; made anew when another home is chosen. */
export function createPlaces({ book, clock, log }: PlacesParts): Places {
  let made: { readonly book: AddressBook | undefined; readonly all: Made } | undefined;
  const now = (): Made => {
    const wanted = book();
    if (made === undefined || made.book !== wanted) made = { book: wanted, all: make(wanted, clock, log) };
    return made.all;
  };
  return {
    list: () => now().places,
    chains: () => now().chains,
    find(chain) {
      const place = now().places.find(({ view }) => view.id === chain);
      if (place) return place;
      throw new NumbersError(
        "numbers.chain",
        "Your address book knows no numbers on this chain. See the home in the welcome page.",
      );
    },
  };
}

interface Made {
  readonly chains: readonly KnownChain[];
  readonly places: readonly Place[];
}

function make(book: AddressBook | undefined, clock: Clock, log: Log): Made {
  const chains = createChains(book ?? { chains: [] }, clock, log);
  const places = chains.flatMap(({ entry, chain }) => {
    const { id, name, currency = usualCurrency, rpcs, numbers: contract, ens } = entry;
    if (contract === undefined) return [];
    const view = { id, name, currency, contract, rpcs, hasNames: ens !== undefined };
    return [{ view, numbers: { chain, contract }, ledger: createLedger(id, rpcs) }];
  });
  return { chains, places };
}

/** What the desk's numbers cannot do, in a sentence that says what to do. */
export class NumbersError extends EtherlynkError {}
