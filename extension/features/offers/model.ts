import type { OfferView } from "../../../background/bus/phone-contract.ts";
import type { TabAsker } from "../../../background/bus/trust.ts";
import { type CallOffer, type OfferState, toContext } from "../../../protocol/bus/page-contract.ts";
import type { OfferId } from "../../../protocol/ids.ts";

/** What pages offer, and in what page each offer stands. */
export interface Offer extends OfferView {
  readonly asker: TabAsker;
  readonly state: OfferState;
}

export type Offers = readonly Offer[];

export const offerLimits = {
  /** A page shows one at a time: its new offer takes the place of the one before. */
  each: 1,
  all: 32,
} as const;

/** What goes out, and whom it concerns. */
export interface OfferChange {
  readonly offers: Offers;
  readonly told: readonly Offer[];
}

/** @throws PageAskError where the context cannot be read */
export function addOffer(
  offers: Offers,
  asker: TabAsker,
  add: { id: OfferId; wish: CallOffer },
): OfferChange {
  const { id, wish } = add;
  const context = wish.context === undefined ? {} : { context: toContext(wish.context, asker.origin) };
  const offer: Offer = { id, to: wish.to, origin: asker.origin, ...context, asker, state: "offered" };
  const isReplaced = (other: Offer) => other.state === "offered" && isSamePage(other.asker, asker);
  const kept = offers.filter(other => !isReplaced(other));
  const told = offers.filter(isReplaced).map(other => ({ ...other, state: "dismissed" }) as const);
  const surplus = Math.max(0, kept.length + 1 - offerLimits.all);
  const dropped = kept.slice(0, surplus).map(other => ({ ...other, state: "ended" }) as const);
  return { offers: [...kept.slice(surplus), offer], told: [...told, ...dropped] };
}

/** Nothing changes where the page that asks is not the one that offered. */
export function moveOffer(
  offers: Offers,
  move: { id: OfferId; state: OfferState; by?: TabAsker },
): OfferChange {
  const found = offers.find(({ id, asker }) => id === move.id && (!move.by || isSamePage(asker, move.by)));
  if (found === undefined || found.state === move.state) return { offers, told: [] };
  const moved = { ...found, state: move.state };
  const isOver = move.state === "dismissed" || move.state === "ended";
  const rest = isOver
    ? offers.filter(offer => offer !== found)
    : offers.map(offer => (offer === found ? moved : offer));
  return { offers: rest, told: [moved] };
}

export function findOffer(offers: Offers, id: OfferId, by: TabAsker): Offer | undefined {
  return offers.find(offer => offer.id === id && isSamePage(offer.asker, by));
}

export function toOfferViews(offers: Offers): readonly OfferView[] {
  return offers
    .filter(({ state }) => state === "offered")
    .map(({ id, to, origin, context }) => ({ id, to, origin, ...(context && { context }) }));
}

/** The document, where the browser tells it; else tab, frame and origin. */
function isSamePage(a: TabAsker, b: TabAsker): boolean {
  return a.tab === b.tab && a.frame === b.frame && a.document === b.document && a.origin === b.origin;
}
