import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import type { StepView } from "../../extension/features/numbers/model.ts";
import { buildDevWallet, devWalletId } from "../../scripts/build-dev-wallet.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { deployContracts } from "../../scripts/chain/deploy.ts";
import { type DevChain, startDevChain } from "../../scripts/chain/dev-chain.ts";
import { clientOf } from "../../scripts/chain/dev-client.ts";
import { seedDevChain } from "../../scripts/chain/seed.ts";
import {
  approveIn,
  askWallet,
  look,
  nextConfirm,
  openDesk,
  press,
  settle,
  textOf,
  type,
} from "./desk-page.ts";
import { extensionId } from "./extension-stage.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";

/** Long enough for a browser to be closed and opened again while a commitment waits. */
const minCommitAge = 15;

let life: AbortController;
let chain: DevChain;
let node: HomeNode;
let home: HomeDomain;
let extension: string;
const own = mkdtempSync(join(tmpdir(), "etherlynk-desk-"));
const wallets = new Map<number, string>();
let alice: Person;
let bob: Person;

beforeAll(async () => {
  life = new AbortController();
  chain = await startDevChain({ signal: life.signal });
  const { book } = await seedDevChain(chain);
  const deployer = clientOf(chain, chain.accounts.at(-2)?.privateKey ?? "0x");
  const { numbers } = await deployContracts(deployer, {
    ...{ treasury: deployer.account.address, minCommitAge, log: () => undefined },
  });
  const [entry] = book.chains;
  if (!entry) throw new Error("There is a chain");
  node = await startHomeNode();
  // A second chain of the book: the same one by another name would be refused, and this one is never asked.
  const far = { ...entry, id: 4_242, name: "Far chain", rpcs: ["http://127.0.0.1:9/"] };
  home = { ...node.home, book: { chains: [{ ...entry, numbers }, far] } };
  extension = await buildExtension("e2e");
  for (const account of [0, 1]) {
    const folder = `dev-wallet-desk-${account}`;
    wallets.set(account, await buildDevWallet({ account, folder, rpc: chain.rpc, chainId: chain.chainId }));
  }
  [alice, bob] = [await open(0), await open(1)];
  await alice.signIn(home);
  await bob.signIn(home);
}, 90_000);
afterAll(async () => {
  await Promise.all([alice?.close(), bob?.close()]);
  await node?.close();
  life.abort();
  await chain.closed;
  rmSync(own, { recursive: true, force: true, maxRetries: 3 });
});

describe("numbers at the desk", () => {
  it("a claim is refused, asked again, committed, outlives the browser with its wait, and is opened", async () => {
    const desk = await openDesk(alice);
    await desk.waitForSelector("::-p-text(You have no number on Local chain yet)");
    await look(desk, "desk-mine-empty");
    await press(desk, "Claim", "tab");
    await type(desk, "Digits, a word", "+999 1000 1000");
    await press(desk, "Find free numbers");
    await desk.waitForSelector("::-p-text(1 free.)");
    await desk.click('.free input[type="checkbox"]');
    await press(desk, "Claim +999 1000 1000 for 0.01 ETH");
    await desk.waitForSelector("::-p-text(A commitment is put on the chain)");
    await desk.waitForSelector("::-p-text(Later, to finish: the fee)");
    await look(desk, "desk-review-claim");

    await askWallet(desk);
    await settle(await nextConfirm(alice), "Approve");
    await settle(await nextConfirm(alice), "Reject");
    await desk.waitForSelector("::-p-text(You said no in the wallet)");
    expect(await stepsOf(alice)).toEqual([]);

    await askWallet(desk);
    const confirm = await nextConfirm(alice);
    const shown = await textOf(confirm);
    expect(shown).toContain(home.book?.chains[0]?.numbers);
    expect(shown).toContain("0 ETH");
    await settle(confirm, "Approve");
    await desk.waitForSelector("::-p-text(to go.)");
    await look(desk, "desk-claim-waiting");

    await alice.close();
    alice = await open(0);
    const again = await openDesk(alice);
    await again.waitForSelector("::-p-text(to go.)", { timeout: 15_000 });
    await again.waitForSelector("::-p-text(Your turn)", { timeout: 25_000 });
    await press(again, "Finish: Claim +999 1000 1000");
    await again.waitForSelector("::-p-text(Your commitment is opened)");
    await askWallet(again);
    await settle(await nextConfirm(alice), "Approve");
    await again.waitForSelector("::-p-text(The number is yours)");
    await again.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
    await look(again, "desk-mine");
  }, 120_000);

  it("a name is linked from both sides: the name has claimed the number already", async () => {
    const desk = await openDesk(alice);
    await press(desk, "All about +999 1000 1000");
    await desk.waitForSelector("::-p-text(claims no name)");
    await type(desk, "ENS name that", "alice.eth");
    await press(desk, "Set the name");
    await approveIn(desk, alice);
    await desk.waitForSelector("::-p-text(+999 1000 1000 and alice.eth claim each other.)");
    await desk.waitForSelector("::-p-text(Claimed by 0x)");
    await look(desk, "desk-number");
  });

  it("an offer in one browser is bought in another; earnings are taken out", async () => {
    const desk = await openDesk(alice);
    await press(desk, "All about +999 1000 1000");
    await type(desk, "Price in ETH", "2");
    await press(desk, "Offer it");
    await desk.waitForSelector("::-p-text(without asking you again)");
    await approveIn(desk, alice);
    await desk.waitForSelector("::-p-text(For 2 ETH)");

    const buyers = await openDesk(bob);
    await press(buyers, "Market", "tab");
    await press(buyers, "Buy +999 1000 1000 for 2 ETH");
    await buyers.waitForSelector("::-p-text(the number is yours at once)");
    await look(buyers, "desk-review-buy");
    await askWallet(buyers);
    await settle(await nextConfirm(bob), "Approve");
    const payment = await nextConfirm(bob);
    expect(await textOf(payment)).toContain("2 ETH");
    await settle(payment, "Approve");
    await buyers.waitForSelector("::-p-text(Done: in block)");
    await press(buyers, "Mine", "tab");
    await buyers.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');

    await desk.reload();
    await desk.waitForSelector("::-p-text(You have no number on Local chain yet)");
    await press(desk, "Take earnings out");
    await approveIn(desk, alice);
    await desk.waitForSelector("::-p-text(Take out 2 ETH of earnings)");
    await desk.waitForFunction(() => !document.body.innerText.includes("wait to be taken out"));
  });

  it("who has too little is told before, and what to do", async () => {
    const rich = await rpc("eth_getBalance", [bob.account, "latest"]);
    await rpc("anvil_setBalance", [bob.account, `0x${parseEther("0.0001").toString(16)}`]);
    const desk = await openDesk(bob);
    await press(desk, "Claim", "tab");
    await type(desk, "Digits, a word", "hello");
    await press(desk, "Find free numbers");
    await desk.waitForSelector("::-p-text(24 free.)");
    await look(desk, "desk-claim");
    await desk.click('.free input[type="checkbox"]');
    await press(desk, "Claim +999 43 556 for 0.3 ETH");
    await desk.waitForSelector("::-p-text(are missing. This is the local chain)");
    expect(await desk.$$("dialog ::-p-text(Ask Dev wallet)")).toEqual([]);
    await look(desk, "desk-no-funds");
    await rpc("anvil_setBalance", [bob.account, rich]);
    await press(desk, "Look again");
    await desk.waitForSelector("dialog ::-p-text(Ask Dev wallet)");
  });

  it("a wallet on another chain is asked to change it; one of another account is not asked to send", async () => {
    const desk = await openDesk(bob);
    await press(desk, "All about +999 1000 1000");
    await desk.waitForSelector('form[aria-label="Records and policy"] select');
    await desk.select('form[aria-label="Records and policy"] select', "2");
    await press(desk, "Change the records");
    await changeWallet(bob, { account: 5 });
    await askWallet(desk);
    await desk.waitForSelector("::-p-text(Choose that account in the wallet)");
    await changeWallet(bob, { account: 1, chainId: 1 });
    await askWallet(desk);
    await settle(await nextConfirm(bob), "Approve");
    await desk.waitForSelector("::-p-text(Change the records of +999 1000 1000)");
    await desk.waitForSelector("::-p-text(proven names)");
    await desk.waitForFunction(() => /Who may ring\s+proven names/.test(document.body.innerText));
  });

  it("a number is given away, by keyboard alone", async () => {
    const desk = await openDesk(bob);
    await focus(desk, "All about +999 1000 1000");
    await desk.keyboard.press("Enter");
    await desk.waitForFunction(() => document.activeElement?.id === "number-heading");
    await desk.waitForSelector('form[aria-label="Give away"] input');
    const reached = await tabTo(desk, "Account that gets the number");
    expect(reached).toEqual(expect.arrayContaining(["ENS name that the number claims", "Offer it"]));
    await desk.keyboard.type(`${alice.account}\n`);
    await desk.waitForSelector("dialog ::-p-text(It cannot be taken back)");
    await tabTo(desk, `Ask Dev wallet, by chrome-extension://${extensionId}`);
    await desk.keyboard.press("Enter");
    await settle(await nextConfirm(bob), "Approve");
    await desk.waitForSelector("::-p-text(Give +999 1000 1000 away)");
    await desk.waitForFunction(() => /Done: in block/.test(document.body.innerText));
    await desk.waitForSelector(`::-p-text(${alice.account})`);
    const receiver = await openDesk(alice);
    await receiver.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
  });

  it("a number belongs to one chain; a chain whose servers are silent is said to be", async () => {
    const desk = await openDesk(alice);
    await desk.waitForSelector('[aria-label="Your numbers"]');
    await desk.select("select", "4242");
    await desk.waitForSelector("::-p-text(cannot be reached)", { timeout: 15_000 });
    await look(desk, "desk-silent-chain");
  });

  it("what is over is cleared, also what stands folded away", async () => {
    const desk = await openDesk(alice);
    await desk.waitForSelector("::-p-text(more are over)");
    await desk.click("summary");
    for (const title of ["Claim +999 1000 1000", "+999 1000 1000 claims alice.eth"]) {
      await press(desk, `Clear: ${title}`);
      await desk.waitForFunction(text => !document.body.innerText.includes(text), {}, title);
    }
    const left = (await stepsOf(alice)).map(({ title }) => title);
    expect(left).toEqual(["Offer +999 1000 1000 for 2 ETH", "Take out 2 ETH of earnings"]);
  });

  it("the popup leads to the desk", async () => {
    const popup = await alice.browser.newPage();
    await popup.goto(`chrome-extension://${extensionId}/popup.html`);
    const before = new Set(alice.browser.targets());
    const opening = alice.browser.waitForTarget(
      target => target.url().endsWith("/desk.html") && !before.has(target),
      { timeout: 10_000 },
    );
    await press(popup, "Open the desk: your numbers");
    await opening;
  });
});

async function open(account: number): Promise<Person> {
  const key = chain.accounts.at(account)?.privateKey ?? "0x";
  return openPerson({
    ...{ folder: extension, hertz: 440, privateKey: key },
    profile: join(own, `profile-${account}`),
    extensions: [wallets.get(account) ?? ""],
  });
}

async function focus(page: Page, name: string): Promise<void> {
  await page.bringToFront();
  await (await page.waitForSelector(`::-p-aria([name="${name}"])`))?.focus();
}

async function tabTo(page: Page, name: string): Promise<readonly string[]> {
  const reached: string[] = [];
  for (let count = 0; count < 40 && reached.at(-1) !== name; count += 1) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const { activeElement: at } = document;
        return (
          at?.getAttribute("aria-label") ?? at?.closest("label")?.innerText.trim() ?? at?.textContent ?? ""
        );
      }),
    );
  }
  expect(reached.at(-1)).toBe(name);
  return reached;
}

/** As the wallet's own settings would. */
async function changeWallet({ browser }: Person, part: object): Promise<void> {
  const settings = await browser.newPage();
  await settings.goto(`chrome-extension://${devWalletId}/settings.html`);
  await settings.evaluate(async change => {
    const { wallet = {} } = await chrome.storage.local.get("wallet");
    await chrome.storage.local.set({ wallet: { ...(wallet as object), ...change } });
  }, part);
  await settings.close();
}

async function stepsOf(person: Person): Promise<readonly StepView[]> {
  return (await person.ask("numbers.steps.read", null)) as readonly StepView[];
}

async function rpc(method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(chain.rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return ((await response.json()) as { result?: unknown }).result;
}
