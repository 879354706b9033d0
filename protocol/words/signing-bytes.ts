import type { ByteText } from "../sip/message.ts";

/**
 * The bytes a key signs over several texts: a label that no other word uses, then each text with its length
 * before it (32 bits), so that no two lists of texts give the same bytes.
 */
export function signingBytes(label: string, texts: readonly ByteText[]): Uint8Array {
  const parts = [label, ...texts];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(bytesOf(part), at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

/** The bytes of a ByteText. A character beyond one byte is a bug of the caller: it would be signed as another. */
export function bytesOf(text: ByteText): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new Error("This text holds characters; turn it into bytes with toByteText first.");
    bytes[i] = code;
  }
  return bytes;
}
