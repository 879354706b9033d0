import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNumber, fromTokenId, isNumber, NumberError, parseNumber, toTokenId } from "./number.ts";

const number = fc.stringMatching(/^\+999[0-9]{4,12}$/).map(parseNumber);

describe("parseNumber", () => {
  it.each([
    ["+99912345678", "+99912345678"],
    ["99912345678", "+99912345678"],
    ["+999 1234 5678", "+99912345678"],
    ["+999\u00a01234\u202f5678", "+99912345678"],
    ["+999-1234-5678", "+99912345678"],
    ["(999) 1234.5678", "+99912345678"],
    ["+9990000", "+9990000"],
    ["+999000000000000", "+999000000000000"],
  ])("reads %j", (text, expected) => {
    expect(parseNumber(text)).toBe(expected);
  });

  it.each([
    ["three digits", "+999123"],
    ["thirteen digits", "+9991234567890123"],
    ["another country", "+4930123456"],
    ["a trunk prefix", "0099912345678"],
    ["two plus signs", "++99912345678"],
    ["a plus inside", "999+12345678"],
    ["letters", "+9991234ABCD"],
    ["digits of another script", "+999١٢٣٤٥٦٧٨"],
    ["a line end", "+99912345678\n"],
    ["nothing", ""],
    ["a page of spaces", `+999${" ".repeat(100)}12345678`],
  ])("refuses %s", (_, text) => {
    expect(() => parseNumber(text)).toThrow(NumberError);
  });

  it("throws nothing but its own error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), text => {
        try {
          expect(isNumber(parseNumber(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(NumberError);
        }
      }),
    );
  });
});

describe("token ids", () => {
  it("are the integer of all digits", () => {
    expect(toTokenId("+99912345678")).toBe(99912345678n);
    expect(fromTokenId(9990001n)).toBe("+9990001");
  });

  it("go there and back for every number", () => {
    fc.assert(fc.property(number, it => fromTokenId(toTokenId(it)) === it));
  });

  it.each([0n, -99912345n, 999n, 999123n, 10n ** 15n, 2n ** 256n - 1n])("refuse the token %s", token => {
    expect(() => fromTokenId(token)).toThrow(NumberError);
  });
});

describe("formatNumber", () => {
  it.each([
    ["+9991234", "+999 1234"],
    ["+99912345", "+999 12 345"],
    ["+9991234567890", "+999 123 456 7890"],
    ["+999123456789012", "+999 1234 5678 9012"],
  ] as const)("writes %s as %s", (given, expected) => {
    expect(formatNumber(given)).toBe(expected);
  });

  it("writes what parseNumber reads back", () => {
    fc.assert(fc.property(number, it => parseNumber(formatNumber(it)) === it));
  });
});
