import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasOnly, isPlain, isRecord } from "./plain.ts";

const limits = { characters: 1_000, values: 100, depth: 5 };

describe("isPlain", () => {
  it.each([
    null,
    undefined,
    true,
    0,
    -1.5,
    "",
    "text",
    [],
    {},
    [1, [2, [3]]],
    { a: { b: [null, undefined] } },
    Object.create(null),
    "x".repeat(1_000),
    Array(99).fill(0),
    { constructor: 1, toString: 2, prototype: 3 },
  ])("takes %j", value => {
    expect(isPlain(value, limits)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["not a number", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["a big integer", 1n],
    ["a symbol", Symbol("x")],
    ["a function", () => 1],
    ["a map", new Map([["a", 1]])],
    ["a set", new Set([1])],
    ["bytes", new Uint8Array(4)],
    ["a buffer", new ArrayBuffer(4)],
    ["a regular expression", /x/],
    ["an error", new Error("x")],
    ["an instance", new (class Thing {})()],
    ["an object with a prototype of its own", Object.create({ isAdmin: true })],
    ["an own __proto__", JSON.parse('{"__proto__": {"isAdmin": true}}')],
    ["an own __proto__ deep inside", { a: [JSON.parse('{"b": {"__proto__": 1}}')] }],
    ["a symbol as key", { [Symbol("x")]: 1 }],
    ["a text too long", "x".repeat(1_001)],
    ["texts too long together", Array(11).fill("x".repeat(100))],
    ["a key too long", { ["x".repeat(1_001)]: 1 }],
    ["too many elements", Array(100).fill(0)],
    ["too many fields", Object.fromEntries(Array.from({ length: 100 }, (_, index) => [index, 0]))],
    ["too many values together", Array(20).fill([1, 2, 3, 4, 5])],
    ["too deep", [[[[[[[]]]]]]]],
    ["a sparse array", Array(5)],
    ["a very sparse array", Object.assign([], { length: 2 ** 32 - 1 })],
    ["an array with a field", Object.assign([1], { isAdmin: true })],
  ])("refuses %s", (_what, value) => {
    expect(isPlain(value, limits)).toBe(false);
  });

  it("ends with what contains itself, and with what contains the same thing a billion times", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    let laughs: unknown = "ha";
    for (let level = 0; level < 9; level += 1) laughs = Array(10).fill(laughs);
    // Read to their ends these would not come back within a lifetime, nor within the test's.
    expect(isPlain(circle, limits)).toBe(false);
    expect(isPlain(laughs, { characters: 1_000_000, values: 50_000, depth: 32 })).toBe(false);
  });

  it("takes all of JSON within its limits, and what it takes survives JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), value => {
        // JSON.parse makes own keys of __proto__; the bus refuses them.
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(isPlain(value, { characters: 1e6, values: 1e6, depth: 1e3 })).toBe(true);
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  it("says the same of a value and of its structured clone, whatever it is", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, value => {
        if (isPlain(value, limits)) expect(isPlain(structuredClone(value), limits)).toBe(true);
      }),
      { numRuns: 500, seed: 20_261_121 },
    );
  });
});

it("isRecord takes objects of no class", () => {
  expect([{}, Object.create(null)].every(isRecord)).toBe(true);
  expect([null, [], new Map(), "x", 1, undefined, () => 1].some(isRecord)).toBe(false);
});

it("hasOnly wants no other keys, symbols included", () => {
  expect(hasOnly({ a: 1 }, ["a", "b"])).toBe(true);
  expect(hasOnly({ a: 1, c: 1 }, ["a", "b"])).toBe(false);
  expect(hasOnly({ [Symbol("a")]: 1 }, ["a"])).toBe(false);
});
