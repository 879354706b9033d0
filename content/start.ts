import type { CallOffer, OfferState } from "../protocol/bus/page-contract.ts";
import { reachPhone } from "./ask-phone.ts";
import { startBridge } from "./bridge.ts";
import { openedDoor } from "./door.ts";
import { startMarks } from "./marks.ts";
import { createPageOffers, readOffered } from "./offers.ts";
import { createSight } from "./sight.ts";
import { startWalletRelay } from "./wallet-relay.ts";

/** In our own world of the page; shared by all scripts of the extension there, and seen by nobody else. */
const place = Symbol.for("etherlynk.content");

/**
 * What enters a page that was switched on. It hangs on one signal, for it outlives its extension: after an update the
 * old script goes silent, and takes its marks away.
 */
export function startContent(api: typeof chrome): void {
  if (document.contentType !== "text/html" || place in globalThis) return;
  Object.assign(globalThis, { [place]: true });
  const { ask, signal } = reachPhone(api.runtime);
  const port = openedDoor();
  const lazy = createLazy(() => {
    const sight = createSight(signal);
    return { sight, offers: createPageOffers(ask, sight) };
  });
  const bridge =
    port &&
    startBridge(port, ask, (name, value) => {
      const offered = name === "page.call.offer" ? readOffered(value) : undefined;
      if (offered) lazy().offers.show(offered.wish, offered.offer);
    });
  startWalletRelay(api.runtime, port, signal);

  api.runtime.onMessage.addListener((message, sender) => {
    if (sender.id !== api.runtime.id || message?.kind !== "tell") return;
    const { name, body } = message as { name: string; body: { offer: string; state: OfferState } };
    if (name === "page.call.changed") lazy().offers.changed(body.offer, body.state);
    if (name.startsWith("page.")) bridge?.tell(name, body);
  });

  whenShown(() => {
    const { sight } = lazy();
    const dial = async (wish: CallOffer) => void (await ask("mark.call.dial", wish));
    const offer = async (wish: CallOffer) => {
      const taken = await ask("page.call.offer", wish);
      lazy().offers.show(wish, taken.offer);
    };
    startMarks({ sight, dial, offer }, signal);
  });
}

/** Nothing of ours runs before the page is there to be read. */
function whenShown(start: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
}

function createLazy<Value>(create: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= create();
    return value;
  };
}
