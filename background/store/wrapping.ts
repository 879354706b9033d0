import type { WrapRow } from "./database.ts";
import { type Bytes, bytesOfLabel } from "./sealing.ts";
import { StoreError } from "./store-error.ts";

export type NewWrap = Pick<WrapRow, "id" | "kind" | "vault" | "created" | "details">;

/** What a master key becomes when it is unwrapped: the root of all others, or something to be wrapped anew. */
type Use = "derive" | "wrap";

const nonceBytes = 12;

/** A key that wraps, such as a device's. Phrases and passkeys derive theirs elsewhere, for the same two uses. */
export function createWrappingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** 256 random bits, which only this key holds until they are wrapped. */
export function createMaster(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
}

/** Seals the master key; which vault and which way of unlocking it is for is bound to the box. */
export async function wrapMaster(master: CryptoKey, key: CryptoKey, wrap: NewWrap): Promise<WrapRow> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.wrapKey("raw", master, key, toAlgorithm(nonce, wrap));
  const box = new Uint8Array(nonceBytes + sealed.byteLength);
  box.set(nonce);
  box.set(new Uint8Array(sealed), nonceBytes);
  return { ...wrap, box };
}

/** @throws WrapRefusedError where this key does not open this wrap */
export async function unwrapMaster(wrap: WrapRow, key: CryptoKey, use: Use): Promise<CryptoKey> {
  const nonce = wrap.box.subarray(0, nonceBytes);
  const sealed = wrap.box.subarray(nonceBytes);
  const [as, extractable, uses]: [string, boolean, KeyUsage[]] =
    use === "derive" ? ["HKDF", false, ["deriveKey"]] : ["AES-GCM", true, ["encrypt"]];
  try {
    return await crypto.subtle.unwrapKey("raw", sealed, key, toAlgorithm(nonce, wrap), as, extractable, uses);
  } catch (cause) {
    throw new WrapRefusedError({ cause });
  }
}

function toAlgorithm(iv: Bytes, { vault, id, kind }: NewWrap) {
  return { name: "AES-GCM", iv, additionalData: bytesOfLabel(["etherlynk wrap 1", vault, id, kind]) };
}

export class WrapRefusedError extends StoreError {
  constructor(options?: { cause?: unknown }) {
    super("store.wrap-refused", "This does not unlock this vault. Try another way of unlocking it.", options);
  }
}
