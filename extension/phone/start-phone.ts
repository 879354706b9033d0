import type { Bus } from "../../background/bus/bus.ts";
import type { Dialling } from "../../background/bus/phone-contract.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { CallId } from "../../protocol/ids.ts";
import { startOffers } from "../features/offers/phone.ts";
import { createSnapshotFeed } from "./snapshot-feed.ts";

export interface PhoneParts {
  readonly bus: Bus;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Composes the phone: in Chrome within the offscreen document, in Firefox within the background page. */
export function startPhone({ bus, failed, signal }: PhoneParts): void {
  const feed = createSnapshotFeed(bus, signal);
  const dial = (dialling: Dialling) => dialSignedOut(bus, dialling);
  bus.answer("phone.call.dial", async dialling => ({ call: await dial(dialling) }), signal);
  bus.answer("phone.echo.dial", async () => ({ call: await dial({ to: "echo" }) }), signal);
  // Nothing is known of anybody before a line is up, and a page cannot tell this from "not for you to know".
  bus.answer("page.presence.read", () => ({ presence: "unknown" }), signal);
  startOffers({ bus, dial, feed, failed, newId: () => crypto.randomUUID() }, signal);
}

/** Nobody is signed in: the click is answered by the page where one signs in. */
async function dialSignedOut(bus: Bus, _dialling: Dialling): Promise<CallId> {
  await bus.ask("worker.window.open", { page: "welcome" });
  throw new SignedOutError();
}

class SignedOutError extends EtherlynkError {
  constructor() {
    super(
      "phone.signed-out",
      "Nobody is signed in here. Connect a wallet on the welcome page, then call again.",
    );
  }
}
