import { describe, expect, it } from "vitest";
import { createRandomTokens } from "./random-tokens.ts";

describe("random tokens", () => {
  it("are of the right length, never twice the same, over many pools", () => {
    const next = createRandomTokens(15);
    const tokens = Array.from({ length: 5_000 }, next);
    expect(new Set(tokens).size).toBe(5_000);
    expect(tokens.every(token => /^[\w-]{20}$/.test(token))).toBe(true);
  });
});
