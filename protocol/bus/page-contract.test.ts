import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isContext } from "../words/context.ts";
import { PageAskError, type PageContext, readPageAsk, toContext } from "./page-contract.ts";

const account = "0x52908400098527886E0F7030069857D2E4169EE7";
const transaction = `0x${"Ab".repeat(32)}`;

function codeOf(name: string, body: unknown): string {
  try {
    readPageAsk(name, body);
  } catch (error) {
    if (error instanceof PageAskError) return error.code;
    throw error;
  }
  return "taken";
}

describe("what a page may ask", () => {
  it.each([
    "alice.eth",
    "+999 1234 5678",
    account,
    account.toLowerCase(),
    "sip:bob@node.example",
    "  alice.eth ",
  ])("offers a call to %j", to => {
    expect(readPageAsk("page.call.offer", { to })).toEqual({
      name: "page.call.offer",
      body: { to: to.trim() },
    });
  });

  it("writes accounts and hashes of a context in their one form, so that two sites mean the same", () => {
    const context = { chainId: 1, transaction, contract: account.toLowerCase(), title: "Order 7" };
    expect(readPageAsk("page.call.offer", { to: "alice.eth", context })).toEqual({
      name: "page.call.offer",
      body: {
        to: "alice.eth",
        context: { chainId: 1, transaction: transaction.toLowerCase(), contract: account, title: "Order 7" },
      },
    });
  });

  it("withdraws, reads presence, chooses events", () => {
    expect(codeOf("page.call.withdraw", { offer: "o-41c2f09b77" })).toBe("taken");
    expect(codeOf("page.presence.read", { of: "alice.eth" })).toBe("taken");
    expect(readPageAsk("page.events.choose", { events: ["call", "call"] })).toEqual({
      name: "page.events.choose",
      body: { events: ["call"] },
    });
    expect(codeOf("page.events.choose", { events: [] })).toBe("taken");
  });

  it.each<[string, unknown, string]>([
    ["bus.version.read", null, "page.name"],
    ["sample.thing.read", { id: 7 }, "page.name"],
    ["constructor", {}, "page.name"],
    ["__proto__", {}, "page.name"],
    ["toString", {}, "page.name"],
    ["page.call.place", { to: "alice.eth" }, "page.name"],
    ["page.call.offer", undefined, "page.fields"],
    ["page.call.offer", null, "page.fields"],
    ["page.call.offer", [], "page.fields"],
    ["page.call.offer", "alice.eth", "page.fields"],
    ["page.call.offer", { to: "alice.eth", autoplace: true }, "page.fields"],
    ["page.call.offer", new Map([["to", "alice.eth"]]), "page.size"],
    ["page.call.offer", { to: "alice.eth", context: { order: "x".repeat(9_000) } }, "page.size"],
    ["page.call.offer", { to: "alice.eth", context: [[[[[[1]]]]]] }, "page.size"],
    ["page.call.offer", JSON.parse('{"to": "alice.eth", "__proto__": {"isAdmin": true}}'), "page.size"],
    ["page.call.offer", {}, "page.address"],
    ["page.call.offer", { to: 7 }, "page.address"],
    ["page.call.offer", { to: "" }, "page.address"],
    ["page.call.offer", { to: "alice" }, "page.address"],
    ["page.call.offer", { to: "alice.eth\r\nVia: x" }, "page.address"],
    ["page.call.offer", { to: `${"a".repeat(600)}.eth` }, "page.address"],
    ["page.call.offer", { to: account.replace("E", "e") }, "page.address"],
    ["page.call.offer", { to: "<script>" }, "page.address"],
    ["page.call.offer", { to: "alice.eth", context: {} }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: null }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: "order 7" }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: { chainId: 1 } }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: { chainId: 0, order: "7" } }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: { chainId: 1, order: "7", extra: 1 } }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: { chainId: 1, transaction: "0x12" } }, "page.context"],
    ["page.call.offer", { to: "alice.eth", context: { chainId: 1, contract: "0x12" } }, "page.context"],
    [
      "page.call.offer",
      { to: "alice.eth", context: { chainId: 1, order: "7", title: "Your bank\u202e" } },
      "page.context",
    ],
    [
      "page.call.offer",
      { to: "alice.eth", context: { chainId: 1, order: "7", origin: "https://bank.example" } },
      "page.context",
    ],
    [
      "page.call.offer",
      { to: "alice.eth", context: { chainId: 1, order: "7", origin: undefined } },
      "page.context",
    ],
    ["page.call.withdraw", {}, "page.offer"],
    ["page.call.withdraw", { offer: "x" }, "page.offer"],
    ["page.call.withdraw", { offer: ["o-41c2f09b77"] }, "page.offer"],
    ["page.presence.read", { of: "*" }, "page.address"],
    ["page.events.choose", { events: "call" }, "page.events"],
    ["page.events.choose", { events: ["log"] }, "page.events"],
    ["page.events.choose", { events: ["call", "presence", "call"] }, "page.events"],
  ])("refuses %s with %j: %s", (name, body, code) => {
    expect(codeOf(name, body)).toBe(code);
  });

  it("throws nothing but its own error, and hands on nothing that the page still holds", () => {
    const names = fc.oneof(
      fc.constantFrom("page.call.offer", "page.call.withdraw", "page.presence.read", "page.events.choose"),
      fc.string(),
    );
    const contexts = fc.record(
      {
        chainId: fc.oneof(fc.nat(), fc.anything()),
        order: fc.oneof(fc.string(), fc.anything()),
        title: fc.string(),
      },
      { requiredKeys: [] },
    );
    const offers = fc.record({
      to: fc.constantFrom("alice.eth", account, "+99912345678"),
      context: contexts,
    });
    const bodies = fc.oneof(
      offers,
      offers.map(({ to }) => ({ to })),
      fc.record({ to: fc.oneof(fc.string(), fc.anything()), context: fc.anything() }, { requiredKeys: [] }),
      fc.constant({ of: "alice.eth" }),
      fc.anything({ withMap: true, withNullPrototype: true, withSparseArray: true }),
    );
    let taken = 0;
    fc.assert(
      fc.property(names, bodies, (name, body) => {
        const code = codeOf(name, body);
        if (code !== "taken") return;
        taken += 1;
        const read = readPageAsk(name, body);
        expect(read.body).not.toBe(body);
        if (read.name === "page.call.offer" && read.body.context) {
          expect(isContext(toContext(read.body.context, "https://app.example"))).toBe(true);
        }
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe("toContext", () => {
  const context: PageContext = { chainId: 1, order: "7" };

  it("adds the origin that the browser vouches for", () => {
    expect(toContext(context, "https://app.example")).toEqual({ ...context, origin: "https://app.example" });
  });

  it("lets no page name its origin itself, nor an origin be none", () => {
    const forged = { ...context, origin: "https://bank.example" } as PageContext;
    expect(toContext(forged, "https://app.example").origin).toBe("https://app.example");
    expect(() => toContext(context, "null")).toThrow(PageAskError);
    expect(() => toContext(context, "https://app.example/path")).toThrow(PageAskError);
  });
});
