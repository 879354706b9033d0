import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Context,
  ContextError,
  contextLimits,
  formatContext,
  hashContext,
  isContext,
  isSameContext,
  parseContext,
} from "./context.ts";

const context: Context = {
  chainId: 1,
  transaction: `0x${"ab".repeat(32)}`,
  contract: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  method: "transfer(address,uint256)",
  origin: "https://app.example",
  title: "Zoë's order 🜲",
  amount: "12.50 USDC",
};

const line = (length: number) =>
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: length })
    .filter(it => it.length <= length && isContext({ ...context, title: it }));
const contexts: fc.Arbitrary<Context> = fc.record(
  {
    chainId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    transaction: fc.stringMatching(/^0x[0-9a-f]{64}$/).map(it => it as `0x${string}`),
    order: line(contextLimits.orderLength),
    contract: fc.constant(context.contract ?? "0x"),
    method: line(60),
    origin: fc.constantFrom("https://app.example", "http://localhost:8080", "https://[::1]:1"),
    title: line(contextLimits.titleLength),
    amount: line(contextLimits.amountLength),
  },
  { requiredKeys: ["chainId", "origin", "order"] },
);

describe("the body", () => {
  it("is canonical JSON in UTF-8, a byte a character", () => {
    const body = formatContext(context);
    expect(Buffer.from(body, "latin1").toString("utf8")).toBe(
      '{"amount":"12.50 USDC","chainId":1,"contract":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",' +
        `"method":"transfer(address,uint256)","origin":"https://app.example","title":"Zoë's order 🜲","transaction":"0x${"ab".repeat(32)}"}`,
    );
  });

  it("goes there and back", () => {
    fc.assert(
      fc.property(contexts, it => {
        expect(parseContext(formatContext(it))).toEqual(it);
      }),
    );
  });

  it("throws nothing but its own error", () => {
    const nearly = fc
      .tuple(
        fc.nat({ max: 300 }),
        fc.string({
          unit: fc.integer({ min: 0, max: 255 }).map(it => String.fromCharCode(it)),
          maxLength: 2,
        }),
      )
      .map(([at, put]) => formatContext(context).slice(0, at) + put + formatContext(context).slice(at + 1));
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.json().filter(it => /^[\0-\xff]*$/.test(it)),
        ),
        body => {
          try {
            expect(formatContext(parseContext(body))).toBe(body);
          } catch (error) {
            expect(error).toBeInstanceOf(ContextError);
          }
        },
      ),
    );
  });

  it.each([
    ["broken UTF-8", formatContext(context).replace("Zo\xc3\xab", "Zo\xff")],
    ["a byte order mark", `\xef\xbb\xbf${formatContext(context)}`],
    ["more than a context is", formatContext({ ...context, method: "é".repeat(2100) })],
  ])("refuses %s", (_, body) => {
    expect(() => parseContext(body)).toThrow(ContextError);
  });
});

describe("isContext", () => {
  const without = ({ transaction: _, contract: __, ...rest }: Context) => rest;

  it.each([
    ["null", null],
    ["text", "context"],
    ["nothing it is about", without(context)],
    ["chain 0", { ...context, chainId: 0 }],
    ["a chain of text", { ...context, chainId: "1" }],
    ["a transaction in capitals", { ...context, transaction: `0x${"AB".repeat(32)}` }],
    ["a contract without its checksum", { ...context, contract: context.contract?.toLowerCase() }],
    ["an order too long", { ...context, order: "a".repeat(129) }],
    ["an empty order", { ...context, order: "" }],
    ["a title of two lines", { ...context, title: "a\nb" }],
    ["a title that turns the text", { ...context, title: "a\u202eb" }],
    ["half a character", { ...context, title: "a\ud800" }],
    ["an amount too long", { ...context, amount: "9".repeat(65) }],
    ["a page instead of an origin", { ...context, origin: "https://app.example/x" }],
    ["an origin in capitals", { ...context, origin: "https://App.example" }],
    ["an opaque origin", { ...context, origin: "null" }],
    ["no origin", { ...context, origin: undefined }],
    ["a member nobody knows", { ...context, note: "x" }],
  ])("refuses %s", (_, value) => {
    expect(isContext(value)).toBe(false);
    expect(isContext(context)).toBe(true);
  });
});

describe("isSameContext", () => {
  it.each<[string, boolean, Partial<Context>]>([
    ["the same", true, {}],
    ["another title", true, { title: "An order" }],
    ["another page", true, { origin: "https://explorer.example" }],
    ["another transaction", false, { transaction: `0x${"cd".repeat(32)}` }],
    ["another chain", false, { chainId: 10 }],
  ])("a transaction: %s", (_, same, change) => {
    expect(isSameContext(context, { ...context, ...change })).toBe(same);
  });

  const order: Context = { chainId: 1, order: "A-17", origin: "https://shop.example" };
  it.each<[string, boolean, Context]>([
    ["worded otherwise", true, { ...order, title: "Shoes" }],
    ["another order", false, { ...order, order: "A-18" }],
    ["another shop", false, { ...order, origin: "https://other.example" }],
    ["of a contract", false, { ...order, contract: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }],
  ])("an order: %s", (_, same, other) => {
    expect(isSameContext(order, other)).toBe(same);
  });

  it("no context is the same as none, and no other", () => {
    expect(isSameContext(undefined, undefined)).toBe(true);
    expect(isSameContext(undefined, order)).toBe(false);
  });
});

it("hashContext differs with every member", () => {
  const changes: Partial<Context>[] = [
    {},
    { chainId: 2 },
    { transaction: `0x${"cd".repeat(32)}` },
    { order: "A" },
    { contract: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" },
    { method: "x()" },
    { origin: "https://b.example" },
    { title: "b" },
    { amount: "b" },
  ];
  expect(new Set(changes.map(change => hashContext({ ...context, ...change }))).size).toBe(changes.length);
});
