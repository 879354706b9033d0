import { describe, expect, it } from "vitest";
import { type Traffic, toQuality, toTraffic } from "./quality.ts";

const start: Traffic = { received: 100, lost: 50, jitter: 0, roundTrip: undefined };
const later = (change: Partial<Traffic>): Traffic => ({ ...start, received: 200, ...change });

describe("toQuality", () => {
  it.each([
    ["good", {}],
    ["good", { lost: 53, jitter: 0.04, roundTrip: 0.3 }],
    ["fair", { lost: 54 }],
    ["fair", { jitter: 0.041 }],
    ["fair", { roundTrip: 0.301 }],
    ["poor", { lost: 62 }],
    ["poor", { jitter: 0.101 }],
    ["poor", { roundTrip: 0.801 }],
    ["none", { received: 100 }],
  ] as const)("is %s for %o since the last look", (grade, change) => {
    expect(toQuality(start, later(change)).grade).toBe(grade);
  });

  it("counts what was lost since the last look alone, and takes a counter that fell for nothing", () => {
    expect(toQuality(start, later({ lost: 150 })).loss).toBe(0.5);
    expect(toQuality(start, later({ received: 10, lost: 0 }))).toMatchObject({ grade: "none", loss: 0 });
  });
});

describe("toTraffic", () => {
  it("adds up sound and takes the path in use, whatever else a browser reports", () => {
    const entries: unknown[] = [
      { type: "inbound-rtp", kind: "audio", packetsReceived: 40, packetsLost: 2, jitter: 0.01 },
      { type: "inbound-rtp", kind: "audio", packetsReceived: 2, packetsLost: "many", jitter: 0.002 },
      { type: "inbound-rtp", kind: "video", packetsReceived: 900, packetsLost: 9, jitter: 0.5 },
      { type: "candidate-pair", nominated: false, currentRoundTripTime: 3 },
      { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.05 },
      null,
      "text",
    ];
    expect(toTraffic(new Map(entries.map((entry, at) => [String(at), entry])))).toEqual({
      received: 42,
      lost: 2,
      jitter: 0.01,
      roundTrip: 0.05,
    });
  });
});
