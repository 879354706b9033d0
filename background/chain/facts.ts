import * as AbiFunction from "ox/AbiFunction";
import * as AbiParameters from "ox/AbiParameters";
import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { ChainError, type Head, type Hex } from "./chain.ts";
import { malformed } from "./json-rpc.ts";
import { isNormal } from "./normalise-name.ts";
import { type Answer, nobody } from "./question.ts";

/** What one chain answered, and how it came to us. */
export interface Seen {
  readonly entry: ChainEntry;
  readonly answer: Answer;
  readonly head: Head;
  readonly witnesses: number;
  /** A gateway had a say in it (EIP-3668). */
  readonly isOffchain: boolean;
}

/** An answer read to the end: what contracts said, decoded; names only where they are spelt as names are. */
export interface Facts extends Seen {
  readonly name: string | undefined;
  readonly number: NumberFacts | undefined;
  readonly client: ClientFacts | undefined;
}

export type NumberFacts = ReturnType<typeof decodeNumber>;
export type ClientFacts = ReturnType<typeof decodeClient>;

/**
 * @throws ChainError where a contract's answer cannot be read
 */
export async function toFacts(seen: Seen): Promise<Facts> {
  const { answer, entry } = seen;
  // Both contracts answer whatever they are asked: silence is an address book that is wrong, and not "nobody".
  const isNumberMissing = answer.number > 0n && answer.numberEntry === "0x" && entry.numbers !== undefined;
  const isClientMissing = answer.account !== nobody && answer.client === "0x" && entry.clients !== undefined;
  if (isNumberMissing || isClientMissing) {
    throw new ChainError(
      "chain.contract",
      `On ${entry.name} there is no ${isNumberMissing ? "Numbers" : "Clients"} where the address book says; check it.`,
    );
  }
  try {
    return {
      ...seen,
      name: (await isNormal(answer.name)) ? answer.name : undefined,
      number: answer.numberEntry === "0x" ? undefined : decodeNumber(answer.numberEntry),
      client: answer.client === "0x" ? undefined : decodeClient(answer.client),
    };
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Whether anybody has this number on this chain. */
export function isClaimed({ number }: Facts): boolean {
  return number !== undefined && number.owner !== nobody;
}

function decodeNumber(data: Hex) {
  const [number] = AbiParameters.decode(lookupNumber.outputs, data, checked);
  return number;
}

function decodeClient(data: Hex) {
  const [client] = AbiParameters.decode(lookupClient.outputs, data, checked);
  return client;
}

// Accounts in the writing that they have everywhere else, so that they can be compared.
const checked = { checksumAddress: true } as const;
const lookupNumber = AbiFunction.fromAbi(numbersAbi, "lookup");
const lookupClient = AbiFunction.fromAbi(clientsAbi, "lookup");
