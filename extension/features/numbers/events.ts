import * as AbiEvent from "ox/AbiEvent";
import { checksum } from "ox/Address";
import { ChainError, type Hex } from "../../../background/chain/chain.ts";
import type { ChainEvent } from "../../../background/chain/ledger.ts";
import { numbersAbi } from "../../../protocol/chain/numbers-abi.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { fromTokenId, NumberError, type NumberText, toTokenId } from "../../../protocol/number/number.ts";
import { exactAmount } from "./amounts.ts";
import type { HistoryEvent } from "./model.ts";
import type { Place } from "./places.ts";

/** What was found, and whether older ones were left out. */
export interface Found {
  readonly numbers: readonly NumberText[];
  readonly isPartial: boolean;
}

/** Numbers that once came to the account. One server's word: whose they are now is read by whoever asks. */
export async function findReceived(place: Place, account: AccountText): Promise<Found> {
  const { events, isPartial } = await readEvents(place, [
    [selectors.Transfer, null, toTopic(BigInt(account))],
  ]);
  return { numbers: numbersIn(events, 3), isPartial };
}

/** Numbers that were offered lately, the newest offer first. Whether they still are is read by whoever asks. */
export async function findListed(place: Place): Promise<Found> {
  const { events, isPartial } = await readEvents(place, [[selectors.Listed]]);
  return { numbers: numbersIn(events.toReversed(), 1), isPartial };
}

/** What happened to a number, the newest first. */
export async function readHistory(
  place: Place,
  number: NumberText,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly isPartial: boolean }> {
  const id = toTopic(toTokenId(number));
  const { events, isPartial } = await readEvents(place, [
    [selectors.Transfer, null, null, id],
    [[selectors.Listed, selectors.Sold, selectors.RecordsChanged], id],
  ]);
  const sold = new Set(events.filter(isSale).map(({ transaction }) => transaction));
  // A sale is told once, and not as a transfer beside it.
  const told = events.filter(event => !(isTransfer(event) && sold.has(event.transaction)));
  const newest = told.toSorted(byAge).slice(0, mostShown);
  const times = await readTimes(place, newest);
  return {
    isPartial: isPartial || told.length > newest.length,
    events: newest.map(event => ({
      said: inWords(event, place.view.currency),
      at: (times.get(event.block) ?? 0) * 1_000,
      block: String(event.block),
      transaction: event.transaction,
    })),
  };
}

const mostShown = 40;
/** Servers that do not search a whole chain search so much of it. */
const shortRange = 9_000n;

type Topics = Parameters<Place["ledger"]["logs"]>[0]["topics"];

async function readEvents(
  { ledger, view }: Place,
  filters: readonly Topics[],
): Promise<{ readonly events: readonly ChainEvent[]; readonly isPartial: boolean }> {
  const search = async (from: bigint) => {
    const found = await Promise.all(
      filters.map(topics => ledger.logs({ address: view.contract, topics, from })),
    );
    return found.flat();
  };
  const all = await unlessRefused(search(0n));
  if (all) return { events: all, isPartial: false };
  const head = await ledger.newest();
  const late = await unlessRefused(search(head > shortRange ? head - shortRange : 0n));
  return { events: late ?? [], isPartial: true };
}

async function unlessRefused<T>(search: Promise<T>): Promise<T | undefined> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof ChainError && error.code === "chain.refused") return undefined;
    throw error;
  }
}

async function readTimes(
  { ledger }: Place,
  events: readonly ChainEvent[],
): Promise<ReadonlyMap<bigint, number>> {
  const blocks = [...new Set(events.map(({ block }) => block))];
  return new Map(await Promise.all(blocks.map(async block => [block, await ledger.timeOf(block)] as const)));
}

const selectors = {
  Transfer: AbiEvent.getSelector(AbiEvent.fromAbi(numbersAbi, "Transfer")),
  Listed: AbiEvent.getSelector(AbiEvent.fromAbi(numbersAbi, "Listed")),
  Sold: AbiEvent.getSelector(AbiEvent.fromAbi(numbersAbi, "Sold")),
  RecordsChanged: AbiEvent.getSelector(AbiEvent.fromAbi(numbersAbi, "RecordsChanged")),
} as const;

function isTransfer({ topics }: ChainEvent): boolean {
  return topics[0] === selectors.Transfer;
}

function isSale({ topics }: ChainEvent): boolean {
  return topics[0] === selectors.Sold;
}

function inWords({ topics, data }: ChainEvent, currency: string): string {
  const [kind, first, second, third] = topics;
  if (kind === selectors.RecordsChanged) return "Its records were changed";
  if (kind === selectors.Listed) {
    const price = lastWord(data);
    return price === 0n ? "Taken off the market" : `Offered for ${exactAmount(String(price), currency)}`;
  }
  if (kind === selectors.Sold) {
    return `Sold by ${accountIn(second)} to ${accountIn(third)} for ${exactAmount(String(lastWord(data)), currency)}`;
  }
  if (BigInt(first ?? "0x0") === 0n) return `Claimed by ${accountIn(second)}`;
  return `Given by ${accountIn(first)} to ${accountIn(second)}`;
}

/** Of `Listed` and `Sold` the price is what stands last. */
function lastWord(data: Hex): bigint {
  const word = data.slice(-64);
  return word.length === 64 ? BigInt(`0x${word}`) : 0n;
}

function accountIn(topic: Hex | undefined): string {
  return checksum(`0x${(topic ?? "").slice(-40).padStart(40, "0")}`);
}

function toTopic(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function numbersIn(events: readonly ChainEvent[], topic: number): readonly NumberText[] {
  return [...new Set(events.flatMap(({ topics }) => toNumber(topics[topic])))];
}

function toNumber(topic: Hex | undefined): NumberText[] {
  try {
    return topic === undefined ? [] : [fromTokenId(BigInt(topic))];
  } catch (error) {
    if (error instanceof NumberError) return [];
    throw error;
  }
}

function byAge(one: ChainEvent, other: ChainEvent): number {
  return Number(other.block - one.block) || other.index - one.index;
}
