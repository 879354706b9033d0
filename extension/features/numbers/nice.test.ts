import { describe, expect, it } from "vitest";
import { isNumber } from "../../../protocol/number/number.ts";
import { type Candidate, type NiceKind, type NiceWish, niceNumbers, numberLengths } from "./nice.ts";

function first(count: number, wish: Partial<NiceWish>) {
  const found: Candidate[] = [];
  for (const one of niceNumbers({ text: "", kind: "repeated", ...wish })) {
    if (found.push(one) === count) break;
  }
  return found;
}

function digitsOf({ number }: { readonly number: string }): string {
  return number.slice(4);
}

describe("niceNumbers", () => {
  it("begins with a word as it is dialled, then where it ends or begins longer ones", () => {
    const [alone, ...longer] = first(40, { text: "Hello" });
    expect(alone).toEqual({ number: "+99943556", why: "HELLO" });
    for (const { number, why } of longer) {
      if (why === "ends in HELLO") expect(number).toMatch(/43556$/);
      else
        expect({ number: number.slice(0, 9), why }).toEqual({
          number: "+99943556",
          why: "begins with HELLO",
        });
    }
  });

  it("a word too short to be a number is filled up, one too long has none", () => {
    expect(first(3, { text: "hi" }).map(digitsOf)).toEqual(["1144", "4411", "2244"]);
    expect(first(3, { text: "extraordinarily" })).toEqual([]);
  });

  it("takes a whole number as it is, and digits as a part", () => {
    expect(first(9, { text: "+999 1234 5678" }).map(digitsOf)).toEqual(["12345678"]);
    expect(first(1, { text: "1234" }).map(digitsOf)).toEqual(["1234"]);
    expect(first(2, { text: "1234", length: 5 }).map(digitsOf)).toEqual(["11234", "12341"]);
  });

  it("makes nothing of what no telephone has keys for, and of lengths that no number has", () => {
    expect(first(5, { length: 1_000 })).toEqual([]);
    for (const text of ["<b>", "ö", "+49 30", "a@b", "🔥"]) expect(first(5, { text })).toEqual([]);
  });

  it.each([
    ["repeated", (digits: string) => new Set(digits).size <= 4],
    ["mirrored", (digits: string) => digits === [...digits].reverse().join("")],
    [
      "counting",
      (digits: string) => [...digits].every((digit, at) => at === 0 || digit !== digits.charAt(at - 2)),
    ],
  ] as const satisfies readonly [NiceKind, (digits: string) => boolean][])(
    "%s numbers are what they are called, in every length",
    (kind, holds) => {
      for (const length of numberLengths) {
        const found = first(300, { kind, length });
        expect(found.length).toBeGreaterThan(20);
        for (const one of found) {
          expect(digitsOf(one)).toHaveLength(length);
          expect(holds(digitsOf(one)), `${one.number} is ${kind}`).toBe(true);
        }
      }
    },
  );

  it("of any length, the first nine are of nine lengths", () => {
    const lengths = first(9, { kind: "mirrored" }).map(one => digitsOf(one).length);
    expect(lengths).toEqual([...numberLengths]);
  });

  it("gives each once, all of them numbers, and reaches every one of a small kind", () => {
    const all = first(100_000, { kind: "mirrored", length: 5 });
    expect(all).toHaveLength(1_000);
    expect(new Set(all.map(({ number }) => number)).size).toBe(1_000);
    const ending = first(100_000, { text: "12", length: 6 });
    expect(ending.filter(({ number }) => !isNumber(number))).toEqual([]);
    expect(new Set(ending.map(({ number }) => number)).size).toBe(ending.length);
    expect(ending.length).toBeGreaterThan(19_000);
  });
});
