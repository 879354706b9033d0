import { describe, expect, it, vi } from "vitest";
import { createLog } from "./log.ts";

describe("the log", () => {
  it("writes a line per event, and no word of it can be taken for another line", () => {
    const lines: string[] = [];
    const log = createLog(line => lines.push(line));
    log("info", "node.listening", { port: 9000, open: true, domain: undefined });
    log("warn", "accept.failed", { reason: "too many\nerror node.bug" });
    log("debug", "not.shown");
    expect(lines).toEqual([
      "info node.listening port=9000 open=true",
      'warn accept.failed reason="too many\\nerror node.bug"',
    ]);
  });

  it("counts what is too much instead of writing it", () => {
    const lines: string[] = [];
    vi.useFakeTimers({ toFake: ["performance"] });
    const log = createLog(line => lines.push(line));
    for (let i = 0; i < 1_000; i += 1) log("warn", "accept.failed");
    vi.advanceTimersByTime(1_000);
    log("info", "node.stopping");
    vi.useRealTimers();
    expect(lines).toHaveLength(52);
    expect(lines.slice(-2)).toEqual(["warn log.shortened lines=950", "info node.stopping"]);
  });
});
