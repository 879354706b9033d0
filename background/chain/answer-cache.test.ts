import { beforeEach, describe, expect, it } from "vitest";
import { AnswerCache } from "./answer-cache.ts";
import type { Head } from "./chain.ts";
import { cacheLimits } from "./limits.ts";
import type { Resolved } from "./resolved.ts";

const first: Head = { number: 7n, parentHash: `0x${"1".repeat(64)}`, time: 1 };
const next: Head = { number: 8n, parentHash: `0x${"2".repeat(64)}`, time: 2 };
const alice = { isOffchain: false } as Resolved;
const far = { isOffchain: true } as Resolved;

let now: number;
let cache: AnswerCache;

beforeEach(() => {
  now = 0;
  cache = new AnswerCache(() => now);
});

describe("AnswerCache", () => {
  it("knows an answer while its block is the newest, and known for no longer than a block", () => {
    cache.keep("alice", { resolved: alice, heads: new Map([[1, first]]) });
    now = cacheLimits.headMs;
    expect(cache.get("alice")).toBe(alice);
    now += 1;
    expect(cache.get("alice")).toBeUndefined();
  });

  it("knows it for longer when the block is seen to be the newest still", () => {
    cache.keep("alice", { resolved: alice, heads: new Map([[1, first]]) });
    now = cacheLimits.headMs;
    expect(cache.note(1, first)).toBe(false);
    now += cacheLimits.headMs;
    expect(cache.get("alice")).toBe(alice);
  });

  it("forgets it with the next block, with a block of another history, and with one of any of its chains", () => {
    const reorged = { ...first, parentHash: next.parentHash };
    const inItsPlace = { ...first, time: first.time + 12 };
    for (const [chain, head] of [
      [1, next],
      [1, reorged],
      [1, inItsPlace],
      [2, next],
    ] as const) {
      cache.keep("alice", {
        resolved: alice,
        heads: new Map([
          [1, first],
          [2, first],
        ]),
      });
      expect(cache.note(chain, head)).toBe(true);
      expect(cache.get("alice")).toBeUndefined();
    }
  });

  it("does not mind blocks of chains that had no say", () => {
    cache.keep("alice", { resolved: alice, heads: new Map([[1, first]]) });
    cache.note(2, next);
    expect(cache.get("alice")).toBe(alice);
  });

  it("learns of a new block also by what else is read", () => {
    cache.keep("alice", { resolved: alice, heads: new Map([[1, first]]) });
    cache.keep("bob", { resolved: alice, heads: new Map([[1, next]]) });
    expect(cache.get("alice")).toBeUndefined();
    expect(cache.get("bob")).toBe(alice);
  });

  it("takes what a gateway said for a minute at most", () => {
    cache.keep("far", { resolved: far, heads: new Map([[1, first]]) });
    for (now = 0; now <= cacheLimits.gatewayMs; now += 10_000) {
      cache.note(1, first);
      expect(cache.get("far")).toBe(far);
    }
    cache.note(1, first);
    expect(cache.get("far")).toBeUndefined();
  });

  it("has a bound, and lets go of the oldest", () => {
    for (let i = 0; i <= cacheLimits.mostAnswers; i += 1) {
      cache.keep(`a${i}`, { resolved: alice, heads: new Map([[1, first]]) });
    }
    expect(cache.get("a0")).toBeUndefined();
    expect(cache.get("a1")).toBe(alice);
    expect(cache.get(`a${cacheLimits.mostAnswers}`)).toBe(alice);
  });
});
