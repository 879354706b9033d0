import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromJwk, isP256Key, isThumbprint, thumbprint, thumbprintInput, toJwk } from "./p256-key.ts";

const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = publicKey.export({ format: "jwk" });

describe("a P-256 key", () => {
  it("goes from a JWK and back", () => {
    const key = fromJwk({ ...jwk, ext: true, key_ops: [] });
    expect(isP256Key(key)).toBe(true);
    expect(key && toJwk(key)).toEqual(jwk);
  });

  it("has the RFC 7638 thumbprint that another implementation computes", () => {
    const key = fromJwk(jwk);
    if (!key) throw new Error("no key");
    const input = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
    expect(thumbprintInput(key)).toBe(input);
    expect(thumbprint(key)).toBe(createHash("sha256").update(input).digest("base64url"));
    expect(isThumbprint(thumbprint(key))).toBe(true);
  });

  it.each([
    ["null", null],
    ["a text", "key"],
    ["another curve", { ...jwk, crv: "secp256k1" }],
    ["another kind", { ...jwk, kty: "RSA" }],
    ["a coordinate too short", { ...jwk, x: "QUJD" }],
    ["a coordinate of zeros", { ...jwk, x: "A".repeat(43) }],
    ["a coordinate that is a number", { ...jwk, y: 7 }],
    ["one coordinate", { kty: "EC", crv: "P-256", x: jwk.x }],
  ])("is not read from %s", (_, value) => {
    expect(fromJwk(value)).toBeUndefined();
  });

  it.each(["", "abc", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}=`, `${"A".repeat(42)}B`])(
    "has no thumbprint %j",
    text => {
      expect(isThumbprint(text)).toBe(false);
    },
  );
});
