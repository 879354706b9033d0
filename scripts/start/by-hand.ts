import { people } from "./people.ts";
import type { World } from "./world.ts";

/** What a person does who opens the browsers by themselves. */
export function sayByHand({ dapp, phone, walletOf }: World): void {
  const wallets = people.map(person => `${walletOf(person)} (${person.name})`).join("\n              or  ");
  console.log(`
By hand, in two profiles of Chrome or Chromium, one for Alice and one for Bob:
  1. open chrome://extensions and switch on "Developer mode" (top right)
  2. "Load unpacked", twice:
       the phone   ${phone}
       the wallet  ${wallets}
  3. the welcome page of Etherlynk opens: connect the wallet, allow the microphone
  4. open the demo DApp, and call: ${dapp}
Ctrl-C ends chain, node and DApp.`);
}
