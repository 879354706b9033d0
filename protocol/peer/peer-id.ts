import { peerLimits } from "./limits.ts";

// What stock clients 1.3.2 to 1.5.5 admit (`validateId`); separators never touch, so it is read in one pass.
const STOCK_ID = /^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$/;
const SEPARATORS = /[ _-]/g;
const ACCOUNT_LIKE = /^0x[0-9a-f]*$/i;
const NUMBER_LIKE = /^(?:00)?999[0-9]*$/;

/**
 * An id a PeerJS client may hold. It can never look like a name (no dot), an address (no `@`, `:` or `+`), an
 * account (`0x` and hex digits) or a number (digits beginning with 999, with or without a trunk prefix), also
 * when it is written in groups.
 *
 * @example
 * isPeerId("3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11") // true
 * isPeerId("999 1234 5678") // false: it reads as a number
 */
export function isPeerId(value: unknown): value is string {
  if (typeof value !== "string" || value.length > peerLimits.idLength || !STOCK_ID.test(value)) return false;
  const first = value.charCodeAt(0);
  if (first !== 0x30 && first !== 0x39) return true;
  const joined = value.replace(SEPARATORS, "");
  return !ACCOUNT_LIKE.test(joined) && !NUMBER_LIKE.test(joined);
}
