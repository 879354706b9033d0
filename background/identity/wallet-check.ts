import { recoverAddress } from "ox/Secp256k1";
import { fromHex } from "ox/Signature";
import {
  digestDelegation,
  formatDelegation,
  type SignedDelegation,
} from "../../protocol/words/delegation.ts";
import { hashBody } from "../../protocol/words/passport.ts";

/** Whether a delegation was signed by its account. */
export interface WalletCheck {
  isSigned(signed: SignedDelegation): Promise<boolean>;
}

/** Asks a smart account about a signature (ERC-1271); false too where nobody can be asked. */
export type AskAccount = (
  account: `0x${string}`,
  digest: `0x${string}`,
  signature: `0x${string}`,
) => Promise<boolean>;

/** People somebody talks to in a day; recovering a key takes over a millisecond. */
const mostRemembered = 500;

/** What was recovered once is remembered: a key's signature stays true. A smart account is asked each time. */
export function createWalletCheck(ask: AskAccount = () => Promise.resolve(false)): WalletCheck {
  const known = new Set<string>();
  return {
    async isSigned(signed) {
      const name = hashBody(formatDelegation(signed));
      if (known.has(name)) return true;
      const digest = digestDelegation(signed.delegation, signed.chainId);
      if (!isSignedByKey(signed, digest)) return ask(signed.delegation.account, digest, signed.signature);
      if (known.size >= mostRemembered) known.clear();
      known.add(name);
      return true;
    },
  };
}

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
