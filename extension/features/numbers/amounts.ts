import { EtherlynkError } from "../../../protocol/errors.ts";

const decimals = 18;

/**
 * Wei in words, with as many digits as are worth reading and never less than it is.
 *
 * @example
 * amountInWords("300000000000000", "ETH") // "0.0003 ETH"
 */
export function amountInWords(wei: string, currency: string): string {
  const amount = BigInt(wei);
  const step = 10n ** BigInt(Math.max(amount.toString().length - significant, 0));
  const rounded = ((amount + step - 1n) / step) * step;
  return `${toDecimal(rounded)} ${currency}`;
}

/** The same to the last digit: what is going to be paid exactly. */
export function exactAmount(wei: string, currency: string): string {
  return `${toDecimal(BigInt(wei))} ${currency}`;
}

/**
 * Reads an amount as people write it, with or without the currency behind it.
 *
 * @example
 * parseAmount("1.5", "ETH") // "1500000000000000000"
 * @throws AmountError
 */
export function parseAmount(text: string, currency: string): string {
  const written = text.trim();
  const isNamed = written.toUpperCase().endsWith(currency.toUpperCase());
  const amount = isNamed ? written.slice(0, written.length - currency.length).trimEnd() : written;
  const found = /^([0-9]{1,10})(?:[.,]([0-9]{1,18}))?$/.exec(amount);
  if (found === null) throw new AmountError();
  const [, whole = "0", part = ""] = found;
  return String(BigInt(whole) * 10n ** BigInt(decimals) + BigInt(part.padEnd(decimals, "0")));
}

const significant = 5;

function toDecimal(amount: bigint): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const part = digits.slice(-decimals).replace(/0+$/, "");
  const whole = digits.slice(0, -decimals);
  return part === "" ? whole : `${whole}.${part}`;
}

export class AmountError extends EtherlynkError {
  constructor() {
    super("numbers.amount", "An amount is digits with a point, as in 0.25, and at most 18 digits behind it.");
  }
}
