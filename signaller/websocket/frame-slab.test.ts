import { describe, expect, it } from "vitest";
import { TEXT } from "./frame.ts";
import { FrameSlab } from "./frame-slab.ts";

const slab = () => {
  const frames = new FrameSlab();
  return {
    frames,
    build: (text: string, apart = false): Buffer =>
      frames.build({ opcode: TEXT, payload: Buffer.from(text), tail: "", end: text.length, apart }),
  };
};

describe("FrameSlab", () => {
  it("builds the next turn's frames where those of the last one were", () => {
    const { frames, build } = slab();
    const first = Array.from({ length: 100 }, (_, i) => build(`${i}`.padEnd(1_000)));
    frames.reuse();
    const second = Array.from({ length: 100 }, (_, i) => build(`${i}`.padEnd(1_000)));
    const memory = new Set(first.map(({ buffer }) => buffer));
    expect(memory.size).toBeGreaterThan(1);
    expect(second.filter(({ buffer }) => memory.has(buffer))).toHaveLength(100);
  });

  it("leaves frames alone that wait to be sent, of whichever slab they are", () => {
    const { frames, build } = slab();
    const waiting = Array.from({ length: 100 }, (_, i) => build(`${i}`.padEnd(1_000)));
    frames.keep();
    for (let turn = 0; turn < 3; turn += 1) {
      frames.reuse();
      for (let i = 0; i < 200; i += 1) build("x".repeat(1_000));
    }
    expect(waiting.map(frame => frame.toString("latin1", 4).trim())).toEqual(waiting.map((_, i) => `${i}`));
  });

  it("gives large frames, and those of readers that are behind, memory of their own", () => {
    const { build } = slab();
    const [small, large, behind] = [build("a"), build("b".repeat(10_000)), build("c", true)];
    expect(small.buffer.byteLength).toBeGreaterThan(large.length);
    expect(large.buffer.byteLength).toBe(large.length);
    expect(behind.buffer.byteLength).toBe(behind.length);
  });

  it("keeps no more memory than a busy turn takes", () => {
    const { frames, build } = slab();
    const turn = () => {
      const memory = new Set(Array.from({ length: 10_000 }, () => build("x".repeat(1_000)).buffer));
      frames.reuse();
      return memory;
    };
    const first = turn();
    const again = [...turn()].filter(buffer => first.has(buffer));
    expect(first.size).toBeGreaterThan(500);
    expect(again.length).toBeLessThan(100);
  });
});
