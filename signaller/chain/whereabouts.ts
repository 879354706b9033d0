import type { AddressBook } from "../../protocol/chain/address-book.ts";
import { isNumber, toTokenId } from "../../protocol/number/number.ts";
import type { Log } from "../log.ts";
import { ChainRpcError } from "../sip/chain-rpc.ts";
import type { ChainChange } from "./change.ts";
import { type ChangedHands, createChangedHands } from "./changed-hands.ts";
import { type Client, type Home, unwritten } from "./client-table.ts";
import { createLedger, type Ledger, type LedgerFigures } from "./ledger.ts";
import { type FollowLimits, followLimits } from "./limits.ts";
import { andThen, type Maybe } from "./maybe.ts";
import { createNames, type Names } from "./names.ts";

/** What the chains of an address book say, as the node's other parts ask it. */
export interface Whereabouts extends Names {
  /**
   * Whose a number is: of the first chain of the book that has it.
   *
   * @throws ChainRpcError (as a rejection)
   */
  ownerOf(number: string): Maybe<Owner | undefined>;
  /** The same where it is known without asking. */
  knownOwner(number: string): string | undefined;
  /** Where an account is reached: by the chain of its number, or the first on which it says so. */
  homeOf(account: string, chainId?: number): Maybe<Home | undefined>;
  /** The account on the chain that delegations are signed for. */
  clientOf(account: string, chainId: number): Maybe<Client>;
  knownClient(account: string, chainId: number): Client | undefined;
  /** What entries say of a domain, without asking. */
  homesAt(domain: string): readonly Home[];
  /** Whether the account's own entry names this key as one of the domain's. */
  isHomeOf(account: string, domain: string, thumbprint: string): boolean;
  readonly changedHands: ChangedHands;
  /**
   * Whether a number has changed hands and its owner was not here since, as far as the chain and this node know.
   * Where the chain cannot be asked it is not said.
   */
  awaitsOwner(number: string, account: string): Maybe<boolean>;
  /** One listener; set before `start`. */
  onChange(listener: (change: ChainChange) => void): void;
  /** For the check of smart accounts' signatures. */
  ledgerOf(chainId: number): Ledger | undefined;
  start(): void;
  figures(): readonly (LedgerFigures & { readonly chainId: number })[];
  close(): void;
}

export interface Owner {
  readonly account: string;
  readonly chainId: number;
}

export interface WhereaboutsConfig {
  readonly book: AddressBook;
  readonly log: Log;
  readonly limits?: Partial<FollowLimits> | undefined;
}

export function createWhereabouts({ book, log, limits: given }: WhereaboutsConfig): Whereabouts {
  const limits: FollowLimits = { ...followLimits, ...given };
  const life = new AbortController();
  const changedHands = createChangedHands(limits.mostChanged);
  let listener: (change: ChainChange) => void = () => undefined;
  const onChange = (change: ChainChange) => listener(change);
  const ledgers = book.chains.map(entry =>
    createLedger({ entry, limits, log, signal: life.signal, onChange }),
  );
  const ledgerOf = (chainId: number) => ledgers.find(({ entry }) => entry.id === chainId);

  return {
    ...createNames(ledgers, limits),
    ledgerOf,
    changedHands,
    ownerOf(number) {
      if (!isNumber(number)) return undefined;
      const id = Number(toTokenId(number));
      return firstOf(ledgers, ({ ownerOf, entry }) =>
        andThen(ownerOf(id), account => (account === undefined ? undefined : { account, chainId: entry.id })),
      );
    },
    knownOwner: number =>
      isNumber(number)
        ? firstKnown(ledgers, ledger => ledger.knownOwner(Number(toTokenId(number))))
        : undefined,
    homeOf(account, chainId) {
      const ledger = chainId === undefined ? undefined : ledgerOf(chainId);
      const asked = ledger === undefined ? ledgers : [ledger];
      return firstOf(asked, ({ clientOf }) => andThen(clientOf(account), ({ home }) => home));
    },
    clientOf: (account, chainId) => ledgerOf(chainId)?.clientOf(account) ?? unwritten,
    knownClient: (account, chainId) => ledgerOf(chainId)?.knownClient(account),
    homesAt: domain => ledgers.flatMap(ledger => ledger.homesAt(domain)),
    isHomeOf: (account, domain, thumbprint) =>
      ledgers.some(ledger => {
        const home = ledger.knownClient(account)?.home;
        return home?.domain === domain && home.nodes.some(node => node.thumbprint === thumbprint);
      }),
    awaitsOwner(number, account) {
      if (changedHands.has(number)) return true;
      if (!isNumber(number) || changedHands.wasHere(account)) return false;
      const id = Number(toTokenId(number));
      const came = firstOf(ledgers, ledger =>
        andThen(ledger.cameLately(id, account), it => (it ? true : undefined)),
      );
      return came instanceof Promise ? came.then(it => it === true, notAsked) : came === true;
    },
    onChange(call) {
      listener = call;
    },
    start() {
      for (const ledger of ledgers) ledger.start();
    },
    figures: () => ledgers.map(ledger => ({ chainId: ledger.entry.id, ...ledger.figures() })),
    close: () => life.abort(),
  };
}

function notAsked(error: unknown): boolean {
  if (error instanceof ChainRpcError) return false;
  throw error;
}

function firstKnown<T>(ledgers: readonly Ledger[], look: (ledger: Ledger) => T | undefined): T | undefined {
  for (const ledger of ledgers) {
    const found = look(ledger);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first that is something; without waiting as long as nothing has to be asked. */
function firstOf<T>(
  ledgers: readonly Ledger[],
  look: (ledger: Ledger) => Maybe<T | undefined>,
): Maybe<T | undefined> {
  const [ledger, ...others] = ledgers;
  if (ledger === undefined) return undefined;
  return andThen(look(ledger), found => (found === undefined ? firstOf(others, look) : found));
}
