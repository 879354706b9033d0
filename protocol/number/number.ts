import { EtherlynkError } from "../errors.ts";

/** A number in its one written form: `+999` and 4 to 12 digits. Made by `parseNumber` and `fromTokenId` only. */
export type NumberText = `+999${string}`;

/** Digits behind `+999`: short numbers are few and dear; 15 in all is what E.164 §6.2 allows. */
const DIGITS = { least: 4, most: 12 } as const;
const CANONICAL = /^\+999[0-9]{4,12}$/;

// RFC 3966 §5.1.1 visual separators, and the spaces people type or paste.
const SEPARATORS = /[ \u00a0\u202f.()-]/g;
const LONGEST_TEXT = 40;

/** True for the one written form. */
export function isNumber(value: unknown): value is NumberText {
  return typeof value === "string" && CANONICAL.test(value);
}

/**
 * Reads a number as people write it: with or without the plus, in groups or not.
 *
 * @example
 * parseNumber("+999 1234-5678") // "+99912345678"
 * @throws NumberError
 */
export function parseNumber(text: string): NumberText {
  const joined = text.length > LONGEST_TEXT ? "" : text.replace(SEPARATORS, "");
  const number = joined.startsWith("+") ? joined : `+${joined}`;
  if (isNumber(number)) return number;
  throw new NumberError(
    "number.parse",
    `A number is +999 and ${DIGITS.least} to ${DIGITS.most} digits, as in +999 1234 5678.`,
  );
}

/** The ERC-721 token of a number: the integer of all its digits, 999 included. */
export function toTokenId(number: NumberText): bigint {
  return BigInt(number.slice(1));
}

/**
 * The number of an ERC-721 token.
 *
 * @throws NumberError where the token is no number
 */
export function fromTokenId(tokenId: bigint): NumberText {
  const number = `+${tokenId}`;
  if (isNumber(number)) return number;
  throw new NumberError("number.token", "This token is not a telephone number of 999.");
}

/**
 * A number in groups, for people.
 *
 * @example
 * formatNumber("+9991234567890") // "+999 123 456 7890"
 */
export function formatNumber(number: NumberText): string {
  const digits = number.slice(4);
  let at = 0;
  const groups = (GROUPS[digits.length] ?? [digits.length]).map(size => {
    at += size;
    return digits.slice(at - size, at);
  });
  return ["+999", ...groups].join(" ");
}

// By count of digits: groups of three and four, as telephone numbers are read out.
const GROUPS: Readonly<Record<number, readonly number[]>> = {
  4: [4],
  5: [2, 3],
  6: [3, 3],
  7: [3, 4],
  8: [4, 4],
  9: [3, 3, 3],
  10: [3, 3, 4],
  11: [3, 4, 4],
  12: [4, 4, 4],
};

export class NumberError extends EtherlynkError {}
