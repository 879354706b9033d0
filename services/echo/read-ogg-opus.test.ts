import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { OggError, readOggOpus } from "./read-ogg-opus.ts";

/** RFC 6716 §3.1: the configuration (5 bits) says how long a frame is, the code (2 bits) how many there are. */
const toMs = (packet: Uint8Array) => {
  const config = (packet[0] ?? 0) >> 3;
  const frames = ((packet[0] ?? 0) & 3) === 0 ? 1 : 2;
  const lengths = config < 12 ? [10, 20, 40, 60] : config < 16 ? [10, 20] : [2.5, 5, 10, 20];
  return frames * (lengths[config % lengths.length] ?? 0);
};

describe("Ogg Opus", () => {
  it("the sentence is packets of 20 ms, between five and ten seconds, below 60 KB", async () => {
    const file = await readFile(new URL("greeting.opus", import.meta.url));
    expect(file.length).toBeLessThan(60_000);
    const packets = readOggOpus(file);
    expect(packets.length).toBeGreaterThan(250);
    expect(packets.length).toBeLessThan(500);
    expect(new Set(packets.map(toMs))).toEqual(new Set([20]));
    expect(packets.every(({ length }) => length > 0 && length < 400)).toBe(true);
  });

  it("a packet that fills its segments goes on in the next; one of 255 bytes ends with an empty one", () => {
    const page = (sizes: number[]) => {
      const head = Buffer.alloc(27);
      head.write("OggS");
      head[26] = sizes.length;
      const body = Buffer.alloc(
        sizes.reduce((sum, size) => sum + size, 0),
        "OpusHead",
      );
      return Buffer.concat([head, Buffer.from(sizes), body]);
    };
    const file = Buffer.concat([page([8]), page([8]), page([255, 0, 10, 255]), page([5])]);
    expect(readOggOpus(file).map(({ length }) => length)).toEqual([255, 10, 260]);
  });

  it.each([
    ["nothing", ""],
    ["another file", "RIFF"],
    ["a page without end", `OggS${"\0".repeat(22)}\x02\xff`],
    ["sound that is not Opus", `OggS${"\0".repeat(22)}\x01\x03abc`],
  ])("refuses %s", (_, text) => {
    expect(() => readOggOpus(Buffer.from(text, "latin1"))).toThrow(OggError);
  });
});
