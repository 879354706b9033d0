/** Bytes as WebCrypto and IndexedDB take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * What a sealed text is, beside the text itself: kind, vault, table, id, version. It is bound to the box (the
 * additional data of AES-GCM), so that a box opens only where it was put.
 */
export type Label = readonly (string | number | null)[];

/** A random nonce of 96 bits (NIST SP 800-38D §8.2.2): good for 2^32 boxes of one key. */
const nonceBytes = 12;
const tagBytes = 16;

/** A box: the nonce, then what AES-GCM made, its tag last. */
export async function seal(key: CryptoKey, label: Label, text: string): Promise<Bytes> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: bytesOfLabel(label) },
    key,
    encoder.encode(text),
  );
  const box = new Uint8Array(nonceBytes + sealed.byteLength);
  box.set(nonce);
  box.set(new Uint8Array(sealed), nonceBytes);
  return box;
}

/** The text in a box; `undefined` where key, label or box are not the ones it was sealed with. */
export async function unseal(key: CryptoKey, label: Label, box: unknown): Promise<string | undefined> {
  if (!isBytes(box) || box.length <= nonceBytes) return undefined;
  const algorithm = {
    name: "AES-GCM",
    iv: box.subarray(0, nonceBytes),
    additionalData: bytesOfLabel(label),
  };
  const opened = await crypto.subtle.decrypt(algorithm, key, box.subarray(nonceBytes)).catch(asUndefined);
  return opened && decoder.decode(opened);
}

/** Whether two boxes are one and the same, by their nonce and tag: no two sealings have both alike. */
export function isSameBox(one: unknown, other: unknown): boolean {
  if (!isBytes(one) || !isBytes(other)) return one === other;
  if (one.length !== other.length) return false;
  for (let at = 0; at < nonceBytes; at += 1) if (one[at] !== other[at]) return false;
  for (let at = one.length - tagBytes; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

export function bytesOfLabel(label: Label): Bytes {
  return encoder.encode(JSON.stringify(label));
}

/** Across realms (`instanceof` fails for what another window made), and from a database that may hold anything. */
function isBytes(value: unknown): value is Bytes {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** WebCrypto says OperationError for any box that does not open, and nothing more, as it should. */
function asUndefined(error: unknown): undefined {
  if (error instanceof Error && error.name === "OperationError") return undefined;
  throw error;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
