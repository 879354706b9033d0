import {
  type NumberEntry,
  readEntries,
  readFree,
  readHoldings,
  readPicture,
  readTerms,
} from "../../../background/chain/numbers.ts";
import { nobody } from "../../../background/chain/question.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { isNumber, type NumberText } from "../../../protocol/number/number.ts";
import { findListed, findReceived } from "./events.ts";
import { readLink } from "./link.ts";
import type {
  FreeView,
  MarketView,
  MineView,
  NumberDetail,
  NumberView,
  RecordsView,
  TermsView,
} from "./model.ts";
import { type Candidate, type NiceWish, niceNumbers } from "./nice.ts";
import type { Place, Places } from "./places.ts";

/** How far is looked before it is said that there may be more. */
const readLimits = {
  /** Numbers of one account that are shown. */
  mine: 200,
  /** Pages of all numbers that are gone through where the chain's events do not lead to them. */
  pages: 40,
  market: 60,
  /** Candidates that are looked at for one search, so many at once. */
  candidates: 1_024,
  candidatesAtOnce: 128,
  free: 24,
} as const;

export async function toTerms({ numbers, ledger }: Place, account: AccountText): Promise<TermsView> {
  const [terms, balance] = await Promise.all([readTerms(numbers, account), ledger.balanceOf(account)]);
  return {
    fees: terms.fees.map(String),
    minCommitSeconds: terms.minCommitAge,
    balance: String(balance),
    credit: String(terms.credit),
  };
}

/** What a person's numbers, and the one that they look at, come to; another text once any of it is another. */
export async function readStanding(
  { numbers }: Place,
  account: AccountText,
  looked: readonly NumberText[],
): Promise<string> {
  const [{ owned, credit }, entries] = await Promise.all([
    readTerms(numbers, account),
    readEntries(numbers, looked),
  ]);
  const seen = entries.map(({ owner, epoch, price, records }) => [owner, epoch, String(price), records.name]);
  return JSON.stringify([owned, String(credit), ...seen]);
}

/**
 * The account's numbers: those that its events lead to, then those on the pages of all, until as many are found as
 * the chain counts. Whose each is now is read from the chain's state.
 */
export async function findMine(
  place: Place,
  account: AccountText,
  hints: readonly NumberText[],
): Promise<MineView> {
  const [{ owned }, received] = await Promise.all([
    readTerms(place.numbers, account),
    findReceived(place, account),
  ]);
  const wanted = Math.min(owned, readLimits.mine);
  const candidates = [...new Set([...hints, ...received.numbers])].slice(0, 4 * readLimits.mine);
  let mine = await onlyMine(place, account, candidates);
  if (mine.length < wanted) {
    const paged = await searchPages(place, account, wanted);
    const known = new Set(mine.map(({ number }) => number));
    mine = [
      ...mine,
      ...(await onlyMine(
        place,
        account,
        paged.filter(number => !known.has(number)),
      )),
    ];
  }
  const shown = mine
    .slice(0, readLimits.mine)
    .toSorted((a, b) => a.number.length - b.number.length || (a.number < b.number ? -1 : 1));
  return { numbers: shown, missing: Math.max(owned - shown.length, 0) };
}

export async function findMarket(place: Place, account: AccountText): Promise<MarketView> {
  const { numbers, isPartial } = await findListed(place);
  const looked = numbers.slice(0, readLimits.market);
  const entries = await readEntries(place.numbers, looked);
  const views = looked.map((number, at) => toNumberView(place, account, { number, entry: entries[at] }));
  return {
    numbers: views.filter(({ price }) => price !== undefined),
    isPartial: isPartial || numbers.length > looked.length,
  };
}

/** Free ones among nice ones. Whole batches are asked, so that a server does not learn which one is wished for. */
export async function findFree(place: Place, account: AccountText, wish: NiceWish): Promise<FreeView> {
  const { fees } = await readTerms(place.numbers, account);
  const free: FreeView["free"][number][] = [];
  const candidates = niceNumbers(wish);
  const whole = wholeNumber(wish.text);
  let looked = 0;
  while (free.length < readLimits.free && looked < readLimits.candidates) {
    const batch = take(candidates, readLimits.candidatesAtOnce);
    if (batch.length === 0) break;
    const asked = batch.map(({ number }) => number);
    const areFree = await readFree(place.numbers, [...asked, ...decoysFor(asked)]);
    looked += batch.length;
    for (const [at, candidate] of batch.entries()) {
      if (areFree[at]) free.push({ ...candidate, fee: String(fees[candidate.number.length - 8] ?? 0n) });
    }
  }
  const shown = free.slice(0, readLimits.free);
  if (whole === undefined || shown.some(({ number }) => number === whole)) return { free: shown, looked };
  const [entry] = await readEntries(place.numbers, [whole]);
  return { free: shown, looked, taken: toNumberView(place, account, { number: whole, entry }) };
}

export interface DetailQuestion {
  readonly number: NumberText;
  readonly account: AccountText;
  readonly signal: AbortSignal;
}

export async function readDetail(
  places: Places,
  place: Place,
  { number, account, signal }: DetailQuestion,
): Promise<NumberDetail> {
  const [[entry], picture] = await Promise.all([
    readEntries(place.numbers, [number], signal),
    readPicture(place.numbers, number, signal),
  ]);
  const name = entry?.records.name ?? "";
  const link = await readLink(places.chains(), { number, name, account, signal });
  const epoch = entry?.epoch ?? 0;
  return {
    ...toNumberView(place, account, { number, entry }),
    ...{ epoch, link },
    records: toRecords(entry),
    ...(entry && epoch > 1 && { changedHands: Number(entry.changedAt) * 1_000 }),
    ...(picture !== undefined && { picture }),
  };
}

export function toRecords(entry: NumberEntry | undefined): RecordsView {
  const { profile, lightLogin, policy, blockList, blockRoot, routes } = entry?.records ?? noRecords;
  return {
    ...{ profile, lightLogin, blockList, blockRoot, routes },
    callers: policy.callers,
    bond: String(policy.bond),
  };
}

const noRecords = {
  ...{ profile: "", lightLogin: "", blockList: "", routes: "" },
  policy: { callers: 0, bond: 0n },
  blockRoot: `0x${"0".repeat(64)}`,
} as const;

interface NumberRead {
  readonly number: NumberText;
  readonly entry: NumberEntry | undefined;
}

function toNumberView(place: Place, account: AccountText, { number, entry }: NumberRead): NumberView {
  const owner = entry?.owner ?? nobody;
  const price = entry?.price ?? 0n;
  return {
    chain: place.view.id,
    ...{ number, owner },
    isMine: owner === account,
    name: entry?.records.name ?? "",
    ...(price > 0n && { price: String(price) }),
  };
}

async function onlyMine(
  place: Place,
  account: AccountText,
  numbers: readonly NumberText[],
): Promise<readonly NumberView[]> {
  const entries = await readEntries(place.numbers, numbers);
  return numbers
    .map((number, at) => toNumberView(place, account, { number, entry: entries[at] }))
    .filter(({ isMine }) => isMine);
}

async function searchPages(
  { numbers }: Place,
  account: AccountText,
  wanted: number,
): Promise<readonly NumberText[]> {
  const found: NumberText[] = [];
  let from = 0n;
  for (let page = 0; page < readLimits.pages && found.length < wanted; page += 1) {
    const { holdings, next } = await readHoldings(numbers, from);
    found.push(...holdings.filter(({ owner }) => owner === account).map(({ number }) => number));
    if (next === 0n) break;
    from = next;
  }
  return found;
}

function take(candidates: Generator<Candidate>, count: number): readonly Candidate[] {
  const batch: Candidate[] = [];
  while (batch.length < count) {
    const next = candidates.next();
    if (next.done) break;
    batch.push(next.value);
  }
  return batch;
}

const leastAsked = 32;

/** Numbers that nobody asked for, of the same length: the server sees a crowd where one is wished for. */
export function decoysFor(asked: readonly NumberText[]): readonly NumberText[] {
  const [first] = asked;
  if (first === undefined || asked.length >= leastAsked) return [];
  const length = first.length - "+999".length;
  return Array.from({ length: leastAsked - asked.length }, () => {
    const random = crypto.getRandomValues(new Uint8Array(length));
    return `+999${Array.from(random, byte => byte % 10).join("")}` as const;
  }).filter(isNumber);
}

/** A number that was written with all its digits: `+999…`. */
function wholeNumber(text: string): NumberText | undefined {
  const joined = text.replace(/[\s().-]/g, "");
  return isNumber(joined) ? joined : undefined;
}
