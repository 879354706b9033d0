import * as AbiFunction from "ox/AbiFunction";
import * as AbiParameters from "ox/AbiParameters";
import { checksum } from "ox/Address";
import { parseHolding } from "../../protocol/chain/commitment.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { fromTokenId, type NumberText, toTokenId } from "../../protocol/number/number.ts";
import { type Chain, ChainError, type Head, type Hex } from "./chain.ts";
import { malformed } from "./json-rpc.ts";
import { type ContractRead, readContracts } from "./read-contracts.ts";

/** Where a chain's numbers stand. */
export interface NumbersPlace {
  readonly chain: Chain;
  readonly contract: AccountText;
}

/** What claiming costs and takes, and what the contract knows of one account. */
export interface NumbersTerms {
  /** In wei, of 4 to 12 digits. */
  readonly fees: readonly bigint[];
  /** Seconds between commitment and claim, at least and at most. */
  readonly minCommitAge: number;
  readonly maxCommitAge: number;
  readonly commitment: bigint;
  /** Seconds since 1970; 0 where there is no commitment. */
  readonly madeAt: number;
  /** What sales earned and is not withdrawn yet, in wei. */
  readonly credit: bigint;
  /** How many numbers the account owns. */
  readonly owned: number;
  readonly head: Head;
}

/** As the contract's `lookup` gives it; of a free number everything is zero. */
export type NumberEntry = ReturnType<typeof decodeEntry>;

/** @throws ChainError */
export async function readTerms(
  { chain, contract }: NumbersPlace,
  account: AccountText,
  signal?: AbortSignal,
): Promise<NumbersTerms> {
  const reads = [
    encode(contract, "minCommitAge", []),
    encode(contract, "MAX_COMMIT_AGE", []),
    encode(contract, "commitmentOf", [account]),
    encode(contract, "credit", [account]),
    encode(contract, "balanceOf", [account]),
    ...lengths.map(digits => encode(contract, "fee", [idOfLength(digits)])),
  ];
  const { head, answers } = await readContracts(chain, reads, signal);
  const [least, most, commitment, credit, owned, ...fees] = answers.map(there);
  const [hidden, madeAt] = decode("commitmentOf", there(commitment));
  return {
    minCommitAge: decode("minCommitAge", there(least)),
    maxCommitAge: Number(decode("MAX_COMMIT_AGE", there(most))),
    ...{ commitment: hidden, madeAt, head },
    credit: decode("credit", there(credit)),
    owned: Number(decode("balanceOf", there(owned))),
    fees: fees.map(fee => decode("fee", fee)),
  };
}

/**
 * Entries in the order of the numbers: as many at once as fit into an answer.
 *
 * @throws ChainError
 */
export async function readEntries(
  { chain, contract }: NumbersPlace,
  numbers: readonly NumberText[],
  signal?: AbortSignal,
): Promise<readonly NumberEntry[]> {
  const read = async (page: readonly NumberText[]) => {
    const reads = page.map(number => encode(contract, "lookup", [toTokenId(number)]));
    const { answers } = await readContracts(chain, reads, signal);
    return answers.map(answer => decodeEntry(there(answer)));
  };
  const pages: (readonly NumberEntry[])[] = [];
  for (const some of toPages(toPages(numbers, entriesAtOnce), pagesAtOnce)) {
    pages.push(...(await Promise.all(some.map(read))));
  }
  return pages.flat();
}

/**
 * Which of these are free.
 *
 * @throws ChainError
 */
export async function readFree(
  { chain, contract }: NumbersPlace,
  numbers: readonly NumberText[],
  signal?: AbortSignal,
): Promise<readonly boolean[]> {
  const read = encode(contract, "areFree", [numbers.map(toTokenId)]);
  const { answers } = await readContracts(chain, [read], signal);
  const free = decode("areFree", there(answers[0]));
  if (free.length !== numbers.length) throw malformed();
  return free;
}

export interface Holding {
  readonly number: NumberText;
  readonly owner: AccountText;
}

/**
 * One page of all numbers, youngest first, and where the next begins.
 *
 * @throws ChainError
 */
export async function readHoldings(
  { chain, contract }: NumbersPlace,
  from: bigint,
  signal?: AbortSignal,
): Promise<{ readonly holdings: readonly Holding[]; readonly next: bigint }> {
  const { answers } = await readContracts(chain, [encode(contract, "range", [from, holdingsAtOnce])], signal);
  const [words, next] = decode("range", there(answers[0]));
  const holdings = words
    .map(parseHolding)
    .map(({ id, owner }) => ({ number: fromTokenId(id), owner: checksum(owner) }));
  return { holdings, next };
}

/** The number's picture as the chain draws it: the address of an image, or nothing where it is none. */
export async function readPicture(
  { chain, contract }: NumbersPlace,
  number: NumberText,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { answers } = await readContracts(chain, [encode(contract, "tokenURI", [toTokenId(number)])], signal);
  const [answer] = answers;
  return answer === undefined ? undefined : toPicture(decode("tokenURI", answer));
}

const lengths = [4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
/** An entry with all its texts takes up to 2.6 KB, and an answer has room for some 20 KB. */
const entriesAtOnce = 7;
/** Public servers turn those away that ask very much at once. */
const pagesAtOnce = 4;
const holdingsAtOnce = 500n;
const longestPicture = 20_000;

function idOfLength(digits: number): bigint {
  return BigInt(`999${"0".repeat(digits)}`);
}

function toPages<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, page) => list.slice(page * size, (page + 1) * size));
}

/** The contract answers whatever it is asked: silence is an address book that is wrong. */
function there(answer: Hex | undefined): Hex {
  if (answer !== undefined) return answer;
  throw new ChainError("chain.contract", "There is no Numbers where the address book says; check it.");
}

function toPicture(uri: string): string | undefined {
  const json = /^data:application\/json;base64,([A-Za-z0-9+/=]+)$/.exec(uri)?.[1];
  if (json === undefined || json.length > longestPicture) return undefined;
  const { image } = parseJson(atob(json));
  return typeof image === "string" && image.startsWith("data:image/svg+xml;") ? image : undefined;
}

function parseJson(text: string): { readonly image?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch (cause) {
    throw malformed(cause);
  }
}

const functions = {
  MAX_COMMIT_AGE: AbiFunction.fromAbi(numbersAbi, "MAX_COMMIT_AGE"),
  areFree: AbiFunction.fromAbi(numbersAbi, "areFree"),
  balanceOf: AbiFunction.fromAbi(numbersAbi, "balanceOf"),
  commitmentOf: AbiFunction.fromAbi(numbersAbi, "commitmentOf"),
  credit: AbiFunction.fromAbi(numbersAbi, "credit"),
  fee: AbiFunction.fromAbi(numbersAbi, "fee"),
  lookup: AbiFunction.fromAbi(numbersAbi, "lookup"),
  minCommitAge: AbiFunction.fromAbi(numbersAbi, "minCommitAge"),
  range: AbiFunction.fromAbi(numbersAbi, "range"),
  tokenURI: AbiFunction.fromAbi(numbersAbi, "tokenURI"),
} as const;

type Functions = typeof functions;
type Name = keyof Functions;

function encode(to: AccountText, name: Name, args: readonly unknown[]): ContractRead {
  // The union of all functions takes no arguments that all of them take; each caller's are its own.
  const item: AbiFunction.AbiFunction = functions[name];
  return { to, data: AbiFunction.encodeData(item, args as never) };
}

function decode<N extends Name>(name: N, data: Hex): AbiFunction.decodeResult.ReturnType<Functions[N]> {
  return reading(
    () =>
      AbiFunction.decodeResult(functions[name], data) as AbiFunction.decodeResult.ReturnType<Functions[N]>,
  );
}

function decodeEntry(data: Hex) {
  // Accounts in the writing that they have everywhere else, so that they can be compared.
  const [entry] = reading(() =>
    AbiParameters.decode(functions.lookup.outputs, data, { checksumAddress: true }),
  );
  return entry;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw malformed(cause);
  }
}
