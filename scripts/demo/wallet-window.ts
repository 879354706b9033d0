import type { Report } from "./report.ts";
import type { Actor } from "./stage.ts";
import { press, says } from "./stage.ts";

const isConfirm = (url: string) => url.startsWith("chrome-extension://") && url.includes("/confirm.html");

/** The development wallet asks in a window of its own; a person reads it, and confirms. */
export async function confirmInWallet(actor: Actor, report: Report, what: string): Promise<void> {
  const window = await actor.next("the wallet's window", isConfirm);
  // Before, it only says that it waits.
  await says(window, "asks.");
  await report.step(`${actor.person.name}'s wallet asks: it ${what}.`, [
    { who: actor.person.name, page: window },
  ]);
  await press(window, "Approve");
}
