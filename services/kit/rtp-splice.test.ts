import { describe, expect, it } from "vitest";
import { RtpSplice } from "./rtp-splice.ts";

const at = (sequenceNumber: number, timestamp = sequenceNumber * 960) => ({ sequenceNumber, timestamp });

describe("one RTP stream of several sources", () => {
  it("goes on where the one before ended, wherever the next begins", () => {
    const splice = new RtpSplice({ timestamp: 960 });
    const places = [
      splice.place(1, at(0)),
      splice.place(1, at(1)),
      splice.place(2, { sequenceNumber: 65_535, timestamp: 0xffff_ffff }),
      splice.place(2, { sequenceNumber: 0, timestamp: 959 }),
      splice.place(1, at(40)),
    ];
    for (const [i, place] of places.slice(1).entries()) {
      const before = places[i];
      expect((place.sequenceNumber - (before?.sequenceNumber ?? 0)) & 0xffff, `${i}`).toBe(1);
      expect((place.timestamp - (before?.timestamp ?? 0)) >>> 0, `${i}`).toBe(960);
    }
  });

  it("keeps what came late or not at all as it came", () => {
    const splice = new RtpSplice({ timestamp: 960 });
    const first = splice.place(1, at(10));
    const steps = [13, 12, 14].map(number => {
      const place = splice.place(1, at(number));
      return (place.sequenceNumber - first.sequenceNumber) & 0xffff;
    });
    expect(steps).toEqual([3, 2, 4]);
    const next = splice.place(2, at(500));
    expect((next.sequenceNumber - first.sequenceNumber) & 0xffff).toBe(5);
  });

  it("begins anywhere", () => {
    const begins = new Set(
      Array.from({ length: 8 }, () => new RtpSplice({ timestamp: 1 }).place(1, at(0)).timestamp),
    );
    expect(begins.size).toBeGreaterThan(1);
  });
});
