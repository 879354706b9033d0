import type { Page } from "puppeteer";
import { dial } from "./dial-by-chain.ts";
import type { Play } from "./play.ts";
import { type Actor, find, findWelcome, press, says } from "./stage.ts";
import { confirmInWallet } from "./wallet-window.ts";

const number = "+999 4000 4000";
const size = { width: 1_000, height: 860 } as const;

/** Alice claims a number and names it, and is called by the name; she offers it, Bob buys it: the next call rings his phone. */
export async function tradeNumber(play: Play): Promise<void> {
  const { alice, bob, world } = play;
  const hers = await openDesk(alice);
  await claim(play, hers);
  await name(play, hers);
  await dial(play, {
    from: bob,
    to: alice,
    text: world.residentOf(alice.person).name,
    shown: number,
    callerShown: world.residentOf(bob.person).name,
    words: "Bob dials Alice's name, which leads to the number",
  });
  await offer(play, hers);
  const his = await openDesk(bob);
  await buy(play, his);
  // The node looks for new blocks once a second; whoever calls in the very moment of a sale is told that nobody is there.
  await new Promise(resolve => setTimeout(resolve, 2_500));
  await dial(play, {
    from: alice,
    to: bob,
    text: number,
    shown: `${number} changed hands`,
    callerShown: world.residentOf(alice.person).name,
    words: "Alice calls the number that she has sold",
  });
  await Promise.all([hers.close(), his.close()]);
}

async function claim({ alice, report }: Play, desk: Page): Promise<void> {
  await says(desk, "alice.eth");
  await report.step("The desk of Etherlynk: what Alice owns, as the chain has it.", [
    { who: "Alice", page: desk },
  ]);
  await press(desk, "Claim", "tab");
  await write(desk, "HELLO", number);
  await press(desk, "Find free numbers");
  await says(desk, "1 free.");
  await (await desk.waitForSelector('.free input[type="checkbox"]'))?.click();
  await press(desk, `Claim ${number} for 0.01 ETH`);
  await says(desk, "A commitment is put on the chain");
  await find(desk, walletOf(desk));
  await report.step(
    `She wants ${number}, and is told what her wallet is going to be asked, and what it costs.`,
    [{ who: "Alice", page: desk }],
  );
  await askWallet(desk);
  await confirmInWallet(alice, report, "commits to a number that nobody learns yet");
  await press(desk, `Finish: Claim ${number}`);
  await askWallet(desk);
  await confirmInWallet(alice, report, "opens the commitment and pays the fee");
  await owns(desk);
  await report.step("The number is hers.", [{ who: "Alice", page: desk }]);
}

/** From both sides: the number claims the name, and the name, which was another number's, claims this one. */
async function name({ alice, report, world }: Play, desk: Page): Promise<void> {
  const { name: wanted } = world.residentOf(alice.person);
  await press(desk, `All about ${number}`);
  await write(desk, "alice.eth", wanted);
  await press(desk, "Set the name");
  await askWallet(desk);
  await confirmInWallet(alice, report, `lets the number claim ${wanted}`);
  await says(desk, "Half a link, which counts for nothing");
  await report.step(
    `The number claims ${wanted}; the name has to claim the number too, and the desk says so.`,
    [{ who: "Alice", page: desk }],
  );
  await press(desk, `Let ${wanted} claim the number`);
  await askWallet(desk);
  await confirmInWallet(alice, report, "lets the name claim the number");
  await says(desk, "claim each other.");
  await report.step("Number and name claim each other.", [{ who: "Alice", page: desk }]);
}

async function offer({ alice, report }: Play, desk: Page): Promise<void> {
  await write(desk, "0.25", "2");
  await press(desk, "Offer it");
  await askWallet(desk);
  await confirmInWallet(alice, report, "offers the number for 2 ETH");
  await says(desk, "For 2 ETH");
  await report.step("The number is for sale, to anybody who pays 2 ETH.", [{ who: "Alice", page: desk }]);
}

async function buy({ bob, report }: Play, desk: Page): Promise<void> {
  await press(desk, "Market", "tab");
  await press(desk, `Buy ${number} for 2 ETH`);
  await says(desk, "the number is yours at once");
  await find(desk, walletOf(desk));
  await report.step("Bob finds it in the market.", [{ who: "Bob", page: desk }]);
  await askWallet(desk);
  await confirmInWallet(bob, report, "pays exactly the price");
  await owns(desk);
  await report.step("It is his, and nothing of what it was set to before is left.", [
    { who: "Bob", page: desk },
  ]);
}

async function openDesk(actor: Actor): Promise<Page> {
  const desk = await actor.open(new URL("/desk.html", (await findWelcome(actor)).url()).href);
  await desk.setViewport(size);
  return desk;
}

/** The list is what the chain says, not what was asked of it. */
async function owns(desk: Page): Promise<void> {
  await press(desk, "Mine", "tab");
  await desk.waitForSelector(`[aria-label="Your numbers"] ::-p-text(${number})`);
}

function askWallet(desk: Page): Promise<void> {
  return press(desk, walletOf(desk));
}

/** The button that asks the wallet; it says as whom. */
function walletOf(desk: Page): string {
  const { protocol, host } = new URL(desk.url());
  return `Ask Dev wallet, by ${protocol}//${host}`;
}

async function write(desk: Page, placeholder: string, text: string): Promise<void> {
  const field = await desk.waitForSelector(`input[placeholder="${placeholder}"]`);
  await field?.type(text);
}
