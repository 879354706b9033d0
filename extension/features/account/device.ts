import type { DeviceKeys } from "../../../background/identity/device-keys.ts";
import type { Store } from "../../../background/store/store.ts";
import {
  DelegationError,
  formatDelegation,
  parseDelegation,
  type SignedDelegation,
} from "../../../protocol/words/delegation.ts";
import { fromJwk, type P256Key } from "../../../protocol/words/p256-key.ts";

/** The two keys of this device; nothing gets their private halves out of the browser. */
export interface DeviceKeyPairs {
  readonly signKey: KeyOfDevice;
  readonly sealKey: KeyOfDevice;
}

interface KeyOfDevice {
  readonly private: CryptoKey;
  readonly public: P256Key;
}

export interface StoredDevice {
  readonly device: DeviceKeys;
  readonly instance: string;
}

const [signName, sealName, setting] = ["device.sign", "device.seal", "account"];

export async function createDeviceKeys(): Promise<DeviceKeyPairs> {
  const [signKey, sealKey] = await Promise.all([
    createKey("ECDSA", ["sign"]),
    createKey("ECDH", ["deriveBits"]),
  ]);
  return { signKey, sealKey };
}

/** The device that was signed in, as far as all of it is there. */
export async function readDevice({ keys, settings }: Store): Promise<StoredDevice | undefined> {
  const [stored, signKey, sealKey] = await Promise.all([
    settings.get(setting),
    keys.get(signName),
    keys.get(sealName),
  ]);
  const { delegation, instance } = toFields(stored?.value);
  const signed = readSigned(delegation);
  if (signed === undefined || typeof instance !== "string") return undefined;
  if (!(signKey instanceof CryptoKey) || !(sealKey instanceof CryptoKey)) return undefined;
  return { device: { signKey, sealKey, delegation: signed }, instance };
}

export async function writeDevice(
  { keys, settings }: Store,
  made: { pairs: DeviceKeyPairs; signed: SignedDelegation; instance: string | undefined },
): Promise<StoredDevice> {
  const { pairs, signed, instance = crypto.randomUUID() } = made;
  await keys.put(signName, pairs.signKey.private);
  await keys.put(sealName, pairs.sealKey.private);
  // Last: without it there is no device.
  await settings.put(setting, { value: { delegation: formatDelegation(signed), instance } });
  const device = { signKey: pairs.signKey.private, sealKey: pairs.sealKey.private, delegation: signed };
  return { device, instance };
}

async function createKey(name: "ECDSA" | "ECDH", uses: readonly KeyUsage[]): Promise<KeyOfDevice> {
  const algorithm = { name, namedCurve: "P-256" };
  const pair = (await crypto.subtle.generateKey(algorithm, false, [...uses])) as CryptoKeyPair;
  const key = fromJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
  if (key === undefined) throw new Error("A key made on P-256 is on P-256.");
  return { private: pair.privateKey, public: key };
}

function toFields(value: unknown): { readonly delegation?: unknown; readonly instance?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}

function readSigned(text: unknown): SignedDelegation | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return parseDelegation(text);
  } catch (error) {
    if (error instanceof DelegationError) return undefined;
    throw error;
  }
}
