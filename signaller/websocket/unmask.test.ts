import { describe, expect, it } from "vitest";
import { createRandom } from "./random.suite.ts";
import { unmask } from "./unmask.ts";

describe("unmask", () => {
  it("does what RFC 6455 §5.7's example does", () => {
    const payload = Buffer.from([0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    unmask(payload, 0x37fa213d);
    expect(payload.toString()).toBe("Hello");
  });

  it("is the same by words and by bytes, wherever the payload lies in memory", () => {
    const random = createRandom(1);
    for (let length = 0; length < 400; length += 13) {
      for (let offset = 0; offset < 9; offset += 1) {
        const memory = random.bytes(offset + length + 9);
        const mask = random.below(0x1_0000_0000) | 0;
        const key = Buffer.alloc(4);
        key.writeInt32BE(mask);
        const expected = Buffer.from(memory);
        for (let i = 0; i < length; i += 1)
          expected[offset + i] = (memory[offset + i] ?? 0) ^ (key[i & 3] ?? 0);
        unmask(memory.subarray(offset, offset + length), mask);
        expect(memory.equals(expected), `length ${length}, offset ${offset}`).toBe(true);
      }
    }
  });
});
