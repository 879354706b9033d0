import { webcrypto } from "node:crypto";
import { fromJwk, type P256Key, toJwk } from "../../protocol/words/p256-key.ts";
import type { NodeKey } from "../node-key.ts";

const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

export function toP256Key({ publicJwk }: NodeKey): P256Key {
  const key = fromJwk(publicJwk);
  if (key === undefined) throw new Error("A node's key is on P-256.");
  return key;
}

export async function signWith({ privateKey }: NodeKey, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.sign(ES256, privateKey, bytes));
}

/** False also for a key that is no point of the curve. */
export async function isSignedBy(key: P256Key, signature: Uint8Array, bytes: Uint8Array): Promise<boolean> {
  try {
    const imported = await webcrypto.subtle.importKey("jwk", { ...toJwk(key) }, P256, false, ["verify"]);
    return await webcrypto.subtle.verify(ES256, imported, signature, bytes);
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
