import { describe, expect, it } from "vitest";
import { readTabAsk } from "./mark-contract.ts";
import { PageAskError } from "./page-contract.ts";

const offer = "o-41c2f09b77";

describe("what our script in a page may ask", () => {
  it("dials what was clicked, in the one form an offer has", () => {
    const body = { to: " alice.eth ", context: { chainId: 1, order: "7" } };
    expect(readTabAsk("mark.call.dial", body)).toEqual({
      name: "mark.call.dial",
      body: { to: "alice.eth", context: { chainId: 1, order: "7" } },
    });
  });

  it.each(["mark.offer.dial", "mark.offer.dismiss"])("%s takes an offer's id", name => {
    expect(readTabAsk(name, { offer })).toEqual({ name, body: { offer } });
  });

  it("wakes the phone, whatever came along", () => {
    expect(readTabAsk("mark.phone.wake", { huge: "x".repeat(100_000) })).toEqual({
      name: "mark.phone.wake",
      body: null,
    });
  });

  it("passes the page's own names on to the page's contract", () => {
    expect(readTabAsk("page.presence.read", { of: "alice.eth" })).toEqual({
      name: "page.presence.read",
      body: { of: "alice.eth" },
    });
  });

  it.each<[string, unknown]>([
    ["mark.call.dial", { to: "nobody in particular" }],
    ["mark.call.dial", { to: "alice.eth", at: "once" }],
    ["mark.call.place", { to: "alice.eth" }],
    ["mark.offer.dial", { offer: "x" }],
    ["mark.offer.dial", { offer, more: 1 }],
    ["mark.offer.dial", null],
    ["mark.offer.dismiss", [offer]],
    ["phone.call.dial", { to: "alice.eth" }],
    ["constructor", {}],
  ])("refuses %s %j", (name, body) => {
    expect(() => readTabAsk(name, body)).toThrow(PageAskError);
  });
});
