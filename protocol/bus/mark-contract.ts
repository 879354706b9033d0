import { isOfferId, type OfferId } from "../ids.ts";
import type { Ask, AskName, RequestOf } from "./contract.ts";
import { type CallOffer, type PageAsk, PageAskError, readPageAsk } from "./page-contract.ts";
import { hasOnly, isPlain, isRecord, type PlainLimits } from "./plain.ts";

declare module "./contract.ts" {
  interface Asks {
    /** The user clicked on a mark of ours, in a page: a call is placed. */
    "mark.call.dial": Ask<CallOffer, { readonly offer: OfferId }>;
    /** The user clicked on a card of ours that shows what the page offers. */
    "mark.offer.dial": Ask<{ readonly offer: OfferId }, { readonly offer: OfferId }>;
    "mark.offer.dismiss": Ask<{ readonly offer: OfferId }, null>;
    /** Nobody answered: the phone is to be there before the next question. */
    "mark.phone.wake": Ask<null, null>;
  }
}

/**
 * What our own content script may ask, beside what it passes on for the page. Both come from one tab: the script
 * passes only `page.` names on, and asks these after a trusted click on a surface of its own.
 */
export type MarkAskName = Extract<AskName, `mark.${string}`>;

export type TabAsk = PageAsk | MarkAsk;

export type MarkAsk = {
  readonly [Name in MarkAskName]: { readonly name: Name; readonly body: RequestOf<Name> };
}[MarkAskName];

const limits = { characters: 8_192, values: 64, depth: 4 } as const satisfies PlainLimits;

/**
 * Reads whatever a tab asks: the page's contract, and the few names of our own script in it.
 *
 * @throws PageAskError
 * @example
 * readTabAsk("mark.phone.wake", null) // { name: "mark.phone.wake", body: null }
 */
export function readTabAsk(name: string, body: unknown): TabAsk {
  switch (name) {
    case "mark.call.dial": {
      const offer = readPageAsk("page.call.offer", body);
      if (offer.name === "page.call.offer") return { name, body: offer.body };
      throw new PageAskError("page.name", "A page cannot ask this of Etherlynk.");
    }
    case "mark.offer.dial":
    case "mark.offer.dismiss":
      return { name, body: readOffer(body) };
    case "mark.phone.wake":
      return { name, body: null };
    default:
      return readPageAsk(name, body);
  }
}

function readOffer(body: unknown): { readonly offer: OfferId } {
  if (isPlain(body, limits) && isRecord(body) && hasOnly(body, ["offer"]) && isOfferId(body["offer"]))
    return { offer: body["offer"] };
  throw new PageAskError("page.offer", "This is not an offer's id.");
}
