import { type Hex, hexToBytes } from "viem";

const placeholder = 32;

/**
 * Whether a contract's code is what this creation leaves behind: the creation carries the code with zeros where the
 * constructor writes what is fixed at deployment, 32 bytes each.
 */
export function isCodeOf(code: Hex, creation: Hex): boolean {
  const found = hexToBytes(code);
  const carrier = hexToBytes(creation);
  if (found.length < placeholder) return false;
  for (let start = 0; start + found.length <= carrier.length; start += 1) {
    if (isCarriedAt(found, carrier, start)) return true;
  }
  return false;
}

function isCarriedAt(found: Uint8Array, carrier: Uint8Array, start: number): boolean {
  for (let at = 0; at < found.length; at += 1) {
    if (found[at] === carrier[start + at]) continue;
    const skipped = endOfPlaceholder(carrier, start, at);
    if (skipped === undefined) return false;
    at = skipped - 1;
  }
  return true;
}

/** Where the placeholder ends that this byte lies in: behind a PUSH32, and nothing but zeros. */
function endOfPlaceholder(carrier: Uint8Array, start: number, at: number): number | undefined {
  const PUSH32 = 0x7f;
  for (let begin = at; begin > at - placeholder && begin > 0; begin -= 1) {
    const from = start + begin;
    if (carrier[from - 1] !== PUSH32) continue;
    if (carrier.subarray(from, from + placeholder).every(byte => byte === 0)) return begin + placeholder;
  }
  return undefined;
}
