import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseNumber } from "../../protocol/number/number.ts";
import { buildDevWallet } from "../../scripts/build-dev-wallet.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { startDevChain } from "../../scripts/chain/dev-chain.ts";
import { enterHome } from "../../scripts/chain/home.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { createNodeKey } from "../../signaller/node-key.ts";
import { type ChainProxy, type Conduct, honest, startChainProxy } from "../flow/chain-proxy.ts";
import { type ChainStage, startChainStage } from "../flow/chain-stage.ts";
import { quickFollow, transfer } from "../flow/node-chain-stage.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { approveIn, askWallet, nextConfirm, openDesk, press, settle, type } from "./desk-page.ts";
import { extensionId } from "./extension-stage.ts";
import { openPerson, type Person } from "./person.ts";

const [ALICE, BOB, CAROL] = [0, 1, 2] as const;
const bobsNumber = "+999 2000 2000";
const pictures = join(import.meta.dirname, "../../.output/pictures");

/** Alice's phone sees the chain through two servers that a test commands; Bob's and the node see the chain itself. */
describe.skipIf(!findProgram("chromium"))("a chain that takes back, is silent, slow, or lies", () => {
  let stage: ChainStage;
  let servers: readonly [ChainProxy, ChainProxy];
  let node: SignallerNode;
  let nodeUrls: { readonly ws: string; readonly http: string };
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    stage = await startChainStage();
    const { rpc, chainId } = stage.chain;
    servers = [await startChainProxy(rpc), await startChainProxy(rpc)];
    const key = await createNodeKey();
    node = createNode({
      domain: "one.example",
      chain: { id: chainId, book: stage.seeded.book, limits: quickFollow },
      links: { peers: [], key, plain: true },
      log: createLog(() => undefined, "error"),
    });
    nodeUrls = (await node.listen()).urls;
    const thumbprint = `0x${Buffer.from(key.thumbprint, "base64url").toString("hex")}` as const;
    const entry = { domain: "one.example", nodes: [{ url: nodeUrls.ws, key: thumbprint }] };
    const folder = await buildExtension("e2e");
    const open = async (account: number, hertz: number) => {
      await enterHome(stage.client(account), stage.entry.clients ?? "0x", entry);
      const wallet = await buildDevWallet({
        account,
        folder: `dev-wallet-troubles-${account}`,
        rpc,
        chainId,
      });
      const privateKey = stage.chain.accounts.at(account)?.privateKey ?? "0x";
      return openPerson({ folder, hertz, privateKey, extensions: [wallet] });
    };
    [alice, bob] = await Promise.all([open(ALICE, 500), open(BOB, 900)]);
    await alice.signIn(homeBy(servers.map(({ url }) => url)));
    await bob.signIn(homeBy([rpc]));
  }, 90_000);
  afterEach(async () => {
    for (const server of servers) server.conduct = honest;
    for (const { browser, panel } of [alice, bob]) {
      const others = (await browser.pages()).filter(page => page !== panel);
      await Promise.all(others.map(page => page.close().catch(() => undefined)));
    }
    const isQuiet = ({ calls }: { readonly calls: readonly { readonly stage: string }[] }) =>
      calls.every(({ stage: at }) => at === "ended");
    await Promise.all([alice, bob].map(it => it.until("Quiet", isQuiet)));
  });
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await node?.close();
  });

  function homeBy(rpcs: readonly string[]) {
    const book = { chains: [{ ...stage.entry, rpcs }] };
    return { domain: "one.example", urls: [nodeUrls.ws], chain: { id: stage.entry.id }, book };
  }

  /** Another session: of servers that failed lately, and of what was looked up, it knows nothing. */
  async function beginAnew(): Promise<void> {
    await alice.ask("account.session.end", null);
    await alice.ask("worker.phone.wake", null);
    await alice.until("A phone of nobody's", ({ line }) => line.state === "signed-out");
    await alice.signIn(homeBy(servers.map(({ url }) => url)));
  }

  function command(conduct: Conduct): void {
    for (const server of servers) server.conduct = conduct;
  }

  /** By the keys of the popup, as everybody dials. */
  async function dial(to: string): Promise<CallPage> {
    const popup = await alice.browser.newPage();
    await popup.goto(`chrome-extension://${extensionId}/popup.html`);
    await (await popup.waitForSelector(`::-p-aria([name="Whom to call"][role="textbox"])`))?.type(to);
    const window = alice.callWindow();
    await press(popup, "Call");
    return toCallPage(await window);
  }

  async function rings(hers: CallPage, shown = "bob.eth"): Promise<void> {
    const his = toCallPage(await bob.callWindow());
    await Promise.all([hers.says("Ringing"), hers.says(shown), his.says("alice.eth")]);
    await his.press("Answer");
    await hers.hears([bob.hertz], [alice.hertz]);
    await hers.press("Hang up");
    await his.says("They hung up.");
  }

  async function followed(): Promise<void> {
    const head = Number(await stage.request("eth_blockNumber"));
    const reached = async () => {
      const text = await (await fetch(`${nodeUrls.http}metrics`)).text();
      return Number(/^etherlynk_chain_head\S* (\S+)$/m.exec(text)?.[1]) >= head;
    };
    await expect.poll(reached, { timeout: 10_000 }).toBe(true);
  }

  it("a sale that the chain takes back is undone at both desks, and the next call rings the seller", async () => {
    const sellers = await openDesk(bob);
    await press(sellers, `All about ${bobsNumber}`);
    await type(sellers, "Price in ETH", "2");
    await press(sellers, "Offer it");
    await askWallet(sellers);
    await settle(await nextConfirm(bob), "Approve");
    await settle(await nextConfirm(bob), "Approve");
    await sellers.waitForSelector("::-p-text(For 2 ETH)");
    const before = Number(await stage.request("eth_blockNumber"));

    const buyers = await openDesk(alice);
    await press(buyers, "Market", "tab");
    await press(buyers, `Buy ${bobsNumber} for 2 ETH`);
    await approveIn(buyers, alice);
    await settle(await nextConfirm(alice), "Approve");
    await buyers.waitForSelector("::-p-text(Done: in block)");
    await press(buyers, "Mine", "tab");
    await press(buyers, `All about ${bobsNumber}`);
    await says(buyers, `Sold by ${bob.account} to ${alice.account} for 2 ETH`);
    // Nothing was pressed here: the seller's desk learns it by itself.
    await says(sellers, `Sold by ${bob.account} to ${alice.account} for 2 ETH`);
    await says(sellers, `Owner ${alice.account}`);
    await picture(sellers, "desk-sold-by-itself");

    const depth = Number(await stage.request("eth_blockNumber")) - before;
    await stage.request("anvil_reorg", [depth, []]);
    await stage.request("evm_mine");
    await says(
      buyers,
      `The chain took block ${before + 1} back, and this with it: it is as if it had not been.`,
    );
    await says(buyers, `Owner ${bob.account}`);
    await picture(buyers, "desk-sale-undone-buyer");
    await Promise.all([saysNot(buyers, "Sold by"), saysNot(sellers, "Sold by")]);
    await says(sellers, "Owner You");
    await says(sellers, "For sale For 2 ETH");
    await picture(sellers, "desk-sale-undone-seller");
    await press(sellers, "Back");
    await sellers.waitForSelector(`[aria-label="Your numbers"] ::-p-text(${bobsNumber})`);
    await press(buyers, "Back");
    await buyers.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
    expect(await buyers.$$(`[aria-label="Your numbers"] ::-p-text(${bobsNumber})`)).toEqual([]);

    await followed();
    await rings(await dial(bobsNumber));
  }, 60_000);

  it("of two servers that contradict each other neither is believed, in the call and at the desk", async () => {
    servers[1].conduct = async ({ pass }) => {
      const thief = stage.chain.accounts.at(CAROL)?.account ?? "";
      return (await pass()).replaceAll(bob.account.slice(2).toLowerCase(), thief.slice(2).toLowerCase());
    };
    const words = "Two servers of the chain say different things about this, so neither is believed.";
    const hers = await dial("bob.eth");
    await hers.says(words);
    await picture(hers.page, "call-servers-disagree");
    const desk = await openDesk(alice);
    await press(desk, "Market", "tab");
    await type(desk, "Look a number up", bobsNumber);
    await press(desk, "Look up");
    await says(desk, words);
    await saysNot(desk, "Owner");
    servers[1].conduct = honest;
    await press(desk, "Look again");
    await says(desk, `Owner ${bob.account}`);
    await hers.press("Call again");
    await rings(toCallPage(await alice.callWindow()));
  }, 30_000);

  it("servers of another chain are refused by its number", async () => {
    await beginAnew();
    const life = new AbortController();
    const other = await startDevChain({ signal: life.signal, chainId: 4_242 });
    command(({ question }) => forward(other.rpc, question));
    const words = "This server is of chain 4242 and not of 31337; check its address.";
    await (await dial(bobsNumber)).says(words);
    const desk = await openDesk(alice);
    await says(desk, words);
    life.abort();
    await other.closed;
  }, 30_000);

  it("servers that are down: what was typed stays, it is said, and goes on by itself when they are back", async () => {
    await beginAnew();
    const desk = await openDesk(alice);
    await desk.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
    await press(desk, "Claim", "tab");
    await type(desk, "Digits, a word", "HELLO");
    command(async ({ response }) => void response.destroy());
    await press(desk, "Find free numbers");
    await says(desk, "The chain's server cannot be reached");
    await picture(desk, "desk-chain-down");
    expect(await desk.$eval('input[placeholder="HELLO"]', field => field.value)).toBe("HELLO");
    await press(desk, "Mine", "tab");
    await desk.waitForSelector('[role="alert"] ::-p-text(cannot be reached)');
    const calls = [await dial("bob.eth"), await dial(bobsNumber)] as const;
    for (const one of calls) await one.says("The chain's server cannot be reached");
    await picture(calls[0].page, "call-chain-down");

    command(honest);
    await desk.bringToFront();
    await desk.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
    await saysNot(desk, "cannot be reached");
    await press(desk, "Claim", "tab");
    await type(desk, "Digits, a word", "HELLO");
    await press(desk, "Find free numbers");
    await says(desk, "24 free.");
    await calls[0].press("Call again");
    await rings(toCallPage(await alice.callWindow()));
  }, 45_000);

  it("slow servers: it is said that it goes on, everything can be left meanwhile, and it ends", async () => {
    await beginAnew();
    const desk = await openDesk(alice);
    await desk.waitForSelector('[aria-label="Your numbers"] ::-p-text(+999 1000 1000)');
    command(async ({ pass }) => {
      await new Promise(resolve => setTimeout(resolve, 2_000));
      return pass();
    });
    const started = Date.now();
    const hers = await dial("bob.eth");
    await hers.says("Finding out who this is");
    expect(Date.now() - started).toBeLessThan(2_000);
    await press(desk, "Market", "tab");
    await says(desk, "Looking for offers…");
    await press(desk, `Buy ${bobsNumber} for 2 ETH`);
    await says(desk, "Trying it, and counting the costs…");
    await press(desk, "Close");
    await press(desk, "Mine", "tab");
    await says(desk, "Looking for your numbers…");
    await hers.page.bringToFront();
    await rings(hers);

    // What never comes is given up, and nothing has to be waited for by hand.
    command(async () => undefined);
    const asked = Date.now();
    const unheard = await dial(bobsNumber);
    await unheard.press("Hang up");
    const given = await dial(bobsNumber);
    await given.says("The chain's server did not answer in time");
    expect(Date.now() - asked).toBeLessThan(8_000);
    await press(desk, "Claim", "tab");
    await says(desk, "did not answer in time");
    await picture(desk, "desk-chain-slow");
  }, 45_000);

  it("a server that stands still is passed over for the one that goes on", async () => {
    await beginAnew();
    const at = await stage.request("eth_blockNumber");
    servers[1].conduct = ({ question, pass }) =>
      pass({ params: question.params.map(it => (it === "latest" ? at : it)) });
    // So far that it stands still, and not so far that the other one's blocks are made up.
    await stage.request("evm_increaseTime", [90]);
    // Of what has changed since, that server knows nothing: to it the number is Alice's own.
    const given = parseNumber("+999 1000 1000");
    await transfer(stage, given, { from: ALICE, to: BOB });
    await followed();
    await rings(await dial(given), "+999 1000 1000 changed hands");
    const before = servers[1].count;
    await stage.request("evm_mine");
    await rings(await dial("bob.eth"));
    expect(servers[1].count).toBe(before);
  }, 30_000);
});

async function forward(rpc: string, question: unknown): Promise<string> {
  const headers = { "content-type": "application/json" };
  return (await fetch(rpc, { method: "POST", headers, body: JSON.stringify(question) })).text();
}

/** Words that come to stand there, however they are laid out. */
async function says(page: Page, words: string): Promise<void> {
  const isThere = (wanted: string) => document.body.innerText.replace(/\s+/g, " ").includes(wanted);
  try {
    await page.waitForFunction(isThere, { polling: 50, timeout: 12_000 }, words);
  } catch (cause) {
    const shown = await page.evaluate(() => document.body.innerText);
    throw new Error(`The page never had "${words}". It shows:\n${shown}`, { cause });
  }
}

async function saysNot(page: Page, words: string): Promise<void> {
  const isGone = (unwanted: string) => !document.body.innerText.includes(unwanted);
  await page.waitForFunction(isGone, { polling: 50, timeout: 12_000 }, words);
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
