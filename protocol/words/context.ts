import { checksum } from "ox/Address";
import type { Hex } from "ox/Hex";
import { EtherlynkError } from "../errors.ts";
import type { AccountText } from "../number/address.ts";
import { fromByteText, toByteText } from "../sip/byte-text.ts";
import type { ByteText } from "../sip/message.ts";
import { CanonicalError, formatCanonical, parseCanonical } from "./canonical-json.ts";
import { structHashOf, type TypedField, type TypedWord } from "./typed-word.ts";

/**
 * The business transaction a call is about. At least one of `transaction`, `order` and `contract` says what it
 * is; title and amount are the page's words about it, shown as such and never believed.
 */
export interface Context {
  readonly chainId: number;
  /** Hash of a transaction on the chain, in lower case. */
  readonly transaction?: Hex;
  /** The site's own id of the order, where there is no transaction yet. */
  readonly order?: string;
  readonly contract?: AccountText;
  /** What is called there: `transfer(address,uint256)`, or a selector `0xa9059cbb`. */
  readonly method?: string;
  /** The page it was started from: `https://app.example`. */
  readonly origin: string;
  readonly title?: string;
  readonly amount?: string;
}

/** The body of an INVITE that carries a context. */
export const contextMediaType = "application/etherlynk-context+json";

export const contextLimits = {
  /** An order id is a UUID or a composed key. */
  orderLength: 128,
  /** A function's signature with a dozen parameters. */
  methodLength: 256,
  /** A host has 255 characters at most; scheme and port come on top. */
  originLength: 270,
  /** One line on a call window. */
  titleLength: 120,
  /** An amount with 78 digits would be 2^256; people write less. */
  amountLength: 64,
  /** All of them at their longest, in JSON. */
  bytes: 4_096,
} as const;

/** A context as the body of a message: canonical JSON in UTF-8, one byte per character. */
export function formatContext(context: Context): ByteText {
  return toByteText(formatCanonical({ ...context }));
}

/**
 * Reads the body of a message.
 *
 * @throws ContextError
 */
export function parseContext(body: ByteText): Context {
  if (body.length > contextLimits.bytes) throw new ContextError();
  const text = fromByteText(body);
  if (text === undefined) throw new ContextError();
  try {
    const value = parseCanonical(text, contextLimits.bytes);
    if (isContext(value)) return value;
  } catch (cause) {
    if (cause instanceof CanonicalError) throw new ContextError({ cause });
    throw cause;
  }
  throw new ContextError();
}

/** A context's name: the EIP-712 hash of its struct, as receipts and contracts refer to it. */
export function hashContext(context: Context): Hex {
  return structHashOf(toContextWord(context));
}

/** The struct that words about a context hold (a receipt, for one), so that wallets show what it says. */
export function toContextWord(context: Context): TypedWord {
  return {
    primaryType: "Context",
    types: { Context: contextFields },
    message: {
      chainId: context.chainId,
      transaction: context.transaction ?? `0x${"0".repeat(64)}`,
      order: context.order ?? "",
      contractAddress: context.contract ?? `0x${"0".repeat(40)}`,
      method: context.method ?? "",
      origin: context.origin,
      title: context.title ?? "",
      amount: context.amount ?? "",
    },
  };
}

export const contextFields: readonly TypedField[] = [
  { name: "chainId", type: "uint256" },
  { name: "transaction", type: "bytes32" },
  { name: "order", type: "string" },
  { name: "contractAddress", type: "address" },
  { name: "method", type: "string" },
  { name: "origin", type: "string" },
  { name: "title", type: "string" },
  { name: "amount", type: "string" },
];

/**
 * Whether two calls are about the same business, which makes crossing calls one. A transaction is itself wherever
 * it is looked at; an order is one of a contract or site; a mere contract is the same business on one site.
 * Title and amount never count: each side's page words them. Two calls without context are about the same.
 */
export function isSameContext(a: Context | undefined, b: Context | undefined): boolean {
  return identityOf(a) === identityOf(b);
}

export function isContext(value: unknown): value is Context {
  if (typeof value !== "object" || value === null) return false;
  const it = value as Partial<Record<keyof Context, unknown>>;
  if (Object.keys(value).some(name => !MEMBERS.has(name))) return false;
  if (it.transaction === undefined && it.order === undefined && it.contract === undefined) return false;
  return (
    typeof it.chainId === "number" &&
    Number.isSafeInteger(it.chainId) &&
    it.chainId > 0 &&
    isMatch(it.transaction, /^0x[0-9a-f]{64}$/) &&
    isChecksummed(it.contract) &&
    isLine(it.order, contextLimits.orderLength) &&
    isLine(it.method, contextLimits.methodLength) &&
    isLine(it.title, contextLimits.titleLength) &&
    isLine(it.amount, contextLimits.amountLength) &&
    typeof it.origin === "string" &&
    isOrigin(it.origin)
  );
}

const MEMBERS: ReadonlySet<string> = new Set<keyof Context>([
  "chainId",
  "transaction",
  "order",
  "contract",
  "method",
  "origin",
  "title",
  "amount",
]);

function identityOf(context: Context | undefined): string {
  if (context === undefined) return "";
  const { chainId, transaction, order, method, origin } = context;
  const contract = context.contract?.toLowerCase();
  if (transaction !== undefined) return formatCanonical({ chainId, transaction });
  if (order !== undefined) return formatCanonical({ chainId, order, at: contract ?? origin });
  return formatCanonical({ chainId, contract, method, origin });
}

function isMatch(value: unknown, pattern: RegExp): boolean {
  return value === undefined || (typeof value === "string" && pattern.test(value));
}

/** In one writing only, so that equal contexts have equal texts. */
function isChecksummed(value: unknown): boolean {
  return value === undefined || (isMatch(value, /^0x[0-9a-fA-F]{40}$/) && checksum(String(value)) === value);
}

// Controls, line ends, halves of characters, and marks that turn the direction of what follows (RFC 9839, UTS #55).
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function isLine(value: unknown, longest: number): boolean {
  if (value === undefined) return true;
  return typeof value === "string" && value !== "" && value.length <= longest && !NOT_IN_A_LINE.test(value);
}

/** RFC 6454 §6.2 as browsers write it: scheme, host in lower case, port where it is not the scheme's own. */
function isOrigin(text: string): boolean {
  if (text.length > contextLimits.originLength) return false;
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?$/.test(
    text,
  );
}

export class ContextError extends EtherlynkError {
  constructor(options?: { cause?: unknown }) {
    super("context.parse", "What this call is about cannot be read.", options);
  }
}
