import { describe, expect, it } from "vitest";
import { opcode, payloadOffset, toClientFrame, walkFrames } from "./frames.ts";
import { toSourceAddress } from "./source-address.ts";

describe("client frame", () => {
  it("is masked, and says its length in the shortest form", () => {
    for (const [size, header] of [
      [0, 2],
      [125, 2],
      [126, 4],
      [65_535, 4],
      [65_536, 10],
    ] as const) {
      const payload = Buffer.alloc(size, "x");
      const frame = toClientFrame(payload);
      expect(frame.length).toBe(header + 4 + size);
      expect((frame[1] ?? 0) & 0x80).toBe(0x80);
      const offset = payloadOffset(frame);
      expect(offset).toBe(header + 4);
      const plain = frame.subarray(offset).map((byte, i) => byte ^ (frame[offset - 4 + (i & 3)] ?? 0));
      expect(Buffer.from(plain).equals(payload)).toBe(true);
    }
  });
});

describe("walking a server's frames", () => {
  const served = (text: string): Buffer =>
    text.length < 126
      ? Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)])
      : Buffer.concat([Buffer.from([0x81, 126, text.length >> 8, text.length & 255]), Buffer.from(text)]);

  it("visits the whole frames and leaves the rest, wherever the bytes are cut", () => {
    const texts = ["a", "b".repeat(125), "c".repeat(126), "d".repeat(1000), ""];
    const stream = Buffer.concat(texts.map(served));
    for (let cut = 0; cut <= stream.length; cut++) {
      const seen: string[] = [];
      const read = (bytes: Buffer): number =>
        walkFrames(bytes, bytes.length, (code, start, end) => {
          expect(code).toBe(opcode.text);
          seen.push(bytes.toString("latin1", start, end));
        });
      const used = read(stream.subarray(0, cut));
      expect(read(stream.subarray(used))).toBe(stream.length - used);
      expect(seen).toEqual(texts);
    }
  });

  it("refuses fragments", () => {
    expect(() => walkFrames(Buffer.from([0x01, 0]), 2, () => undefined)).toThrow("fragmented");
  });
});

describe("source addresses", () => {
  it("are all of 127.0.0.0/8, different, and never a server's", () => {
    const addresses = Array.from({ length: 100_000 }, (_, host) => toSourceAddress(host * 60, 60));
    expect(new Set(addresses).size).toBe(addresses.length);
    const odd = addresses.filter(address => !/^127\.[1-9]\d*\.\d+\.[1-9]\d*$/.test(address));
    expect(odd).toEqual([]);
    expect(toSourceAddress(59, 60)).toBe(toSourceAddress(0, 60));
    expect(toSourceAddress(60, 60)).not.toBe(toSourceAddress(0, 60));
  });
});
