import type { DeviceId } from "../../protocol/ids.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import type { SignedDelegation } from "../../protocol/words/delegation.ts";
import { type P256Key, thumbprint, toJwk } from "../../protocol/words/p256-key.ts";

/** This device: its two private keys, which nobody can read, and the wallet's word that it may act. */
export interface DeviceKeys {
  /** ECDSA on P-256, for `sign`. */
  readonly signKey: CryptoKey;
  /** ECDH on P-256, for `deriveBits`. */
  readonly sealKey: CryptoKey;
  readonly delegation: SignedDelegation;
}

const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;

export function accountOf({ delegation }: DeviceKeys): AccountText {
  return delegation.delegation.account;
}

/** By which a device is known among all: the thumbprint of its signing key. */
export function deviceIdOf({ delegation }: SignedDelegation): DeviceId {
  return thumbprint(delegation.signKey) as DeviceId;
}

/** r and s, 64 bytes (ES256, RFC 7518 §3.4). */
export async function signAsDevice(device: DeviceKeys, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ES256, device.signKey, new Uint8Array(bytes)));
}

/** Whether this key made the signature; a key that is no point of the curve made none. */
export async function isSignedByDevice(
  key: P256Key,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  try {
    const imported = await crypto.subtle.importKey("jwk", { ...toJwk(key) }, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(ES256, imported, new Uint8Array(signature), new Uint8Array(bytes));
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
