import type { Bus } from "../../../background/bus/bus.ts";
import type { Dialling } from "../../../background/bus/phone-contract.ts";
import type { Asker, TabAsker } from "../../../background/bus/trust.ts";
import { toContext } from "../../../protocol/bus/page-contract.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { CallId, OfferId } from "../../../protocol/ids.ts";
import type { SnapshotFeed } from "../../phone/snapshot-feed.ts";
import {
  addOffer,
  findOffer,
  moveOffer,
  type Offer,
  type OfferChange,
  type Offers,
  toOfferViews,
} from "./model.ts";

export interface OffersParts {
  readonly bus: Bus;
  readonly dial: (dialling: Dialling) => Promise<CallId>;
  readonly feed: SnapshotFeed;
  readonly failed: (name: string, error: unknown) => void;
  readonly newId: () => string;
}

/** Pages offer; the user places, on a surface of ours. */
export function startOffers(parts: OffersParts, signal: AbortSignal): void {
  const { bus, feed, failed } = parts;
  let offers: Offers = [];

  const apply = (change: OfferChange) => {
    offers = change.offers;
    feed.change({ offers: toOfferViews(offers) });
    for (const offer of change.told) tellPage(bus, offer).catch((error: unknown) => failed("offer", error));
  };
  const add = (asker: TabAsker, wish: Parameters<typeof addOffer>[2]["wish"]) => {
    const id = parts.newId() as OfferId;
    apply(addOffer(offers, asker, { id, wish }));
    return id;
  };
  const place = async (id: OfferId, asker: TabAsker): Promise<{ readonly offer: OfferId }> => {
    const offer = findOffer(offers, id, asker);
    if (offer === undefined) throw new OfferGoneError();
    try {
      apply(moveOffer(offers, { id, state: "calling" }));
      await parts.dial({ to: offer.to, ...(offer.context && { context: offer.context }) });
    } catch (error) {
      apply(moveOffer(offers, { id, state: "ended" }));
      throw error;
    }
    return { offer: id };
  };

  bus.answer("page.call.offer", (wish, asker) => ({ offer: add(toTab(asker), wish) }), signal);
  bus.answer("page.call.withdraw", ({ offer }, asker) => dismiss(offer, toTab(asker)), signal);
  bus.answer("mark.offer.dismiss", ({ offer }, asker) => dismiss(offer, toTab(asker)), signal);
  bus.answer("mark.offer.dial", ({ offer }, asker) => place(offer, toTab(asker)), signal);
  bus.answer(
    "mark.call.dial",
    async ({ to, context }, asker) => {
      const tab = toTab(asker);
      await parts.dial({ to, ...(context && { context: toContext(context, tab.origin) }) });
      return { offer: parts.newId() as OfferId };
    },
    signal,
  );

  function dismiss(id: OfferId, by: TabAsker): null {
    apply(moveOffer(offers, { id, state: "dismissed", by }));
    return null;
  }
}

async function tellPage(bus: Bus, { id, state, asker }: Offer): Promise<void> {
  const { tab, frame, document } = asker;
  const place = { tab, frame, ...(document !== undefined && { document }) };
  await bus.ask("worker.page.tell", { ...place, name: "page.call.changed", body: { offer: id, state } });
}

function toTab(asker: Asker): TabAsker {
  if (asker.kind === "tab") return asker;
  throw new OfferGoneError();
}

class OfferGoneError extends EtherlynkError {
  constructor() {
    super("offer.gone", "This offer stands no more. Offer the call again.");
  }
}
