import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { createVisitors, spend } from "./visitors.ts";

describe("visitors", () => {
  it("have one account per address", () => {
    const visitors = createVisitors(limits);
    expect(visitors.of("192.0.2.1")).toBe(visitors.of("192.0.2.1"));
    expect(visitors.of("192.0.2.1")).not.toBe(visitors.of("192.0.2.2"));
  });

  it("are forgotten when they are gone and owe nothing, so that coming back is no way out", () => {
    const visitors = createVisitors(limits);
    visitors.of("here").connections = 1;
    visitors.of("owes").messagesUntil = 2_000;
    visitors.of("gone");
    visitors.forget(1_000);
    expect(visitors.size).toBe(2);
    visitors.forget(3_000);
    expect(visitors.size).toBe(1);
  });

  it("share one account when there are too many, and memory has an end", () => {
    const visitors = createVisitors({ ...limits, addresses: 2 });
    const [first, second] = [visitors.of("a"), visitors.of("b")];
    expect(visitors.of("c")).toBe(visitors.of("d"));
    expect(visitors.of("a")).toBe(first);
    expect(visitors.of("b")).toBe(second);
    expect(visitors.size).toBe(2);
  });
});

describe("a meter", () => {
  it("runs ahead of now by what has been spent, and is earned back with time", () => {
    let until = 0;
    for (let i = 0; i < 10; i += 1) until = spend(until, 100, 5);
    expect(until).toBe(150);
    expect(spend(until, 120, 5)).toBe(155);
    expect(spend(until, 500, 5)).toBe(505);
  });
});
