import { from, getSelector } from "ox/AbiEvent";
import type { ChainQuestion } from "../sip/chain-rpc.ts";
import { malformed } from "./read-words.ts";

export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Seconds since 1970, as its maker says. */
  readonly time: number;
}

/** A number went from one account to another; 20 bytes each, zeros are nobody. */
export interface Move {
  readonly id: number;
  readonly from: Buffer;
  readonly to: Buffer;
}

/** What a block did that a node must know. */
export interface BlockChanges {
  readonly moves: readonly Move[];
  /** Accounts whose entry, epoch or revoked devices changed; what they are now has to be asked. */
  readonly accounts: readonly string[];
}

const transfer = getSelector(
  from("event Transfer(address indexed from, address indexed to, uint256 indexed id)"),
);
const ofAccounts = [
  from("event EntryChanged(address indexed account, uint64 sequence)"),
  from("event DeviceRevoked(address indexed account, bytes32 indexed device)"),
  from("event EpochBegun(address indexed account, uint64 epoch)"),
].map(event => getSelector(event));

export function askBlock(number: number | "latest"): ChainQuestion {
  const at = number === "latest" ? number : `0x${number.toString(16)}`;
  return { method: "eth_getBlockByNumber", params: [at, false] };
}

/** `undefined`: the server does not have this block. */
export function readBlock(answer: unknown): Block | undefined {
  if (answer === null) return undefined;
  if (typeof answer !== "object" || answer === undefined) throw malformed();
  const { number, hash, parentHash, timestamp } = answer as Record<string, unknown>;
  if (!isHash(hash) || !isHash(parentHash)) throw malformed();
  return { number: toInteger(number), hash, parentHash, time: toInteger(timestamp) };
}

/** By the block's hash (EIP-234): of this block, and not of another that has taken its place meanwhile. */
export function askLogs({ hash }: Block, contracts: readonly string[]): ChainQuestion {
  const filter = { blockHash: hash, address: contracts, topics: [[transfer, ...ofAccounts]] };
  return { method: "eth_getLogs", params: [filter] };
}

export function readLogs(answer: unknown, numbers: string | undefined): BlockChanges {
  if (!Array.isArray(answer)) throw malformed();
  const moves: Move[] = [];
  const accounts = new Set<string>();
  for (const log of answer) {
    const { address, topics } = readLog(log);
    const [kind, first, second, third] = topics;
    if (kind === transfer && address === numbers?.toLowerCase()) moves.push(toMove([first, second, third]));
    else if (ofAccounts.some(known => known === kind)) accounts.add(`0x${toAddress(first).toString("hex")}`);
  }
  return { moves, accounts: [...accounts] };
}

function readLog(log: unknown): { readonly address: string; readonly topics: readonly unknown[] } {
  if (typeof log !== "object" || log === null) throw malformed();
  const { address, topics } = log as Record<string, unknown>;
  if (typeof address !== "string" || !Array.isArray(topics)) throw malformed();
  return { address: address.toLowerCase(), topics };
}

function toMove([first, second, third]: readonly unknown[]): Move {
  const id = isHash(third) ? Number(third) : Number.NaN;
  if (!Number.isSafeInteger(id) || id === 0) throw malformed();
  return { id, from: toAddress(first), to: toAddress(second) };
}

function toAddress(topic: unknown): Buffer {
  if (!isHash(topic)) throw malformed();
  return Buffer.from(topic.slice(26), "hex");
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
}

function toInteger(value: unknown): number {
  const number = typeof value === "string" && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw malformed();
  return number;
}
