import { encodeData, from } from "ox/AbiFunction";
import { clientEntryLimits } from "../../protocol/words/client-entry.ts";
import type { ChainQuestion } from "../sip/chain-rpc.ts";
import type { Client, Home } from "./client-table.ts";
import { isDomain, isNodeUrl } from "./home-text.ts";
import { malformed, toWords, type Words } from "./read-words.ts";

type Hex = `0x${string}`;
/** Which block is asked about. */
export type At = "latest" | number;

const numbersRange = from("function range(uint256,uint256) view returns (uint256[], uint256)");
const ownerOf = from("function ownerOf(uint256) view returns (address)");
const clientsRange = from("function range(address,uint256) view returns (bytes)");
const lookups = from("function lookups(address[]) view returns (bytes)");
const numberLookup = from("function lookup(uint256) view returns (bytes)");

/** The contract's own bound of revoked devices. */
const MOST_REVOKED = 16;
const WORD = 32;

export interface Holding {
  readonly id: number;
  /** 20 bytes, which lie in the answer. */
  readonly owner: Buffer;
}

export interface Page<Item, Next> {
  readonly items: readonly Item[];
  readonly next: Next | undefined;
}

export function askNumbers(numbers: Hex, first: number, count: number): (at: At) => ChainQuestion {
  return call(numbers, encodeData(numbersRange, [BigInt(first), BigInt(count)]));
}

export function readNumbers(answer: unknown, most: number): Page<Holding, number> {
  const words = toWords(answer);
  const list = words.follow(0, 0);
  const next = words.number(WORD);
  const items: Holding[] = [];
  for (let i = 0, { length } = { length: words.count(list, most) }; i < length; i++) {
    const word = words.word(list + WORD * (i + 1));
    const id = word.readUInt32BE(0) * 0x1_0000_0000 + word.readUInt32BE(4);
    if (!Number.isSafeInteger(id) || id === 0) throw malformed();
    items.push({ id, owner: word.subarray(12) });
  }
  return { items, next: next === 0 ? undefined : next };
}

export function askOwner(numbers: Hex, id: number): (at: At) => ChainQuestion {
  return call(numbers, encodeData(ownerOf, [BigInt(id)]));
}

/** The account; nobody's where the contract reverts. */
export function readOwner(answer: unknown): string | undefined {
  return answer === undefined ? undefined : toAccount(toWords(answer).account(0));
}

export interface NumberRecords {
  readonly owner: string | undefined;
  /** 1 after its claim, one more with each change of hands. */
  readonly epoch: number;
  /** Seconds since 1970, rounded down to 256. */
  readonly changedAt: number;
  /** The name that the number claims; empty where none. */
  readonly name: string;
}

export function askNumber(numbers: Hex, id: number): (at: At) => ChainQuestion {
  return call(numbers, encodeData(numberLookup, [BigInt(id)]));
}

/** Of `INumbers.lookup`: owner, epoch, changedAt, price, records; in the last the name stands first. */
export function readNumber(answer: unknown): NumberRecords {
  const words = toWords(answer);
  const entry = words.follow(0, 0);
  const records = words.follow(entry, entry + 4 * WORD);
  const name = words.text(words.follow(records, records), clientEntryLimits.textBytes);
  return {
    owner: toAccount(words.account(entry)),
    epoch: words.number(entry + WORD),
    changedAt: words.number(entry + 2 * WORD),
    name,
  };
}

export type ClientRow = readonly [account: string, client: Client];

export function askClients(clients: Hex, first: Hex, count: number): (at: At) => ChainQuestion {
  return call(clients, encodeData(clientsRange, [first, BigInt(count)]));
}

export function readClients(answer: unknown, most: number): Page<ClientRow, Hex> {
  const words = toWords(answer);
  const next = toAccount(words.account(WORD));
  return { items: readRows(words, words.follow(0, 0), most), next };
}

export function askLookups(clients: Hex, accounts: readonly Hex[]): (at: At) => ChainQuestion {
  return call(clients, encodeData(lookups, [accounts]));
}

export function readLookups(answer: unknown, most: number): readonly ClientRow[] {
  const words = toWords(answer);
  return readRows(words, words.follow(0, 0), most);
}

function readRows(words: Words, list: number, most: number): ClientRow[] {
  const base = list + WORD;
  return Array.from({ length: words.count(list, most) }, (_, i) =>
    readRow(words, words.follow(base, base + i * WORD)),
  );
}

/** Of `IClients.Client`: account, epoch, sequence, revoked, entry. */
function readRow(words: Words, at: number): ClientRow {
  const revoked = words.follow(at, at + 3 * WORD);
  const client: Client = {
    epoch: words.number(at + WORD),
    revoked: Array.from({ length: words.count(revoked, MOST_REVOKED) }, (_, i) =>
      words.word(revoked + (i + 1) * WORD).toString("base64url"),
    ),
    home: readHome(words, words.follow(at, at + 4 * WORD)),
  };
  return [toAccount(words.account(at)) ?? NOBODY, client];
}

/** Of `IClients.Entry`: apiOldest, apiNewest, direct, domain, nodes, providers. */
function readHome(words: Words, at: number): Home | undefined {
  const domain = words.text(words.follow(at, at + 3 * WORD), clientEntryLimits.textBytes).toLowerCase();
  if (!isDomain(domain)) return undefined;
  const list = words.follow(at, at + 4 * WORD);
  const base = list + WORD;
  const nodes = Array.from({ length: words.count(list, clientEntryLimits.nodes) }, (_, i) => {
    const node = words.follow(base, base + i * WORD);
    const url = words.text(words.follow(node, node), clientEntryLimits.textBytes);
    return { url, thumbprint: words.word(node + WORD).toString("base64url") };
  });
  return { domain, nodes: nodes.filter(({ url }) => isNodeUrl(url)) };
}

export const NOBODY = `0x${"0".repeat(40)}` as const;

export function toAccount(bytes: Buffer): Hex | undefined {
  const account: Hex = `0x${bytes.toString("hex")}`;
  return account === NOBODY ? undefined : account;
}

function call(to: Hex, data: Hex): (at: At) => ChainQuestion {
  return at => ({
    method: "eth_call",
    params: [{ to, data }, at === "latest" ? at : `0x${at.toString(16)}`],
  });
}
