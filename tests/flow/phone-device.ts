import { fromPublicKey } from "ox/Address";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import type { DeviceKeys } from "../../background/identity/device-keys.ts";
import { type AccountText, parseAccount } from "../../protocol/number/address.ts";
import { type Delegation, digestDelegation, toScopeBits } from "../../protocol/words/delegation.ts";
import { fromJwk, type P256Key } from "../../protocol/words/p256-key.ts";

/** A wallet that allows devices, as a person has one. */
export interface Person {
  readonly account: AccountText;
  device(over?: Partial<Delegation>, chainId?: number): Promise<DeviceKeys>;
}

export function createPerson(privateKey = randomPrivateKey()): Person {
  const account = parseAccount(fromPublicKey(getPublicKey({ privateKey })));
  return {
    account,
    async device(over = {}, chainId = 1) {
      const [signing, sealing] = [await createPair("ECDSA"), await createPair("ECDH")];
      const issued = Math.floor(Date.now() / 1_000);
      const delegation: Delegation = {
        account,
        signKey: await publicKeyOf(signing),
        sealKey: await publicKeyOf(sealing),
        scopes: toScopeBits(["register", "invite", "answer", "message"]),
        accountEpoch: 0,
        issued,
        expiry: issued + 3_600,
        ...over,
      };
      const signature = toHex(sign({ payload: digestDelegation(delegation, chainId), privateKey }));
      return {
        signKey: signing.privateKey,
        sealKey: sealing.privateKey,
        delegation: { delegation, chainId, signature },
      };
    },
  };
}

async function createPair(name: "ECDSA" | "ECDH"): Promise<CryptoKeyPair> {
  const uses: KeyUsage[] = name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
  return (await crypto.subtle.generateKey({ name, namedCurve: "P-256" }, false, uses)) as CryptoKeyPair;
}

async function publicKeyOf({ publicKey }: CryptoKeyPair): Promise<P256Key> {
  const key = fromJwk(await crypto.subtle.exportKey("jwk", publicKey));
  if (key === undefined) throw new Error("This key is on P-256.");
  return key;
}
