import type { CallOffer, OfferState } from "../protocol/bus/page-contract.ts";
import { isOfferId, type OfferId } from "../protocol/ids.ts";
import type { AskPhone } from "./ask-phone.ts";
import { type Card, cardStyle, showCard } from "./card.ts";
import type { Sight } from "./sight.ts";
import { toSheet } from "./surface.ts";

export interface PageOffers {
  /** The phone took what the page offers. */
  show(wish: CallOffer, offer: OfferId): void;
  changed(offer: string, state: OfferState): void;
}

/** The card of the page's offer: one at a time, as the phone keeps one for each page. */
export function createPageOffers(ask: AskPhone, sight: Sight): PageOffers {
  const sheet = toSheet(cardStyle);
  let shown: { readonly offer: OfferId; readonly card: Card } | undefined;
  return {
    show(wish, offer) {
      shown?.card.remove();
      const card = showCard({
        wish,
        host: location.host,
        sheet,
        sight,
        call: async () => void (await ask("mark.offer.dial", { offer })),
        dismiss: () => void ask("mark.offer.dismiss", { offer }),
      });
      shown = { offer, card };
    },
    changed(offer, state) {
      if (shown?.offer === offer && state !== "offered") shown.card.remove();
    },
  };
}

/** What the bridge heard of one question, when it is that the page offered a call. */
export function readOffered(
  value: unknown,
): { readonly wish: CallOffer; readonly offer: OfferId } | undefined {
  const { asked, value: reply } = value as { asked: CallOffer; value: { offer?: unknown } };
  return isOfferId(reply.offer) ? { wish: asked, offer: reply.offer } : undefined;
}
