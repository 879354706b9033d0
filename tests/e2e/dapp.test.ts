import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseNumber } from "../../protocol/number/number.ts";
import { launchBrowser } from "../../scripts/browser.ts";
import { buildDevWallet } from "../../scripts/build-dev-wallet.ts";
import { type DevChain, startDevChain } from "../../scripts/chain/dev-chain.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createDeskSite, settleFirstOrder } from "../../scripts/start/desk.ts";
import { alice, bob } from "../../scripts/start/people.ts";

const root = join(import.meta.dirname, "../..");
const pictures = join(root, ".output/pictures");
const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/** The desk by itself: a real chain and a real wallet, and no Etherlynk in the browser. */
describe.skipIf(!findProgram("chromium"))("the demo DApp", () => {
  const end = new AbortController();
  let chain: DevChain;
  let server: Server;
  let browser: Browser;
  let desk: string;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    chain = await startDevChain({ signal: end.signal });
    const { rpc, chainId } = chain;
    await settleFirstOrder({ id: chainId, rpc });
    const site = createDeskSite({ id: chainId, rpc }, ({ name, index }) => ({
      name: `${name.toLowerCase()}.eth`,
      number: parseNumber(`+999 ${index + 1}000 ${index + 1}000`),
    }));
    server = createServer((request, response) => {
      if (!site(request, response)) response.writeHead(404).end();
    });
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    desk = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const wallet = await buildDevWallet({ account: bob.index, rpc, chainId, folder: "dev-wallet-dapp-test" });
    const launched = await launchBrowser({ extensions: [wallet] });
    if (!launched) throw new Error("There is no Chrome or Chromium");
    browser = launched;
    await browser.waitForTarget(target => target.type() === "service_worker");
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    end.abort();
    await chain?.closed;
  });

  const open = async (): Promise<Page> => {
    const page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(desk);
    return page;
  };
  const says = (page: Page, words: string) =>
    page.waitForFunction(wanted => document.body.innerText.includes(wanted), { polling: 50 }, words);
  const press = async (page: Page, name: string) => {
    await page.bringToFront();
    await (await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`))?.click();
  };
  /** The wallet's own window; a person reads and answers. */
  const answerWallet = async (act: () => Promise<void>, answer: "Approve" | "Reject") => {
    const opening = browser.waitForTarget(target => target.url().includes("/confirm.html"));
    await act();
    const window = await (await opening).asPage();
    await press(window, answer);
    if (!window.isClosed()) await new Promise<void>(resolve => window.once("close", () => resolve()));
  };
  const ask = async (method: string, params: readonly unknown[]) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(chain.rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return (await response.json()).result;
  };

  it("shows nothing of anybody before a wallet is connected, and stays so when the user refuses", async () => {
    const page = await open();
    await says(page, "Trade with people you can talk to");
    await answerWallet(() => press(page, "Connect Dev wallet"), "Reject");
    expect(await page.evaluate(() => document.body.innerText)).not.toContain("OTC-7351");
    await page.close();
  });

  it("shows the buyer's side, pays on the chain, and shows the transaction that the chain has", async () => {
    const page = await open();
    await answerWallet(() => press(page, "Connect Dev wallet"), "Approve");
    await says(page, "Your seller");
    await answerWallet(() => press(page, "Pay 4.212 ETH"), "Reject");
    await says(page, "To be paid");
    await answerWallet(() => press(page, "Pay 4.212 ETH"), "Approve");
    await says(page, "Gas used");
    const hash = await page.$eval("dl code", element => element.textContent);
    const [transaction, receipt] = [
      await ask("eth_getTransactionByHash", [hash]),
      await ask("eth_getTransactionReceipt", [hash]),
    ];
    expect(transaction).toMatchObject({
      from: bob.account.toLowerCase(),
      to: alice.account.toLowerCase(),
      value: `0x${(4_212n * 10n ** 15n).toString(16)}`,
      input: `0x${Buffer.from("OTC-7351").toString("hex")}`,
    });
    expect(receipt.status).toBe("0x1");
    const attribute = (name: string) => page.$eval("#order", (it, wanted) => it.getAttribute(wanted), name);
    expect(await attribute("data-etherlynk-transaction")).toBe(hash);
    expect(await attribute("data-etherlynk-order")).toBe("OTC-7351");
    expect(await attribute("data-etherlynk-chain-id")).toBe("31337");
    expect(await page.$eval("[data-etherlynk-to]", it => it.getAttribute("data-etherlynk-to"))).toBe(
      alice.account,
    );
    await page.close();
  });

  it("gives play money to whoever is connected", async () => {
    const page = await open();
    await says(page, "Your seller");
    const before = BigInt(await ask("eth_getBalance", [bob.account, "latest"]));
    await press(page, "Get 10 ETH of play money");
    await says(page, "10 ETH went to Bob.");
    expect(BigInt(await ask("eth_getBalance", [bob.account, "latest"])) - before).toBe(10n ** 19n);
    await page.close();
  });

  it("says what is missing where Etherlynk is not, and leaves its button off", async () => {
    const page = await open();
    await says(page, "To talk with Alice from here, install Etherlynk");
    const isOff = await page.$eval(".card button", button => (button as HTMLButtonElement).disabled);
    expect(isOff).toBe(true);
    await page.close();
  });

  it("turns to the other side when the wallet's account changes, with the payment in it", async () => {
    const page = await open();
    await says(page, "Your seller");
    const worker = browser.targets().find(target => target.type() === "service_worker");
    const settings = await browser.newPage();
    await settings.goto(new URL("settings.html", worker?.url()).href);
    await settings.select("#account", String(alice.index));
    await says(settings, "Saved.");
    await page.bringToFront();
    await says(page, "Your buyer");
    await says(page, "Settled");
    await settings.select("#account", String(bob.index));
    // Closed before it is saved, the settings would leave the next test the other account.
    await says(page, "Your seller");
    await Promise.all([settings.close(), page.close()]);
  });

  it.each(["light", "dark"] as const)(
    "looks well in %s, at twice the size, and stands in nobody's way",
    async scheme => {
      const page = await open();
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await says(page, "Your seller");
      for (const [name, width, zoom] of [
        ["", 1200, 1],
        ["-200", 600, 2],
      ] as const) {
        await page.setViewport({ width, height: 900 / zoom, deviceScaleFactor: zoom });
        await page.screenshot({ path: join(pictures, `desk-${scheme}${name}.png`), fullPage: true });
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
      }
      expect(await findFaults(page)).toEqual([]);
      await page.close();
    },
  );

  it("is used by keyboard alone", async () => {
    const page = await open();
    await says(page, "Your seller");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await says(page, "Order OTC-7348");
    // What was drawn anew has the focus still.
    const focused = await page.evaluate(
      () => (document.activeElement as HTMLElement | null)?.dataset["order"],
    );
    expect(focused).toBe("OTC-7348");
    await page.close();
  });
});

async function findFaults(page: Page): Promise<unknown> {
  // By the debugger: the page's own policy lets no other script in.
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  });
}
