import { describe, expect, it } from "vitest";
import { listFamily, readCpu, readMemory, sayWhatIsMissing, toDifference, toTotal } from "./cpu.ts";

describe.skipIf(sayWhatIsMissing() !== undefined)("what /proc says of a process", () => {
  it("counts the CPU it burns, to within what the process says of itself", () => {
    const before = readCpu([process.pid]);
    const own = process.cpuUsage();
    const until = performance.now() + 200;
    while (performance.now() < until) Math.sqrt(until);
    const { user, system } = process.cpuUsage(own);
    const spent = toTotal(toDifference(before, readCpu([process.pid])));
    expect(Math.abs(spent - (user + system))).toBeLessThan(30_000);
    expect(spent).toBeGreaterThan(10_000);
  });

  it("reads resident memory in bytes", () => {
    expect(readMemory([process.pid]) / process.memoryUsage.rss()).toBeCloseTo(1, 1);
  });

  it("knows the family of a process", () => {
    const parent = listFamily(process.ppid);
    expect(parent[0]).toBe(process.ppid);
    expect(parent).toContain(process.pid);
    expect(listFamily(process.pid)).not.toContain(process.ppid);
  });
});
