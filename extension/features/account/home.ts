import type { HomeDomain } from "../../../background/bus/phone-contract.ts";
import type { Setting } from "../../../background/store/records/setting.ts";
import type { SealedTable } from "../../../background/store/sealed-table.ts";
import {
  type AddressBook,
  AddressBookError,
  parseAddressBook,
} from "../../../protocol/chain/address-book.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import { AddressError, parseDomain } from "../../../protocol/number/address.ts";

type Settings = Pick<SealedTable<Setting>, "get" | "put">;

const setting = "home";
const mostNodes = 8;
const longestUrl = 512;

/** The home that the user chose; what cannot be read any more is none. */
export async function readHome(settings: Settings): Promise<HomeDomain | undefined> {
  const stored = await settings.get(setting);
  if (stored === undefined) return undefined;
  try {
    return toHome(stored.value);
  } catch (error) {
    if (error instanceof HomeError) return undefined;
    throw error;
  }
}

/** @throws HomeError */
export async function writeHome(settings: Settings, wish: unknown): Promise<HomeDomain> {
  const home = toHome(wish);
  await settings.put(setting, { value: home });
  return home;
}

/**
 * A home in its one written form.
 *
 * @throws HomeError
 */
export function toHome(value: unknown): HomeDomain {
  const { domain, urls, chain, book } = fieldsOf(value);
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > mostNodes) throw new HomeError(badUrls);
  const { id, rpc } = fieldsOf(chain);
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw new HomeError(badChain);
  const known = {
    domain: toDomain(domain),
    urls: urls.map(toNodeUrl),
    ...(book !== undefined && { book: toBook(book) }),
  };
  return {
    ...known,
    chain: rpc === undefined ? { id } : { id, rpc: toUrl(rpc, ["https:", "http:"], badChain) },
  };
}

function toBook(value: unknown): AddressBook {
  try {
    return parseAddressBook(value);
  } catch (cause) {
    if (cause instanceof AddressBookError) throw new HomeError(cause.message);
    throw cause;
  }
}

function toDomain(text: unknown): string {
  try {
    return parseDomain(typeof text === "string" ? text : "");
  } catch (cause) {
    if (cause instanceof AddressError) throw new HomeError("The domain is a host name such as node.example.");
    throw cause;
  }
}

/** Without TLS only on this machine: everywhere else a network could read who calls whom. */
function toNodeUrl(text: unknown): string {
  const url = toUrl(text, ["wss:", "ws:"], badUrls);
  const { protocol, hostname } = new URL(url);
  const isHere = hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol === "wss:" || isHere) return url;
  throw new HomeError("A node elsewhere is reached over TLS: its address begins with wss://.");
}

function toUrl(text: unknown, schemes: readonly string[], sentence: string): string {
  const url = typeof text === "string" && text.length <= longestUrl ? URL.parse(text) : null;
  if (url === null || !schemes.includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new HomeError(sentence);
  }
  return url.href;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

const badUrls = "Name the node's address, such as wss://node.example/.";
const badChain = "The chain is a number, such as 1, and its RPC an https:// address.";

class HomeError extends EtherlynkError {
  constructor(sentence: string) {
    super("account.home", sentence);
  }
}
