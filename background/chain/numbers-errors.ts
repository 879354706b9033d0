import * as AbiError from "ox/AbiError";
import { checksum } from "ox/Address";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { formatNumber, fromTokenId, NumberError } from "../../protocol/number/number.ts";
import type { Hex } from "./chain.ts";

/**
 * What a contract said as it refused, in words; what is not the Numbers' own is a plain refusal.
 *
 * @example
 * refusalInWords("0x…") // "+999 1234 is somebody's already."
 */
export function refusalInWords(data: Hex | undefined): string {
  const error = errors.find(one => data?.startsWith(AbiError.getSelector(one)));
  if (error === undefined || data === undefined) return plain;
  const say = sentences[error.name];
  return say?.(argumentOf(error, data)) ?? plain;
}

/** Whether the contract asks for nothing but a little more time. */
export function isTooEarly(data: Hex | undefined): boolean {
  const error = errors.find(({ name }) => name === "CommittedTooRecently");
  return error !== undefined && data?.startsWith(AbiError.getSelector(error)) === true;
}

const plain = "The contract would refuse this. Nothing was sent; look again at how things stand now.";

type Say = (argument: unknown) => string;

const notYours: Say = () => "This number is not the account's any more, so it cannot change it.";
const taken: Say = id => `${inWords(id)} is somebody's already.`;

/** By the error's name; each is given the first thing that the error names. */
const sentences: Readonly<Record<string, Say>> = {
  NotOwner: notYours,
  NotOwnerNorApproved: notYours,
  TransferFromIncorrectOwner: notYours,
  TokenDoesNotExist: () => "Nobody has this number.",
  NumberTaken: taken,
  TokenAlreadyExists: taken,
  NotANumber: () => "This is no number: it is +999 and 4 to 12 digits.",
  WrongCount: () => "A claim is of 1 to 50 numbers.",
  NotCommitted: () =>
    "The chain holds no commitment of this account to these numbers: a later one has taken its place. Begin anew.",
  CommittedTooRecently: () =>
    "The newest block is older than the commitment's wait. With one of the next blocks it can be opened; this is looked at again by itself.",
  CommittedTooLongAgo: () => "The commitment is older than a day, and holds no more. Begin anew.",
  WrongPayment: () => "The price has changed meanwhile. Look at it again.",
  NoPrice: () => "A price is above 0.",
  NotListed: () => "The number is not for sale any more.",
  TextTooLong: () => "One of the texts is too long.",
  NothingDue: () => "There is nothing to pay out.",
  PaymentRefused: to => `${typeof to === "string" ? checksum(to as Hex) : "The account"} takes no payments.`,
  TransferToZeroAddress: () => "That account is nobody's: the number would be lost for ever.",
  TransferToNonERC721ReceiverImplementer: () =>
    "That account is a contract that cannot hold numbers: this one would be lost in it.",
  TooMuchCredit: () => "The seller has to take out earlier earnings first.",
  EpochsUsedUp: () => "This number has been moved too often to be moved again.",
};

const errors = numbersAbi
  .filter(item => item.type === "error")
  .map(item => AbiError.from(item as AbiError.AbiError));

function argumentOf(error: AbiError.AbiError, data: Hex): unknown {
  try {
    const value: unknown = AbiError.decode(error, data);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    // Cut short by a server: the sentence does without it.
    return undefined;
  }
}

function inWords(id: unknown): string {
  if (typeof id !== "bigint") return "One of the numbers";
  try {
    return formatNumber(fromTokenId(id));
  } catch (error) {
    if (error instanceof NumberError) return "One of the numbers";
    throw error;
  }
}
