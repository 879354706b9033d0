import { fromHex, toHex } from "ox/Bytes";
import type { ByteText } from "../../protocol/sip/message.ts";
import { sipLimits } from "../../protocol/sip/text-limits.ts";
import { formatBase64Url, parseBase64Url } from "../../protocol/words/base64url.ts";
import type { P256Key } from "../../protocol/words/p256-key.ts";
import { bytesOf, signingBytes } from "../../protocol/words/signing-bytes.ts";
import type { DeviceKeys } from "./device-keys.ts";
import { createSealSecrets, derive, importPublic, type SealSecrets } from "./seal-secrets.ts";

/** The body that two phones exchange: nodes see that something is said, and no addresses. */
export const sealedMediaType = "application/etherlynk-sealed";

/** What a sealed body says. */
export interface PlainBody {
  readonly mediaType: string;
  readonly body: ByteText;
}

/** Between whom, and in which message. Opens nowhere else. */
export interface Sealing {
  readonly device: DeviceKeys;
  readonly peer: P256Key;
  /** Call, direction and message, each text as both sides know it. */
  readonly place: readonly ByteText[];
  /** What is known beforehand, where there is more than one seal to make or open. */
  readonly secrets?: SealSecrets;
}

const KEY_BYTES = 64;
const VERSION = 1;

/**
 * Seals to the other device's key, from ours. In the manner of HPKE's Auth mode (RFC 9180 §5.1.3, §4.1): the secret is
 * of a fresh key and theirs, and of our key and theirs, so that only they can read it, and know that only we can have
 * written it. The key is used once, so that its nonce comes with it.
 */
export async function sealBody(sealing: Sealing, plain: PlainBody): Promise<ByteText> {
  const { device, peer, place, secrets = createSealSecrets(device) } = sealing;
  const own = device.delegation.delegation.sealKey;
  const [fresh, theirs, between] = await Promise.all([
    secrets.fresh(),
    secrets.importPublic(peer),
    secrets.between(peer),
  ]);
  const freshPublic = fresh.public;
  const both = [await derive(fresh.secret, theirs), between];
  const { key, iv } = await toKey(both, toInfo({ fresh: freshPublic, from: own, to: peer, place }));
  const text = bytesOf(`${plain.mediaType}\r\n${plain.body}`);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new Uint8Array(text));
  return formatBase64Url(
    Uint8Array.of(VERSION, ...fromHex(freshPublic.x), ...fromHex(freshPublic.y), ...new Uint8Array(sealed)),
  );
}

/** `undefined` where it was not sealed by this peer, to us, for this place. */
export async function openBody(sealing: Sealing, text: ByteText): Promise<PlainBody | undefined> {
  const { device, peer, place, secrets = createSealSecrets(device) } = sealing;
  const bytes = parseBase64Url(text, sipLimits.messageBytes);
  if (bytes === undefined || bytes.length <= 1 + KEY_BYTES || bytes[0] !== VERSION) return undefined;
  const fresh: P256Key = { x: toHex(bytes.subarray(1, 33)), y: toHex(bytes.subarray(33, 65)) };
  const own = device.delegation.delegation.sealKey;
  try {
    const both = await Promise.all([
      importPublic(fresh).then(theirs => derive(device.sealKey, theirs)),
      secrets.between(peer),
    ]);
    const { key, iv } = await toKey(both, toInfo({ fresh, from: peer, to: own, place }));
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv },
      key,
      new Uint8Array(bytes.subarray(1 + KEY_BYTES)),
    );
    return toPlain(new Uint8Array(opened));
  } catch (error) {
    // WebCrypto's way to say that a point is not on the curve, or that the seal is broken.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

interface Info {
  readonly fresh: P256Key;
  readonly from: P256Key;
  readonly to: P256Key;
  readonly place: readonly ByteText[];
}

function toInfo({ fresh, from, to, place }: Info): Uint8Array {
  const keys = [fresh, from, to].map(({ x, y }) => `${x}${y}`);
  return signingBytes("etherlynk sealed body 1", [...keys, ...place]);
}

async function toKey(
  secrets: readonly Uint8Array[],
  info: Uint8Array,
): Promise<{ key: CryptoKey; iv: Uint8Array<ArrayBuffer> }> {
  const secret = new Uint8Array(secrets.flatMap(part => [...part]));
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new Uint8Array(info) };
  const bits = new Uint8Array(await crypto.subtle.deriveBits(hkdf, base, (32 + 12) * 8));
  const key = await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return { key, iv: bits.slice(32) };
}

function toPlain(bytes: Uint8Array): PlainBody | undefined {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const end = text.indexOf("\r\n");
  return end < 0 ? undefined : { mediaType: text.slice(0, end), body: text.slice(end + 2) };
}
