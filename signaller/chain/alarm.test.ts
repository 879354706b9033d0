import { describe, expect, it } from "vitest";
import { createAlarm } from "./alarm.ts";

const open = (leastMs = 0) => {
  const life = new AbortController();
  return { alarm: createAlarm(leastMs, life.signal), life };
};
const forEver = 1_000_000;

describe("a wait", () => {
  it("ends by its time", async () => {
    expect(await open().alarm.wait(1)).toBe(false);
  });

  it("is ended while it is on, and by what came just before it, once", async () => {
    const { alarm } = open();
    const on = alarm.wait(forEver);
    alarm.ring();
    expect(await on).toBe(true);
    alarm.ring();
    alarm.ring();
    expect(await alarm.wait(forEver)).toBe(true);
    expect(await alarm.wait(1)).toBe(false);
  });

  it("that was rung before takes its least time, however often it is rung", async () => {
    const { alarm } = open(50);
    alarm.ring();
    const began = performance.now();
    const on = alarm.wait(forEver);
    alarm.ring();
    await on;
    expect(performance.now() - began).toBeGreaterThan(40);
  });

  it("ends with its signal, and does not begin after it", async () => {
    const { alarm, life } = open();
    const on = alarm.wait(forEver);
    life.abort();
    await on;
    await alarm.wait(forEver);
  });
});
