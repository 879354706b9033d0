import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClock, farthestCorrectionMs } from "./clock.ts";
import { createFakeTime } from "./fake-clock.suite.ts";

const hour = 3_600_000;

describe("a clock that learns", () => {
  it("shows the machine's time until a node said something", () => {
    const time = createFakeTime(1_000_000);
    const clock = createClock(time);
    time.advance(500);
    expect([clock.now(), clock.wall(), clock.elapsed()]).toEqual([1_000_500, 1_000_500, 500]);
  });

  it("takes the middle of what is sure, and leaves wall() alone", () => {
    const clock = createClock(createFakeTime(1_000_000));
    expect(clock.learn({ sent: 999_900, received: 1_000_000, shown: 1_060_000, stepMs: 0 })).toBe(true);
    expect(clock.now()).toBe(1_060_050);
    expect(clock.wall()).toBe(1_000_000);
  });

  it("gets sharper with every sample that agrees", () => {
    const clock = createClock(createFakeTime(0));
    const trueOffset = 5_250;
    // Whole seconds, asked at different parts of a second: each sample alone is good to a second.
    for (const sent of [0, 200, 400, 600, 800]) {
      const shown = Math.floor((sent + 10 + trueOffset) / 1_000) * 1_000;
      clock.learn({ sent, received: sent + 20, shown, stepMs: 1_000 });
    }
    expect(Math.abs(clock.now() - trueOffset)).toBeLessThanOrEqual(110);
  });

  it("forgets what it knew when a sample contradicts it: a clock was set", () => {
    const time = createFakeTime(0);
    const clock = createClock(time);
    clock.learn({ sent: 0, received: 10, shown: 5, stepMs: 0 });
    time.setWall(-2 * hour);
    clock.learn({ sent: -2 * hour, received: -2 * hour + 10, shown: 5, stepMs: 0 });
    expect(Math.abs(clock.now())).toBeLessThanOrEqual(10);
  });

  it("does not believe a node that is half a day off, nor an answer from before its question", () => {
    const clock = createClock(createFakeTime(0));
    for (const shown of [farthestCorrectionMs + 1, -farthestCorrectionMs - 1, Number.NaN]) {
      expect(clock.learn({ sent: 0, received: 0, shown, stepMs: 0 })).toBe(false);
    }
    expect(clock.learn({ sent: 100, received: 0, shown: 50, stepMs: 0 })).toBe(false);
    expect(clock.now()).toBe(0);
  });

  it("is never farther off than its best sample, whatever the delays", () => {
    const samples = fc.array(fc.record({ out: fc.nat(2_000), back: fc.nat(2_000), pause: fc.nat(10_000) }), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(samples, fc.integer({ min: -5 * hour, max: 5 * hour }), (trips, trueOffset) => {
        const clock = createClock(createFakeTime(0));
        let at = 0;
        for (const { out, back, pause } of trips) {
          const shown = Math.floor((at + out + trueOffset) / 1_000) * 1_000;
          clock.learn({ sent: at, received: at + out + back, shown, stepMs: 1_000 });
          at += out + back + pause;
        }
        const best = Math.min(...trips.map(({ out, back }) => out + back + 1_000));
        expect(Math.abs(clock.now() - trueOffset)).toBeLessThanOrEqual(best / 2 + 1);
      }),
    );
  });
});

describe("waiting", () => {
  it("ends when its time has come", async () => {
    const time = createFakeTime();
    const clock = createClock(time);
    const waiting = clock.wait(1_000);
    time.advance(999);
    expect(time.waiting).toBe(1);
    time.advance(1);
    await waiting;
    expect(time.waiting).toBe(0);
  });

  it("ends with its signal, and leaves no timer behind", async () => {
    const time = createFakeTime();
    const stop = new AbortController();
    const waiting = createClock(time).wait(1_000, stop.signal);
    stop.abort(new Error("signed out"));
    await expect(waiting).rejects.toThrow("signed out");
    expect(time.waiting).toBe(0);
    await expect(createClock(time).wait(1_000, stop.signal)).rejects.toThrow("signed out");
    expect(time.waiting).toBe(0);
  });

  it("a timer that was taken back does not run", () => {
    const time = createFakeTime();
    let ran = 0;
    createClock(time).after(5, () => (ran += 1))();
    createClock(time).after(5, () => (ran += 1));
    time.advance(10);
    expect(ran).toBe(1);
  });

  it("on the platform's clock, waits, and a wait beyond 31 bits does not end at once", async () => {
    const clock = createClock();
    let early = false;
    const takeBack = clock.after(2 ** 31 + 5, () => (early = true));
    const before = clock.elapsed();
    await clock.wait(5);
    expect(clock.elapsed() - before).toBeGreaterThanOrEqual(4);
    takeBack();
    expect(early).toBe(false);
    expect(Math.abs(clock.wall() - Date.now())).toBeLessThan(1_000);
  });
});
