import { describe, expect, it } from "vitest";
import { type Clock, createTimerWheel } from "./timer-wheel.ts";

function createFakeClock() {
  let now = 1000;
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
    clock,
    get turning() {
      return pending !== undefined;
    },
    advance(ms: number, stallMs = 0) {
      const end = now + ms;
      while (pending !== undefined && pending.at + stallMs <= end) {
        const { at, run } = pending;
        pending = undefined;
        now = Math.max(now, at + stallMs);
        run();
      }
      now = end;
    },
    now: () => now,
  };
}

function createOwner(fake: { now(): number }) {
  const fired: { name: string; at: number }[] = [];
  return { fired, onTimer: (name: string) => void fired.push({ name, at: fake.now() }) };
}

describe("timer wheel", () => {
  it("fires once, never early, at most two ticks late", () => {
    const fake = createFakeClock();
    const wheel = createTimerWheel(fake);
    const started = fake.now();
    for (const ms of [0, 1, 49, 50, 51, 500, 32_000, 180_000]) {
      const owner = createOwner(fake);
      const at = fake.now();
      wheel.start(ms, owner, "x");
      fake.advance(ms + 100);
      expect(owner.fired).toHaveLength(1);
      expect(owner.fired[0]?.at).toBeGreaterThanOrEqual(at + ms);
      fake.advance(17);
    }
    expect(fake.now()).toBeGreaterThan(started);
    expect(wheel.size).toBe(0);
  });

  it("does not fire what was stopped, and turns only while somebody waits", () => {
    const fake = createFakeClock();
    const wheel = createTimerWheel(fake);
    const owner = createOwner(fake);
    const timer = wheel.start(500, owner, "B");
    expect(fake.turning).toBe(true);
    wheel.stop(timer);
    wheel.stop(timer);
    expect(fake.turning).toBe(false);
    fake.advance(100_000);
    expect(owner.fired).toEqual([]);
  });

  it("fires in order of their time, also after a stall longer than the whole wheel", () => {
    const fake = createFakeClock();
    const wheel = createTimerWheel(fake);
    const owner = createOwner(fake);
    for (const ms of [70_000, 300, 51_200, 100_000, 299_000]) wheel.start(ms, owner, String(ms));
    fake.advance(310_000, 290_000);
    expect(owner.fired.map(({ name }) => name)).toEqual(["300", "51200", "70000", "100000"]);
    fake.advance(20_000);
    expect(owner.fired).toHaveLength(5);
  });

  it("lets a timer that fires stop another of the same turn, and start new ones", () => {
    const fake = createFakeClock();
    const wheel = createTimerWheel(fake);
    const quiet = createOwner(fake);
    const second = wheel.start(200, quiet, "second");
    const again = createOwner(fake);
    wheel.start(
      199,
      {
        onTimer() {
          wheel.stop(second);
          wheel.start(100, again, "again");
        },
      },
      "first",
    );
    fake.advance(1_000);
    expect(quiet.fired).toEqual([]);
    expect(again.fired.map(({ name }) => name)).toEqual(["again"]);
  });

  it("goes on after a defect on one timer's path, and tells it", () => {
    const fake = createFakeClock();
    const told: unknown[] = [];
    const wheel = createTimerWheel({ clock: fake.clock, onBug: error => told.push(error) });
    const mistake = new Error("a mistake");
    const faulty = {
      onTimer() {
        throw mistake;
      },
    };
    wheel.start(100, faulty, "faulty");
    const owner = createOwner(fake);
    wheel.start(100, owner, "sound");
    wheel.start(900, owner, "later");
    fake.advance(2_000);
    expect(told).toEqual([mistake]);
    expect(owner.fired.map(({ name }) => name)).toEqual(["sound", "later"]);
  });

  it("keeps ten thousand timers apart", () => {
    const fake = createFakeClock();
    const wheel = createTimerWheel(fake);
    const owner = createOwner(fake);
    const timers = Array.from({ length: 10_000 }, (_, at) => wheel.start(32_000, owner, String(at)));
    for (let at = 0; at < timers.length; at += 2) {
      const timer = timers[at];
      if (timer) wheel.stop(timer);
    }
    expect(wheel.size).toBe(5_000);
    fake.advance(32_200);
    expect(owner.fired).toHaveLength(5_000);
    expect(owner.fired.every(({ name }) => Number(name) % 2 === 1)).toBe(true);
  });
});
