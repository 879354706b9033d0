import { fromJwk, type P256Key, toJwk } from "../../protocol/words/p256-key.ts";
import type { DeviceKeys } from "./device-keys.ts";

/**
 * What seals between this device and others are made of, as far as it can be known before there is something to seal:
 * a call waits for every one of these steps between the answer and the first word.
 */
export interface SealSecrets {
  /** A key for one seal, made ahead. */
  fresh(): Promise<FreshKey>;
  /** Of our key and theirs: the same for every seal between the two. */
  between(peer: P256Key): Promise<Uint8Array>;
  importPublic(key: P256Key): Promise<CryptoKey>;
}

export interface FreshKey {
  readonly secret: CryptoKey;
  readonly public: P256Key;
}

const P256 = { name: "ECDH", namedCurve: "P-256" } as const;
/** People one talks to at once, many times over. */
const mostKnown = 32;

export function createSealSecrets(device: DeviceKeys): SealSecrets {
  const known = new Map<string, { key: Promise<CryptoKey>; secret: Promise<Uint8Array> }>();
  let next: Promise<FreshKey> | undefined;
  const ahead = () => {
    const made = createFresh();
    // Whoever takes it hears of a failure.
    made.catch(() => undefined);
    return made;
  };
  const knownOf = (peer: P256Key) => {
    const name = `${peer.x}${peer.y}`;
    const found = known.get(name);
    if (found) return found;
    const key = importPublic(peer);
    const made = { key, secret: key.then(theirs => derive(device.sealKey, theirs)) };
    made.secret.catch(() => known.delete(name));
    if (known.size >= mostKnown) known.clear();
    known.set(name, made);
    return made;
  };
  return {
    fresh() {
      const taken = next ?? createFresh();
      next = ahead();
      return taken;
    },
    between: peer => knownOf(peer).secret,
    importPublic: key => knownOf(key).key,
  };
}

/** @throws DOMException where the point is not on the curve */
export function importPublic(key: P256Key): Promise<CryptoKey> {
  return crypto.subtle.importKey("jwk", { ...toJwk(key) }, P256, false, []);
}

export async function derive(own: CryptoKey, theirs: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own, 256));
}

async function createFresh(): Promise<FreshKey> {
  const pair = (await crypto.subtle.generateKey(P256, true, ["deriveBits"])) as CryptoKeyPair;
  const key = fromJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
  if (key === undefined) throw new Error("A key made on P-256 is on P-256.");
  return { secret: pair.privateKey, public: key };
}
