import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatReason, parseReasons } from "./reason-header.ts";

describe("parseReasons", () => {
  it("reads RFC 3326's examples", () => {
    expect(
      parseReasons([
        'SIP ;cause=200 ;text="Call completed elsewhere"',
        'Q.850 ;cause=16 ;text="Terminated"',
        'SIP ;cause=600 ;text="Busy Everywhere"',
        'SIP ;cause=580 ;text="Precondition Failure"',
      ]),
    ).toEqual([
      { protocol: "sip", cause: 200, text: "Call completed elsewhere" },
      { protocol: "q.850", cause: 16, text: "Terminated" },
      { protocol: "sip", cause: 600, text: "Busy Everywhere" },
      { protocol: "sip", cause: 580, text: "Precondition Failure" },
    ]);
  });

  it("reads several values of one line, and separators and quotes inside quotes", () => {
    expect(
      parseReasons(['SIP;text="a;b,c \\"d\\" \\\\";CAUSE=486, etherlynk;cause=486;text="glare"']),
    ).toEqual([
      { protocol: "sip", cause: 486, text: 'a;b,c "d" \\' },
      { protocol: "etherlynk", cause: 486, text: "glare" },
    ]);
  });

  it("reads a protocol without parameters, and unknown parameters as nothing", () => {
    expect(parseReasons(["glare", "X;foo;bar=1"])).toEqual([
      { protocol: "glare", cause: undefined, text: "" },
      { protocol: "x", cause: undefined, text: "" },
    ]);
  });

  it.each([
    ["", "nothing"],
    [";cause=200", "no protocol"],
    ["two words;cause=200", "a protocol that is no token"],
    [`SIP;text="${"x".repeat(2000)}"`, "more than a kilobyte"],
  ])("leaves out %j: %s", line => {
    expect(parseReasons([line])).toEqual([]);
  });

  it.each(["-1", "1.5", "0x10", "99999", "", "NaN"])("has no cause in cause=%s", cause => {
    expect(parseReasons([`SIP;cause=${cause}`])).toEqual([{ protocol: "sip", cause: undefined, text: "" }]);
  });

  it("reads at most eight values", () => {
    expect(parseReasons([Array(40).fill("SIP;cause=200").join(",")]).length).toBe(8);
    expect(parseReasons(Array(40).fill("SIP;cause=200")).length).toBe(8);
  });

  it("throws for nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 60 }), { maxLength: 12 }), lines => {
        expect(parseReasons(lines).length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  it("gives back what formatReason wrote", () => {
    const texts = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), texts, (cause, text) => {
        const line = formatReason({ protocol: "etherlynk", cause, text });
        expect(parseReasons([line])).toEqual([{ protocol: "etherlynk", cause, text }]);
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });
});
