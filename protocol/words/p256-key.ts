import { fromString as bytesOfText, fromHex, toHex } from "ox/Bytes";
import { sha256 } from "ox/Hash";
import type { Hex } from "ox/Hex";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";

/** A public key on P-256 by its coordinates, 32 bytes each in lower case. Whether the point is on the curve is for whoever imports it. */
export interface P256Key {
  readonly x: Hex;
  readonly y: Hex;
}

/** RFC 7517, as WebCrypto exports and imports it. */
export interface P256Jwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

export function isP256Key(value: unknown): value is P256Key {
  if (typeof value !== "object" || value === null || !("x" in value) || !("y" in value)) return false;
  return isCoordinate(value.x) && isCoordinate(value.y);
}

export function toJwk(key: P256Key): P256Jwk {
  return { kty: "EC", crv: "P-256", x: formatBase64Url(fromHex(key.x)), y: formatBase64Url(fromHex(key.y)) };
}

/** The public key in a JWK, whatever else it holds; `undefined` where it is none on P-256. */
export function fromJwk(jwk: unknown): P256Key | undefined {
  if (typeof jwk !== "object" || jwk === null || !("x" in jwk) || !("y" in jwk)) return undefined;
  if (!("kty" in jwk) || jwk.kty !== "EC" || !("crv" in jwk) || jwk.crv !== "P-256") return undefined;
  const [x, y] = [toCoordinate(jwk.x), toCoordinate(jwk.y)];
  return x !== undefined && y !== undefined ? { x, y } : undefined;
}

/** The text whose SHA-256 is a key's thumbprint: RFC 7638 §3.2, members in order, no white space. */
export function thumbprintInput(key: P256Key): string {
  const { x, y } = toJwk(key);
  return `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
}

/**
 * A key's name: its RFC 7638 thumbprint as 43 characters of base64url. It names a device among devices, and a
 * node in `--peer domain=wss://host#thumbprint`.
 */
export function thumbprint(key: P256Key): string {
  return formatBase64Url(sha256(bytesOfText(thumbprintInput(key))));
}

export function isThumbprint(value: unknown): value is string {
  return typeof value === "string" && value.length === 43 && parseBase64Url(value, 32) !== undefined;
}

function isCoordinate(value: unknown): value is Hex {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value) && !/^0x0*$/.test(value);
}

function toCoordinate(text: unknown): Hex | undefined {
  const bytes = typeof text === "string" ? parseBase64Url(text, 32) : undefined;
  const hex = bytes?.length === 32 ? toHex(bytes) : undefined;
  return isCoordinate(hex) ? hex : undefined;
}
