import type { Page } from "puppeteer";
import type { Play } from "./play.ts";
import { type Actor, isWelcome, press, says } from "./stage.ts";
import { confirmInWallet } from "./wallet-window.ts";

/** From the first start of the browser to a line that is ready, for both. */
export async function setUp({ report, alice, bob }: Play): Promise<void> {
  const pages: { readonly actor: Actor; readonly page: Page }[] = [];
  for (const actor of [alice, bob]) {
    pages.push({ actor, page: await actor.next("the welcome page", isWelcome) });
  }
  const shots = pages.map(({ actor, page }) => ({ who: actor.person.name, page }));
  for (const { page } of pages) await says(page, "Connect a wallet");
  await report.step("Etherlynk was just installed: its welcome page opens by itself, on both sides.", shots);

  for (const { actor, page } of pages) {
    // Its own origin is what the wallet is going to show; the page says so beforehand.
    await press(page, `Connect Dev wallet, by chrome-extension://${new URL(page.url()).host}`);
    await confirmInWallet(actor, report, "lets Etherlynk see the account");
    await confirmInWallet(actor, report, "signs that this browser may answer for the account");
    await says(page, "Ready: you can call and be called");
    // A made-up microphone is allowed from the start, and the page knows.
    await says(page, "Allow the microphone (done)");
  }
  await report.step(
    "Both signed once with their wallets; their microphones are allowed, and their lines are ready.",
    shots,
  );
}
