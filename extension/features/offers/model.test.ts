import { describe, expect, it } from "vitest";
import type { TabAsker } from "../../../background/bus/trust.ts";
import type { OfferId } from "../../../protocol/ids.ts";
import { addOffer, findOffer, moveOffer, type Offers, offerLimits, toOfferViews } from "./model.ts";

const page = (tab: number, document = "D"): TabAsker => ({
  kind: "tab",
  origin: "https://app.example",
  tab,
  frame: 0,
  document,
});
const idOf = (text: string) => `offer-${text}` as OfferId;
const add = (offers: Offers, asker: TabAsker, name: string) =>
  addOffer(offers, asker, { id: idOf(name), wish: { to: `${name}.eth` } });

describe("offers", () => {
  it("take their origin from the browser, never from the page", () => {
    const wish = { to: "alice.eth", context: { chainId: 1, order: "7" } };
    const { offers } = addOffer([], page(1), { id: idOf("a"), wish });
    expect(toOfferViews(offers)).toEqual([
      {
        id: "offer-a",
        to: "alice.eth",
        origin: "https://app.example",
        context: { chainId: 1, order: "7", origin: "https://app.example" },
      },
    ]);
  });

  it("a page's new offer takes the place of the one before, and the page hears of it", () => {
    const first = add([], page(1), "alice").offers;
    const { offers, told } = add(first, page(1), "bob");
    expect(offers.map(({ to }) => to)).toEqual(["bob.eth"]);
    expect(told).toMatchObject([{ id: "offer-alice", state: "dismissed" }]);
  });

  it("of other pages stay, up to a bound", () => {
    let offers: Offers = [];
    for (let tab = 0; tab < offerLimits.all; tab++) offers = add(offers, page(tab), `n${tab}`).offers;
    expect(offers).toHaveLength(offerLimits.all);
    const { offers: after, told } = add(offers, page(99), "last");
    expect(after).toHaveLength(offerLimits.all);
    expect(told).toMatchObject([{ id: "offer-n0", state: "ended" }]);
  });

  it("are nobody else's: another tab, document or frame finds and moves nothing", () => {
    const { offers } = add([], page(1), "alice");
    for (const other of [page(2), page(1, "E"), { ...page(1), frame: 3 }]) {
      expect(findOffer(offers, idOf("alice"), other)).toBeUndefined();
      expect(moveOffer(offers, { id: idOf("alice"), state: "dismissed", by: other }).told).toEqual([]);
    }
    expect(findOffer(offers, idOf("alice"), page(1))).toBeDefined();
  });

  it("that are over are gone; each change is told once", () => {
    const { offers } = add([], page(1), "alice");
    const calling = moveOffer(offers, { id: idOf("alice"), state: "calling" });
    expect(calling.told).toMatchObject([{ state: "calling" }]);
    expect(moveOffer(calling.offers, { id: idOf("alice"), state: "calling" }).told).toEqual([]);
    expect(toOfferViews(calling.offers)).toEqual([]);
    const ended = moveOffer(calling.offers, { id: idOf("alice"), state: "ended" });
    expect(ended.offers).toEqual([]);
    expect(ended.told).toMatchObject([{ state: "ended" }]);
  });
});
