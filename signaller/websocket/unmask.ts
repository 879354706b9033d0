import { endianness } from "node:os";

/** Below this, making a view of 32-bit words costs more than it saves (measured on Node 24). */
const WORDS_FROM = 160;

/** The mask is read as it stands on the wire, big endian; words in memory are in the machine's order. */
const SWAP = endianness() === "LE";

/**
 * Undoes the client's mask in place (RFC 6455 §5.3). Long payloads are done a 32-bit word at a time, with the
 * mask turned to where the first whole word of memory begins.
 */
export function unmask(payload: Buffer, mask: number): void {
  const length = payload.length;
  let at = 0;
  if (length >= WORDS_FROM) {
    at = -payload.byteOffset & 3;
    unmaskBytes(payload, mask, { from: 0, to: at });
    const words = new Int32Array(payload.buffer, payload.byteOffset + at, (length - at) >>> 2);
    const key = toWord(rotateLeft(mask, 8 * at));
    for (let i = 0; i < words.length; i += 1) words[i] = (words[i] ?? 0) ^ key;
    at += words.length << 2;
  }
  unmaskBytes(payload, mask, { from: at, to: length });
}

function unmaskBytes(payload: Buffer, mask: number, span: { from: number; to: number }): void {
  for (let i = span.from; i < span.to; i += 1) {
    payload[i] = (payload[i] ?? 0) ^ ((mask >>> (24 - 8 * (i & 3))) & 0xff);
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> ((32 - bits) & 31));
}

function toWord(mask: number): number {
  if (!SWAP) return mask;
  return (mask << 24) | ((mask & 0xff00) << 8) | ((mask >>> 8) & 0xff00) | (mask >>> 24);
}
