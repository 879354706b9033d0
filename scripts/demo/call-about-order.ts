import type { Page } from "puppeteer";
import { shorten } from "../../content/mark.ts";
import { hears, measure, silentBelow } from "./measure.ts";
import type { Play } from "./play.ts";
import { type Actor, find, isCall, openPopup, press, says, untilClosed } from "./stage.ts";
import { confirmInWallet } from "./wallet-window.ts";

/** Bob looks at his order, pays it, calls Alice about it, they talk, and both find the call in their recents. */
export async function callAboutOrder(play: Play): Promise<void> {
  const { alice, bob, report, world } = play;
  const desk = await bob.open(world.dapp);
  await connectToDesk(bob, desk, play);
  await pay(bob, desk, play);

  // The mark stands beside the address, in a shadow root that no script of the page sees into. A click on what was
  // not seen for a moment is not taken for a wish to call; people are slower than that.
  await find(desk, `Call ${shorten(alice.person.account)}`);
  await desk.bringToFront();
  await new Promise(resolve => setTimeout(resolve, 500));
  await press(desk, `Call ${shorten(alice.person.account)}`);
  const [his, hers] = await Promise.all([
    bob.next("the window of his call", isCall),
    alice.next("the window of the call that comes in", isCall),
  ]);
  await Promise.all([says(his, "Ringing"), says(hers, "Proved."), says(hers, "OTC-7351")]);
  await report.step(
    "Bob clicks the mark beside Alice's address. It rings; she sees who it is, proved, and what about.",
    [
      { who: "Bob", page: desk },
      { who: "Bob calls", page: his },
      { who: "Alice", page: hers },
    ],
  );
  await press(hers, "Answer");
  await talk(play, { his, hers });
  await hangUp(play, { his, hers });
}

async function connectToDesk(actor: Actor, desk: Page, { report }: Play): Promise<void> {
  await press(desk, "Connect Dev wallet");
  await confirmInWallet(actor, report, "lets the DApp see the account");
  await says(desk, "Order OTC-7351");
  await report.step("Bob connects the wallet to the DApp (EIP-6963) and sees his orders.", [
    { who: actor.person.name, page: desk },
  ]);
}

async function pay(actor: Actor, desk: Page, { report }: Play): Promise<void> {
  await press(desk, "Pay 4.212 ETH");
  await confirmInWallet(actor, report, "pays the order on the chain");
  await says(desk, "Gas used");
  const hash = await desk.$eval("dl code", element => element.textContent ?? "");
  await report.step(
    "He pays the invoice; the transaction is mined, and the order is settled.",
    [{ who: actor.person.name, page: desk }],
    [hash],
  );
}

interface Windows {
  readonly his: Page;
  readonly hers: Page;
}

async function talk({ alice, bob, report }: Play, { his, hers }: Windows): Promise<void> {
  await Promise.all([says(his, "Talking"), says(hers, "Talking")]);
  const shots = [
    { who: "Bob", page: his },
    { who: "Alice", page: hers },
  ];
  await hears(hers, bob.hertz, alice.hertz);
  await hears(his, alice.hertz, bob.hertz);
  for (const page of [his, hers]) await press(page, "Camera");
  const figures = [
    ...(await figuresOf("Alice", hers, bob.hertz)),
    ...(await figuresOf("Bob", his, alice.hertz)),
  ];
  await report.step(
    "She answers. They hear each other, switch their cameras on, and see each other.",
    shots,
    figures,
  );

  await press(his, "Mute");
  const silence = await becomesSilent(hers, bob.hertz);
  await press(hers, "Camera");
  await becomesDark(his);
  await report.step("Bob mutes himself, Alice switches her camera off.", shots, [
    `Alice hears Bob at ${silence} dB: nothing.`,
  ]);
}

/** What was on its way is heard out first. */
async function becomesSilent(page: Page, hertz: number): Promise<number> {
  const until = performance.now() + 10_000;
  for (;;) {
    const [level = 0] = (await measure(page, [hertz])).decibels;
    if (level < silentBelow) return level;
    if (performance.now() > until) throw new Error(`${hertz} Hz is muted, and is still heard at ${level} dB`);
  }
}

/** No picture of the other side is shown any more: who it is stands in its place. */
async function becomesDark(page: Page): Promise<void> {
  const isDark = () => (document.querySelector<HTMLVideoElement>("#their-video")?.videoWidth ?? 0) <= 32;
  await page.waitForFunction(isDark, { polling: 50 });
}

async function figuresOf(who: string, page: Page, hertz: number): Promise<readonly string[]> {
  const until = performance.now() + 15_000;
  for (;;) {
    const { decibels, frames } = await measure(page, [hertz]);
    if (frames >= 5)
      return [`${who} hears ${hertz} Hz at ${decibels[0]} dB, sees ${frames} frames in 1.5 s.`];
    if (performance.now() > until) throw new Error(`${who} sees ${frames} frames of the other side in 1.5 s`);
  }
}

async function hangUp({ alice, bob, report, world }: Play, { his, hers }: Windows): Promise<void> {
  await press(hers, "Hang up");
  await says(his, "They hung up.");
  await report.step("Alice hangs up, and Bob is told.", [{ who: "Bob", page: his }]);
  await Promise.all([untilClosed(his), untilClosed(hers)]);
  const shots = [];
  for (const actor of [alice, bob]) {
    const popup = await openPopup(actor);
    await press(popup, "Recents", "tab");
    await says(popup, world.residentOf((actor === alice ? bob : alice).person).name);
    shots.push({ who: actor.person.name, page: popup });
  }
  await report.step("The call stands in the recents of both.", shots);
}
