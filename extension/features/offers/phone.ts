import type { Bus } from "../../../background/bus/bus.ts";
import type { CallView, Dialling } from "../../../background/bus/phone-contract.ts";
import type { Asker, TabAsker } from "../../../background/bus/trust.ts";
import { type OfferState, toContext } from "../../../protocol/bus/page-contract.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { CallId, OfferId } from "../../../protocol/ids.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import {
  addOffer,
  findOffer,
  moveOffer,
  type Offer,
  type OfferChange,
  type Offers,
  toOfferViews,
} from "./model.ts";

export interface OffersParts extends Omit<FeatureParts, "store" | "now"> {
  readonly dial: (dialling: Dialling) => Promise<CallId>;
}

/** Pages offer; the user places, on a surface of ours. */
export function startOffers(parts: OffersParts, signal: AbortSignal): void {
  const { bus, feed, failed } = parts;
  let offers: Offers = [];
  /** Which call was placed for which offer. */
  const placed = new Map<CallId, OfferId>();

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
      const call = await parts.dial({ to: offer.to, ...(offer.context && { context: offer.context }) });
      placed.set(call, id);
    } catch (error) {
      apply(moveOffer(offers, { id, state: "ended" }));
      throw error;
    }
    return { offer: id };
  };

  const follow = ({ id: call, stage }: CallView) => {
    const id = placed.get(call);
    if (id === undefined) return;
    const state = stateOf(stage);
    if (state === "ended") placed.delete(call);
    apply(moveOffer(offers, { id, state }));
  };
  feed.watch(
    ["calls"],
    () => {
      const { calls } = feed.now();
      for (const call of calls) follow(call);
    },
    signal,
  );
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

/** No more of a call than a page needs. */
function stateOf(stage: CallView["stage"]): OfferState {
  switch (stage) {
    case "checking":
    case "calling":
      return "calling";
    case "ringing":
      return "ringing";
    case "connecting":
    case "talking":
    case "held":
    case "reconnecting":
      return "talking";
    case "ended":
      return "ended";
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
