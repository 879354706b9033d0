import { normaliseName } from "../../../background/chain/normalise-name.ts";
import { type NumberEntry, readEntries, readFree, readTerms } from "../../../background/chain/numbers.ts";
import { nobody } from "../../../background/chain/question.ts";
import { type AccountText, parseAccount, parseTarget } from "../../../protocol/number/address.ts";
import { formatNumber, type NumberText, parseNumber } from "../../../protocol/number/number.ts";
import { lookUp } from "./link.ts";
import type { RecordsView, StepWish } from "./model.ts";
import { NumbersError, type Place, type Places } from "./places.ts";
import { decoysFor, toRecords } from "./reads.ts";
import type { Act } from "./step.ts";

export interface ActParts {
  readonly places: Places;
  readonly place: Place;
  readonly account: AccountText;
  readonly signal: AbortSignal;
}

type Wish = Exclude<StepWish, { kind: "open" }>;

/**
 * What a person wishes, read to the end and looked at against the chain as it stands.
 *
 * @throws NumbersError, ChainError, NumberError, AddressError
 */
export async function toAct(parts: ActParts, wish: Wish): Promise<Act> {
  switch (wish.kind) {
    case "claim":
      return toClaim(parts, wish.numbers);
    case "withdraw":
      return toWithdrawal(parts);
    case "ens-name":
      return toNameRecord(parts, wish);
    case "buy":
      return toPurchase(parts, wish.number);
    default:
      return toChange(parts, wish);
  }
}

const mostClaimed = 50;
const mostText = 255;
const mostRoutes = 1_024;
const mostBond = 2n ** 96n - 1n;
const mostPrice = 2n ** 96n - 1n;

async function toClaim({ place, account }: ActParts, wished: readonly string[]): Promise<Act> {
  const numbers = [...new Set(wished.slice(0, mostClaimed + 1).map(parseNumber))];
  if (numbers.length === 0 || numbers.length > mostClaimed) {
    throw new NumbersError("numbers.count", `Choose 1 to ${mostClaimed} numbers to claim at once.`);
  }
  const [areFree, { fees }] = await Promise.all([
    readFree(place.numbers, [...numbers, ...decoysFor(numbers)]),
    readTerms(place.numbers, account),
  ]);
  const taken = numbers.find((_, at) => !areFree[at]);
  if (taken !== undefined) {
    throw new NumbersError("numbers.taken", `${formatNumber(taken)} is somebody's already. Choose another.`);
  }
  const fee = numbers.reduce((sum, number) => sum + (fees[number.length - 8] ?? 0n), 0n);
  const random = crypto.getRandomValues(new Uint8Array(32));
  const secret = `0x${Array.from(random, byte => byte.toString(16).padStart(2, "0")).join("")}` as const;
  return { kind: "claim", numbers, secret, fee: String(fee) };
}

async function toWithdrawal({ place, account }: ActParts): Promise<Act> {
  const { credit } = await readTerms(place.numbers, account);
  if (credit === 0n)
    throw new NumbersError("numbers.credit", "Sales have earned you nothing that is not taken out.");
  return { kind: "withdraw", amount: String(credit) };
}

async function toPurchase({ place, account }: ActParts, text: string): Promise<Act> {
  const number = parseNumber(text);
  const [entry] = await readEntries(place.numbers, [number]);
  if (!entry || entry.price === 0n) {
    throw new NumbersError("numbers.price", `${formatNumber(number)} is not for sale.`);
  }
  if (entry.owner === account) throw new NumbersError("numbers.own", `${formatNumber(number)} is yours.`);
  return { kind: "buy", number, price: String(entry.price), seller: entry.owner };
}

async function toNameRecord(
  { places, signal }: ActParts,
  wish: Extract<Wish, { kind: "ens-name" }>,
): Promise<Act> {
  const name = await normaliseName(wish.name.trim());
  const facts = await lookUp(places.chains(), name, signal);
  if (facts === undefined) {
    throw new NumbersError("numbers.name", `${name} is not set up in ENS. Give it a resolver there first.`);
  }
  return { kind: "ens-name", number: parseNumber(wish.number), name, resolver: facts.answer.ens.resolver };
}

/** What only the owner does. */
async function toChange(
  { place, account }: ActParts,
  wish: Extract<Wish, { kind: "name" | "records" | "list" | "cancel" | "transfer" }>,
): Promise<Act> {
  const number = parseNumber(wish.number);
  const [entry] = await readEntries(place.numbers, [number]);
  if (entry?.owner !== account) {
    throw new NumbersError(
      "numbers.not-yours",
      `${formatNumber(number)} is not yours on ${place.view.name}, so you cannot change it.`,
    );
  }
  switch (wish.kind) {
    case "name":
      return { kind: "name", number, name: await toName(wish.name) };
    case "records":
      return toRecordsAct({ number, entry, records: wish.records });
    case "list":
      return { kind: "list", number, price: toPrice(wish.price) };
    case "cancel":
      return { kind: "cancel", number };
    case "transfer":
      return { kind: "transfer", number, to: toRecipient(wish.to, account) };
  }
}

async function toName(text: string): Promise<string> {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const name = await normaliseName(trimmed);
  const target = parseTarget(name);
  if (target.kind !== "name") throw new NumbersError("numbers.name", "This is no name such as alice.eth.");
  return bounded(name, mostText, "The name");
}

function toRecordsAct({
  number,
  entry,
  records,
}: {
  readonly number: NumberText;
  readonly entry: NumberEntry;
  readonly records: RecordsView;
}): Act {
  const before = toRecords(entry);
  const after = readRecords(records, before);
  const changed = (["policy", "profile", "routes"] as const).filter(part => !isSame(part, before, after));
  const [part] = changed;
  if (part === undefined) throw new NumbersError("numbers.same", "Nothing is changed by this.");
  return {
    kind: "records",
    number,
    records: { ...after, name: entry.records.name },
    part: changed.length === 1 ? part : "all",
  };
}

function readRecords({ profile, routes, callers, bond }: RecordsView, before: RecordsView): RecordsView {
  if (!Number.isInteger(callers) || callers < 0 || callers > 3) {
    throw new NumbersError("numbers.policy", "Choose who may ring.");
  }
  if (!/^[0-9]{1,29}$/.test(bond) || BigInt(bond) > mostBond) {
    throw new NumbersError(
      "numbers.bond",
      "The bond is a whole number of the coin's smallest unit; 0 is none.",
    );
  }
  return {
    ...before,
    callers,
    bond: String(BigInt(bond)),
    profile: bounded(toPointer(profile, "The profile"), mostText, "The profile"),
    routes: bounded(routes.trim(), mostRoutes, "The routes"),
  };
}

function isSame(part: "policy" | "profile" | "routes", one: RecordsView, other: RecordsView): boolean {
  return part === "policy"
    ? one.callers === other.callers && one.bond === other.bond
    : one[part] === other[part];
}

function toPointer(text: string, what: string): string {
  const url = text.trim();
  if (url === "" || /^(ipfs|https):\/\/\S+$/.test(url)) return url;
  throw new NumbersError("numbers.pointer", `${what} is an address that begins with https:// or ipfs://.`);
}

function bounded(text: string, most: number, what: string): string {
  const { length } = new TextEncoder().encode(text);
  if (length <= most) return text;
  throw new NumbersError("numbers.text", `${what} is too long: at most ${most} bytes.`);
}

function toPrice(wei: string): string {
  if (/^[0-9]{1,29}$/.test(wei) && BigInt(wei) > 0n && BigInt(wei) <= mostPrice) return wei;
  throw new NumbersError("numbers.price", "A price is above 0. To take an offer back, cancel it.");
}

function toRecipient(text: string, account: AccountText): AccountText {
  const to = parseAccount(text.trim());
  if (to === nobody)
    throw new NumbersError("numbers.to", "That account is nobody's: the number would be lost.");
  if (to === account) throw new NumbersError("numbers.to", "That account is yours: nothing would change.");
  return to;
}
