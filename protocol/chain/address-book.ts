import { hasOnly, isRecord } from "../bus/plain.ts";
import { EtherlynkError } from "../errors.ts";
import { type AccountText, AddressError, parseAccount } from "../number/address.ts";

/** A chain that phones and nodes read, and where its contracts are. */
export interface ChainEntry {
  readonly id: number;
  /** As people call it. */
  readonly name: string;
  /** The sign of its own money, in which gas and fees are paid; ETH where it is left out. */
  readonly currency?: string;
  /** Addresses of its servers (JSON-RPC over HTTP), in the order they are liked. */
  readonly rpcs: readonly string[];
  /** The ENS registry; chains without ENS have none. */
  readonly ens?: AccountText;
  readonly numbers?: AccountText;
  readonly clients?: AccountText;
}

/** Chains in the order in which they are asked: a number that stands on two of them is that of the first. */
export interface AddressBook {
  readonly chains: readonly ChainEntry[];
}

const limits = { chains: 8, rpcs: 8, url: 2_048, name: 64 } as const;
export const usualCurrency = "ETH";
const contracts = ["ens", "numbers", "clients"] as const;

/**
 * Reads an address book as `npm run chain:deploy` writes it.
 *
 * @throws AddressBookError
 */
export function parseAddressBook(value: unknown): AddressBook {
  if (!isRecord(value) || !hasOnly(value, ["chains"]) || !isShortList(value["chains"], limits.chains)) {
    throw fault('it is {"chains": […]} with at most eight chains');
  }
  const chains = value["chains"].map(parseChain);
  if (new Set(chains.map(({ id }) => id)).size < chains.length) throw fault("a chain stands in it twice");
  return { chains };
}

function parseChain(value: unknown): ChainEntry {
  if (!isRecord(value) || !hasOnly(value, ["id", "name", "currency", "rpcs", ...contracts])) {
    throw fault("a chain has id, name, currency, rpcs, ens, numbers and clients, and nothing else");
  }
  const { id, name, currency, rpcs } = value;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw fault("a chain's id is a number");
  if (typeof name !== "string" || name === "" || name.length > limits.name) {
    throw fault("a chain's name is a short text");
  }
  if (currency !== undefined && !isCurrency(currency)) {
    throw fault("a chain's currency is a sign of at most 11 letters and digits");
  }
  if (!isShortList(rpcs, limits.rpcs) || !rpcs.every(isUrl)) {
    throw fault("a chain's rpcs are at most eight http: or https: addresses");
  }
  const found = contracts.flatMap(contract => {
    const account = value[contract];
    return account === undefined ? [] : [[contract, toAccount(account)] as const];
  });
  return { id, name, ...(currency !== undefined && { currency }), rpcs, ...Object.fromEntries(found) };
}

function toAccount(value: unknown): AccountText {
  try {
    return parseAccount(typeof value === "string" ? value : "");
  } catch (error) {
    if (error instanceof AddressError) throw fault("a contract is 0x and 40 hexadecimal digits");
    throw error;
  }
}

function isShortList(value: unknown, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= most;
}

/** As wallets take it (EIP-3085); nothing in it can be taken for an amount or a sentence. */
function isCurrency(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z][A-Za-z0-9]{0,10}$/.test(value);
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && value.length <= limits.url && /^https?:\/\/[^\s/]/.test(value);
}

function fault(what: string): AddressBookError {
  return new AddressBookError("chain.book", `This is no address book: ${what}.`);
}

export class AddressBookError extends EtherlynkError {}
