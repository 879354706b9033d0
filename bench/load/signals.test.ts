import { describe, expect, it } from "vitest";
import { payloadOffset } from "./frames.ts";
import { readStamp, toSignal, toStamped } from "./signals.ts";

const dst = "3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11";

function unmask(frame: Buffer): string {
  const offset = payloadOffset(frame);
  const plain = frame.subarray(offset).map((byte, i) => byte ^ (frame[offset - 4 + (i & 3)] ?? 0));
  return Buffer.from(plain).toString("latin1");
}

const readText = (text: string): number =>
  readStamp({ buffer: Buffer.from(text), start: 0, end: text.length });

describe("a signal", () => {
  for (const size of [200, 1200]) {
    it(`is a message of PeerJS 1.5.5 of exactly ${size} bytes, of the three types in turn`, () => {
      const texts = [0, 1, 2].map(turn => unmask(toSignal(turn, dst, size).frame));
      expect(texts.map(text => text.length)).toEqual([size, size, size]);
      const messages = texts.map(text => JSON.parse(text));
      expect(messages.map(({ type }) => type)).toEqual(["OFFER", "ANSWER", "CANDIDATE"]);
      for (const message of messages) {
        expect(Object.keys(message)).toEqual(["type", "payload", "dst"]);
        expect(message.dst).toBe(dst);
        expect(message.payload.connectionId).toMatch(/^mc_\d+$/);
      }
    });
  }

  it("has every length in between: a cut never goes through an escape", () => {
    for (let size = 180; size < 1300; size++) JSON.parse(unmask(toSignal(size, dst, size).frame));
  });

  it("says when it does not fit", () => {
    expect(() => toSignal(0, dst, 100)).toThrow("does not fit into 100 bytes");
  });

  it("carries a stamp to the other end, in either order of keys, and leaves the original as it was", () => {
    const signal = toSignal(0, dst, 1200);
    const text = unmask(toStamped(signal, 123_456_789));
    expect(readText(text)).toBe(123_456_789);
    expect(readText(text.replace(/\}$/, `,"src":"${dst}"}`))).toBe(123_456_789);
    const { type, payload } = JSON.parse(text);
    expect(readText(JSON.stringify({ type, src: dst, dst, payload }))).toBe(123_456_789);
    expect(readText(unmask(signal.frame))).toBe(0);
    expect(readText('{"type":"HEARTBEAT"}')).toBe(-1);
  });
});
