import { describe, expect, it } from "vitest";
import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { type Clock, createTimerWheel } from "../sip/timer-wheel.ts";
import { Candidates } from "./candidates.ts";
import { createEarlyCandidates } from "./early-candidates.ts";

function toCandidate(n: number): IceCandidate {
  return {
    candidate: `candidate:${n} 1 udp 1 192.0.2.1 ${1_000 + n} typ host`,
    sdpMid: "0",
    sdpMLineIndex: 0,
  };
}

function createTime() {
  let now = 0;
  let pending: { at: number; run: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const mine = { at: now + ms, run };
      pending = mine;
      return () => {
        if (pending === mine) pending = undefined;
      };
    },
  };
  return {
    wheel: createTimerWheel({ clock }),
    now: () => now,
    advance(ms: number) {
      const end = now + ms;
      while (pending !== undefined && pending.at <= end) {
        const { at, run } = pending;
        pending = undefined;
        now = Math.max(now, at);
        run();
      }
      now = end;
    },
  };
}

describe("candidates that trickle", () => {
  it("are complete when none has come for a moment", () => {
    const time = createTime();
    const candidates = new Candidates(time.wheel);
    const seen: number[] = [];
    candidates.whenQuiet(() => seen.push(candidates.all.length));
    for (let n = 0; n < 4; n++) {
      time.advance(100);
      candidates.add(toCandidate(n));
    }
    expect(seen).toEqual([]);
    time.advance(300);
    expect(seen).toEqual([4]);
    expect(time.wheel.size).toBe(0);
  });

  it("are not waited for longer than a second, however they come", () => {
    const time = createTime();
    const candidates = new Candidates(time.wheel);
    let complete = 0;
    candidates.whenQuiet(() => complete++);
    for (let n = 0; n < 30; n++) {
      time.advance(50);
      candidates.add(toCandidate(n));
    }
    expect(complete).toBe(1);
    expect(candidates.all).toHaveLength(30);
  });

  it("are kept once, and not without end", () => {
    const candidates = new Candidates(createTime().wheel);
    expect([candidates.add(toCandidate(1)), candidates.add(toCandidate(1))]).toEqual([true, false]);
    for (let n = 0; n < 1_000; n++) candidates.add(toCandidate(n));
    expect(candidates.all.length).toBeLessThanOrEqual(256);
  });

  it("stop to be waited for with the call", () => {
    const time = createTime();
    const candidates = new Candidates(time.wheel);
    candidates.whenQuiet(() => {
      throw new Error("over");
    });
    candidates.stop();
    time.advance(5_000);
    expect(time.wheel.size).toBe(0);
  });
});

describe("candidates before their offer", () => {
  it("wait for it, a bounded number of them, and not for long", () => {
    const time = createTime();
    const early = createEarlyCandidates(time.now);
    for (let n = 0; n < 100; n++) early.keep("call", toCandidate(n));
    expect(early.take("call")).toHaveLength(32);
    expect(early.take("call")).toEqual([]);
    for (let n = 0; n < 5_000; n++) early.keep(`call ${n}`, toCandidate(n));
    expect(early.size).toBe(1_000);
    time.advance(5_000);
    early.sweep();
    expect(early.size).toBe(0);
  });
});
