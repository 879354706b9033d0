import type { AskEnvelope } from "../../protocol/bus/envelope.ts";
import { readTabAsk } from "../../protocol/bus/mark-contract.ts";
import type { Plain } from "../../protocol/bus/plain.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { WireSender } from "./wire.ts";

/** Who asks. `extension`: a context of our own, with the full contract. `tab`: a page, or our script in it. */
export type Asker = { readonly kind: "extension" } | TabAsker;

export interface TabAsker {
  readonly kind: "tab";
  /** As the browser vouches for it, never from a message. */
  readonly origin: string;
  readonly tab: number;
  readonly frame: number;
  /** Where the browser tells it: a page that was left does not hear what is meant for it. */
  readonly document?: string;
}

export interface Trust {
  /** Nobody's: another extension, a page without an origin of its own, a sender that the browser does not name. */
  sort(sender: WireSender): Asker | undefined;
  /**
   * The request as this asker may make it.
   *
   * @throws PageAskError, AskRateError
   */
  admit(ask: AskEnvelope, asker: Asker): Plain;
}

export interface TrustOptions {
  /** `chrome.runtime.id`, and the origin of our own pages. */
  readonly id: string;
  readonly origin: string;
  /** Milliseconds that only grow. */
  readonly elapsed: () => number;
}

export const tabRate = {
  /** A page with a list of orders asks for the presence of each at once. */
  burst: 40,
  perSecond: 10,
  /** Tabs whose rate is kept; the one that was silent longest is forgotten first. */
  tabs: 256,
} as const;

/** Sorts senders once, at the entry of a context. */
export function createTrust({ id, origin, elapsed }: TrustOptions): Trust {
  const rate = createRate(elapsed);
  return {
    sort(sender) {
      if (sender.id !== id) return undefined;
      // A service worker's messages name no origin in some versions, but they have a URL and no tab.
      const own = sender.origin ?? (sender.tab ? undefined : originOf(sender.url));
      if (own === origin) return { kind: "extension" };
      return toTab(sender);
    },
    admit(ask, asker) {
      if (asker.kind === "extension") return ask.body;
      if (!rate.take(asker.tab)) throw new AskRateError();
      return readTabAsk(ask.name, ask.body).body as Plain;
    },
  };
}

/** Sandboxed pages and the like have the origin "null": no two of them can be told apart. */
function toTab({ tab, frameId, origin, documentId }: WireSender): TabAsker | undefined {
  if (tab?.id === undefined || origin === undefined || !/^https?:\/\//.test(origin)) return undefined;
  const asker = { kind: "tab", origin, tab: tab.id, frame: frameId ?? 0 } as const;
  return documentId === undefined ? asker : { ...asker, document: documentId };
}

function originOf(url: string | undefined): string | undefined {
  const match = /^([a-z-]+:\/\/[^/]+)\//.exec(url ?? "");
  return match?.[1];
}

/** A bucket a tab, refilled as time passes; frames of one tab share it. */
function createRate(elapsed: () => number) {
  const buckets = new Map<number, { left: number; at: number }>();
  return {
    take(tab: number): boolean {
      const now = elapsed();
      const { left, at } = buckets.get(tab) ?? { left: tabRate.burst, at: now };
      const filled = Math.min(tabRate.burst, left + ((now - at) / 1_000) * tabRate.perSecond);
      const isLeft = filled >= 1;
      // Set anew, so that the map stays in order of use.
      buckets.delete(tab);
      buckets.set(tab, { left: isLeft ? filled - 1 : filled, at: now });
      if (buckets.size > tabRate.tabs) forgetOldest(buckets);
      return isLeft;
    },
  };
}

function forgetOldest(buckets: Map<number, unknown>): void {
  for (const tab of buckets.keys()) {
    buckets.delete(tab);
    return;
  }
}

export class AskRateError extends EtherlynkError {
  constructor() {
    super("page.rate", "This page asks too often. Wait a second before the next question.");
  }
}
