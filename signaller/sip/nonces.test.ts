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

  it("are bounded: nobody's challenge is taken away by asking for many", () => {
    const nonces = createNonces({ count: 3, lifetimeMs: 60_000 }, () => 0);
    const issued = Array.from({ length: 50 }, () => nonces.issue());
    expect(new Set(issued)).toEqual(new Set(issued.slice(0, 3)));
    expect(nonces.outstanding).toBe(3);
    expect(nonces.spend(issued[0] ?? "")).toBe(true);
    expect(new Set(issued)).not.toContain(nonces.issue());
  });
});
