import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBlock, parseBlock, parseLines } from "./block-text.ts";

const record = fc.record({
  seq: fc.nat(),
  shape: fc.nat(9),
  stored: fc.oneof(
    fc.jsonValue(),
    fc.record({ at: fc.nat(), who: fc.string() }),
    fc.record({ at: fc.nat(), who: fc.string(), note: fc.string({ unit: "binary" }) }),
    fc.dictionary(fc.constantFrom("__proto__", "constructor", "at", "a\nb", "", "7"), fc.jsonValue()),
  ),
});

describe("a block's text", () => {
  it("gives back any records, in their order", () => {
    fc.assert(
      fc.property(fc.array(record), records => {
        const read = parseBlock(formatBlock(records));
        // As JSON has them: it knows no -0.
        expect(JSON.stringify(read)).toBe(JSON.stringify(records));
        expect(Object.getPrototypeOf(read[0]?.stored ?? {})).not.toBeNull();
      }),
    );
  });

  it("reads only lines that pass, each of which holds its record's texts", () => {
    const texts = fc.array(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.nat(), (all, pick) => {
        const text = formatBlock(all.map((who, seq) => ({ seq, shape: 1, stored: { seq, who } })));
        const sought = all[pick % all.length] ?? "";
        const found = parseLines(text, line => line.includes(JSON.stringify(sought)));
        expect(found.map(({ seq }) => seq)).toEqual(
          expect.arrayContaining(all.flatMap((who, at) => (who === sought ? [at] : []))),
        );
        expect(parseLines(text, () => false)).toEqual([]);
      }),
    );
  });

  it("writes the names of fields once", () => {
    const records = Array.from({ length: 50 }, (_, seq) => ({
      seq,
      shape: 1,
      stored: { began: seq, who: "a" },
    }));
    expect(formatBlock(records).match(/began/g)).toHaveLength(1);
  });
});
