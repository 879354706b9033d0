import { hash } from "node:crypto";
import { recoverAddress } from "ox/Secp256k1";
import { fromHex } from "ox/Signature";
import { EtherlynkError } from "../../protocol/errors.ts";
import {
  digestDelegation,
  formatDelegation,
  type SignedDelegation,
} from "../../protocol/words/delegation.ts";
import type { ChainRpc } from "./chain-rpc.ts";

/** Whether a delegation was signed by its account: an EOA by its key, a smart account by asking it (ERC-1271). */
export interface WalletCheck {
  /**
   * @param address who asks: what is not known yet costs over a millisecond, and each address has a share of that
   * @throws ChainRpcError when the chain would have to say, and does not answer
   * @throws WalletCheckError when this address asks too often
   */
  isSigned(signed: SignedDelegation, address: string): Promise<boolean>;
}

export interface WalletCheckOptions {
  /** Without one, smart accounts are not believed. */
  readonly chain: ChainRpc | undefined;
  /** How many answers are remembered. */
  readonly remembered: number;
  /** How long a smart account's yes holds: it may change its owners. An EOA's holds for ever. */
  readonly contractMs: number;
  /** Checks of one address a second, once its burst is used up. */
  readonly checksPerSecond: number;
  readonly checksAtOnce: number;
  /** Milliseconds of the monotonic clock. */
  now(): number;
}

/**
 * Recovering a key takes over a millisecond and a chain's answer much longer, while a device shows the same
 * delegation every few minutes: what was found true is remembered.
 */
export function createWalletCheck(options: WalletCheckOptions): WalletCheck {
  const { chain, remembered, contractMs, now } = options;
  const known = new Map<string, number>();
  /** Until when what an address has asked for is paid off. */
  const meters = new Map<string, number>();
  return {
    async isSigned(signed, address) {
      const name = hash("sha256", formatDelegation(signed), "base64url");
      if (isKnown(name)) return true;
      if (!mayAsk(address)) throw new WalletCheckError();
      const digest = digestDelegation(signed.delegation, signed.chainId);
      if (isSignedByKey(signed, digest)) return remember(name, Number.POSITIVE_INFINITY);
      if (chain === undefined) return false;
      const accepted = await chain.isValidSignature(signed.delegation.account, digest, signed.signature);
      return accepted && remember(name, now() + contractMs);
    },
  };

  function mayAsk(address: string): boolean {
    const price = 1_000 / options.checksPerSecond;
    const time = now();
    if (meters.size >= METERS) {
      for (const [one, until] of meters) if (until <= time) meters.delete(one);
    }
    const until = Math.max(meters.get(address) ?? 0, time);
    if (until + price > time + price * options.checksAtOnce) return false;
    if (meters.size < METERS || meters.has(address)) meters.set(address, until + price);
    return true;
  }

  function isKnown(name: string): boolean {
    const until = known.get(name);
    if (until === undefined) return false;
    known.delete(name);
    if (until <= now()) return false;
    // Behind all others: the one not asked for the longest is forgotten first.
    known.set(name, until);
    return true;
  }

  function remember(name: string, until: number): true {
    known.set(name, until);
    if (known.size > remembered) {
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    }
    return true;
  }
}

/** Addresses whose meters are kept; more at a time are not counted, for they are a crowd and not one. */
const METERS = 10_000;

function isSignedByKey({ delegation, signature }: SignedDelegation, digest: `0x${string}`): boolean {
  // 65 bytes; a longer one can only be a smart account's.
  if (signature.length !== 2 + 2 * 65) return false;
  try {
    const signer = recoverAddress({ payload: digest, signature: fromHex(signature) });
    return signer.toLowerCase() === delegation.account.toLowerCase();
  } catch {
    // The library's way to say that no key makes this signature.
    return false;
  }
}

class WalletCheckError extends EtherlynkError {
  constructor() {
    super("wallet.busy", "Too many devices of your address sign in at once. Try again in a few seconds.");
  }
}
