import { describe, expect, it } from "vitest";
import { createNonces } from "./nonces.ts";

describe("nonces", () => {
  it("may be spent once, here, within their time", () => {
    let now = 0;
    const mine = createNonces({ count: 4, lifetimeMs: 60_000 }, () => now);
    const others = createNonces({ count: 4, lifetimeMs: 60_000 }, () => now);
    const nonce = mine.issue();
    expect(others.spend(nonce)).toBe(false);
    expect(mine.spend(nonce)).toBe(true);
    expect(mine.spend(nonce)).toBe(false);
    const late = mine.issue();
    now = 60_000;
    expect(mine.spend(late)).toBe(false);
    expect(mine.outstanding).toBe(0);
  });

  it("are bounded: the oldest is forgotten", () => {
    const nonces = createNonces({ count: 3, lifetimeMs: 60_000 }, () => 0);
    const issued = Array.from({ length: 50 }, () => nonces.issue());
    expect(new Set(issued).size).toBe(50);
    expect(nonces.outstanding).toBe(3);
    expect(issued.filter(nonce => nonces.spend(nonce))).toEqual(issued.slice(-3));
  });
});
