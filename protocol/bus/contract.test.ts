import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AskName,
  type Asks,
  type BusName,
  isBusName,
  ownerOf,
  type PayloadOf,
  type ReplyOf,
  type RequestOf,
  type TellName,
  type Tells,
} from "./contract.ts";
import type { CallOffer, PageAskName } from "./page-contract.ts";

declare module "./contract.ts" {
  interface Asks {
    "sample.thing.read": Ask<{ readonly id: number }, string>;
  }
}

describe("the contract", () => {
  it("has only names of the form owner.noun.verb", () => {
    expectTypeOf<keyof Asks>().toExtend<BusName>();
    expectTypeOf<keyof Tells>().toExtend<BusName>();
  });

  it("is open: what a folder merges in is typed like the rest", () => {
    expectTypeOf<"sample.thing.read">().toExtend<AskName>();
    expectTypeOf<RequestOf<"sample.thing.read">>().toEqualTypeOf<{ readonly id: number }>();
    expectTypeOf<ReplyOf<"sample.thing.read">>().toEqualTypeOf<string>();
    expectTypeOf<RequestOf<"page.call.offer">>().toEqualTypeOf<CallOffer>();
    expectTypeOf<PayloadOf<"bus.owner.started">>().toEqualTypeOf<{ readonly owner: string }>();
    expectTypeOf<"page.call.changed">().toExtend<TellName>();
    expectTypeOf<"sample.thing.read">().not.toExtend<PageAskName>();
  });
});

describe("isBusName", () => {
  it.each(["page.call.offer", "bus.owner.started", "call-log.entry-2.read-all", `a.b.${"c".repeat(60)}`])(
    "takes %s",
    name => {
      expect(isBusName(name)).toBe(true);
    },
  );

  it.each([
    "",
    "page",
    "page.call",
    "page.call.offer.now",
    "Page.call.offer",
    "page..offer",
    ".call.offer",
    "page.call.",
    "page.call.-offer",
    "page.call.offer-",
    "page.call.of--fer",
    "page.call.offer\n",
    "page call offer",
    "__proto__.a.b",
    `a.b.${"c".repeat(61)}`,
    7,
    null,
    ["page.call.offer"],
  ])("refuses %j", name => {
    expect(isBusName(name)).toBe(false);
  });

  it("answers a hostile text, within the test's patience", () => {
    expect(isBusName(`${"a-".repeat(100_000)}!`)).toBe(false);
    expect(isBusName(`a.b.${"c-".repeat(30)}`)).toBe(false);
  });
});

it("ownerOf gives the first part", () => {
  expect(ownerOf("page.call.offer")).toBe("page");
});
