import { fromBytes, toBytes } from "ox/Base64";

/** Bytes as base64url without padding (RFC 4648 §5, RFC 7515 §2). */
export function formatBase64Url(bytes: Uint8Array): string {
  return fromBytes(bytes, { url: true, pad: false });
}

/**
 * Reads base64url without padding, in its one canonical form: no other letters, no white space, no bits left
 * over (RFC 4648 §3.5), so that equal bytes have equal texts. `undefined` where it is not.
 */
export function parseBase64Url(text: string, maxBytes: number): Uint8Array | undefined {
  if (text.length > Math.ceil((maxBytes * 4) / 3) || text.length % 4 === 1) return undefined;
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Uint8Array.from(toBytes(text));
  return formatBase64Url(bytes) === text ? bytes : undefined;
}
