import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CanonicalError, formatCanonical, type Json, parseCanonical } from "./canonical-json.ts";

const json = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z0-9_"]{1,6}$/), tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("canonical JSON", () => {
  it("is RFC 8225 §9.1's own example", () => {
    const claims = {
      orig: { tn: "12155551212" },
      dest: { uri: ["sip:alice@example.com"] },
      iat: 1_443_208_345,
      mky: [{ dig: "021ACC54", alg: "sha-256" }],
      none: undefined,
    };
    expect(formatCanonical(claims)).toBe(
      '{"dest":{"uri":["sip:alice@example.com"]},"iat":1443208345,"mky":[{"alg":"sha-256","dig":"021ACC54"}],"orig":{"tn":"12155551212"}}',
    );
  });

  it("goes there and back", () => {
    fc.assert(
      fc.property(json, value => {
        const text = formatCanonical(value);
        expect(formatCanonical(parseCanonical(text, 100_000) as Json)).toBe(text);
      }),
    );
  });

  it.each([
    ["white space", '{"a": 1}'],
    ["another order", '{"b":1,"a":2}'],
    ["a member twice", '{"a":1,"a":2}'],
    ["a needless escape", '"\\u0041"'],
    ["a number in another writing", "1.0"],
    ["null", '{"a":null}'],
    ["no JSON", "{"],
    ["nothing", ""],
    ["nesting", "[".repeat(10) + "]".repeat(10)],
    ["nesting without end", "[".repeat(45_000) + "]".repeat(45_000)],
    ["a long text", `"${"a".repeat(100_000)}"`],
  ])("refuses %s", (_, text) => {
    expect(() => parseCanonical(text, 100_000)).toThrow(CanonicalError);
  });
});
