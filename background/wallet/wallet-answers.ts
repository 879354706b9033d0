import { type AccountText, AddressError, parseAccount } from "../../protocol/number/address.ts";
import { WalletError } from "./wallet-error.ts";

const mostAccounts = 100;
/** An ERC-6492 signature carries a factory call and a passkey's answer: some 1.5 KB. */
const mostSignatureBytes = 2_048;
const mostChainId = Number.MAX_SAFE_INTEGER;

/** @throws WalletError where it is no list of accounts */
export function readAccounts(value: unknown): readonly AccountText[] {
  if (!Array.isArray(value) || value.length > mostAccounts) throw new WalletError("answer");
  return value.map(readAccount);
}

/** Decimal text has been seen too, but EIP-695 has hexadecimal only. */
export function readChainId(value: unknown): number {
  const id = typeof value === "string" && /^0x[0-9a-f]{1,14}$/i.test(value) ? Number(value) : 0;
  if (id < 1 || id > mostChainId) throw new WalletError("answer");
  return id;
}

export function readSignature(value: unknown): `0x${string}` {
  if (
    typeof value === "string" &&
    value.length <= 2 + 2 * mostSignatureBytes &&
    /^0x(?:[0-9a-f]{2})+$/i.test(value)
  )
    return value as `0x${string}`;
  throw new WalletError("answer");
}

export function readHash(value: unknown): `0x${string}` {
  if (typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value)) return value as `0x${string}`;
  throw new WalletError("answer");
}

function readAccount(value: unknown): AccountText {
  try {
    // Wallets write accounts in any case; what is wrong in its capitals is another's.
    return parseAccount(String(value));
  } catch (cause) {
    if (cause instanceof AddressError) throw new WalletError("answer", { cause });
    throw cause;
  }
}
