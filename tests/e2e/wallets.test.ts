import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { buildDevWallet, devWalletId } from "../../scripts/build-dev-wallet.ts";
import { type ExtensionStage, extensionId, type Fixture, openExtensionStage } from "./extension-stage.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");
/** Anvil's first two accounts. */
const alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const bob = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const chain = { rpc: "http://127.0.0.1:8545", chainId: 31_337 };
const ours = `chrome-extension://${extensionId}`;

let stage: ExtensionStage;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const wallet = await buildDevWallet({ account: 0, folder: "dev-wallet-e2e", ...chain });
  stage = await openExtensionStage([wallet]);
});
afterEach(async () => {
  await reset();
  await stage.closePages();
});
afterAll(() => stage?.close());

const strict: Fixture = {
  html: '<!doctype html><html lang="en"><title>Orders</title><p>Order 7351</p></html>',
  headers: {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
  },
};

describe("a wallet that is an extension", () => {
  it("signs in: it names Etherlynk's own origin, shows what it signs, and the phone believes the signature", async () => {
    const page = await openWelcome();
    await page.waitForSelector(`::-p-text(The wallet will name)`);
    await connect(page, ours);
    const accounts = await nextConfirm();
    expect(await textOf(accounts)).toContain(`${ours} asks.`);
    await settle(accounts, "Approve");

    const signing = await nextConfirm();
    const shown = await textOf(signing);
    expect(shown).toContain("Sign: Delegation");
    expect(shown).toContain("signKeyX");
    expect(shown).toContain(alice);
    // The page says what is to be compared, and it is what the wallet shows.
    const [, check = "nothing"] = /must begin with (0x[0-9a-f]{8})/.exec(await textOf(page)) ?? [];
    expect(shown).toContain(check);
    await settle(signing, "Approve");
    await expectSignedIn(page, alice);
  });

  it("that says no is taken at its word, and asked again at a click", async () => {
    const page = await openWelcome();
    await connect(page, ours);
    await settle(await nextConfirm(), "Reject");
    await page.waitForSelector("::-p-text(You said no in the wallet)");
    await connect(page, ours);
    await settle(await nextConfirm(), "Approve");
    await settle(await nextConfirm(), "Reject");
    await page.waitForSelector("::-p-text(You said no in the wallet)");
    expect(await readMe(page)).toBeNull();
  });

  it("whose window is closed has said no", async () => {
    const page = await openWelcome();
    await connect(page, ours);
    await (await nextConfirm()).close();
    await page.waitForSelector("::-p-text(You said no in the wallet)");
  });

  it("that is locked says so beforehand; locked while it is asked, it is said then", async () => {
    await changeWallet({ isLocked: true });
    const page = await openWelcome();
    await page.waitForSelector("::-p-text(It is locked)");
    await connect(page, ours);
    const unlock = await nextConfirm();
    expect(await textOf(unlock)).toContain("Unlock and connect");
    await settle(unlock, "Approve");
    await nextConfirm();
    await changeWallet({ isLocked: true });
    await page.waitForSelector("::-p-text(The wallet is locked)");
  });

  it("whose account or chain changes meanwhile signs nothing", async () => {
    const page = await openWelcome();
    for (const change of [{ account: 1 }, { chainId: 1 }]) {
      await connect(page, ours);
      await approveAccounts();
      const signing = await nextConfirm();
      await changeWallet(change);
      await page.waitForSelector("::-p-text(was changed in the wallet meanwhile)");
      await signing.close();
      await changeWallet({ account: 0, chainId: chain.chainId, approved: [] });
    }
  });

  it("that is on another chain is asked to change it", async () => {
    await changeWallet({ chainId: 1 });
    const page = await openWelcome();
    await connect(page, ours);
    await settle(await nextConfirm(), "Approve");
    await settle(await nextConfirm(), "Approve");
    await expectSignedIn(page, alice);
  });

  it("whose worker is killed in the middle is gone, and there again", async () => {
    const page = await openWelcome();
    await connect(page, ours);
    await nextConfirm();
    const target = await stage.browser.waitForTarget(
      one => one.type() === "service_worker" && one.url().includes(devWalletId),
    );
    await (await target.worker())?.close();
    await page.waitForSelector("::-p-text(The connection to the wallet was lost)");
    await closeConfirms();
    await connect(page, ours);
    await settle(await nextConfirm(), "Approve");
    await settle(await nextConfirm(), "Approve");
    await expectSignedIn(page, alice);
  });

  it("can be left waiting: what is cancelled is not signed in later", async () => {
    const page = await openWelcome();
    await connect(page, ours);
    await settle(await nextConfirm(), "Approve");
    const signing = await nextConfirm();
    await (await page.waitForSelector('::-p-aria([name="Cancel"])'))?.click();
    await page.waitForSelector("::-p-text(Look again)");
    await settle(signing, "Approve");
    expect(await readMe(page)).toBeNull();
  });
});

describe("a wallet of a page", () => {
  it("signs in through a page with the strictest policy, and names that page", async () => {
    await changeWallet({ account: 1 });
    await stage.visit(strict);
    const page = await openWelcome();
    await connect(page, stage.origin);
    const accounts = await nextConfirm();
    expect(await textOf(accounts)).toContain(`${stage.origin} asks.`);
    await settle(accounts, "Approve");
    await settle(await nextConfirm(), "Approve");
    await expectSignedIn(page, bob);
  });

  it("is gone when its page is left", async () => {
    const site = await stage.visit(strict);
    const page = await openWelcome();
    await connect(page, stage.origin);
    await nextConfirm();
    await site.goto("about:blank");
    await page.waitForSelector("::-p-text(The connection to the wallet was lost)");
  });

  it("refuses with words", async () => {
    await stage.visit(strict);
    const page = await openWelcome();
    await connect(page, stage.origin);
    await settle(await nextConfirm(), "Reject");
    await page.waitForSelector("::-p-text(You said no in the wallet)");
  });
});

describe("a hostile page", () => {
  /** Says that it is MetaMask, takes whatever it is asked, and signs with what it likes. */
  const forger = `
    window.seen = [];
    const provider = {
      async request({ method }) {
        window.seen.push(method);
        if (method === "eth_requestAccounts") return ["${alice}"];
        if (method === "eth_chainId") return "0x7a69";
        return "0x" + "1b".repeat(65);
      },
      on() {}, removeListener() {},
    };
    const info = { uuid: "11111111-2222-4333-8444-555555555555", name: "Meta\\u202eMask", icon: "https://spy.example/i.png" };
    window.addEventListener("eip6963:requestProvider", () =>
      window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } })));
  `;
  const html = `<!doctype html><html lang="en"><title>Free coins</title><script>${forger}</script></html>`;

  it("that forges a wallet is quoted, sees nothing before it is picked, and signs nobody in", async () => {
    const site = await stage.visit({ html });
    const page = await openWelcome();
    await page.waitForSelector("::-p-text(“MetaMask”)");
    await page.waitForSelector("::-p-text(use it only where you trust it)");
    expect(await page.$$eval(".wallet img", images => images.map(({ src }) => src))).not.toContain(
      "https://spy.example/i.png",
    );
    expect(await seenBy(site)).toEqual([]);
    await connect(page, stage.origin, "MetaMask");
    await page.waitForSelector("::-p-text(The wallet signed with another account)");
    expect(await seenBy(site)).toEqual(["eth_requestAccounts", "eth_chainId", "eth_signTypedData_v4"]);
    expect(await readMe(page)).toBeNull();
  });

  it("begins nothing by itself, and sees nothing of what is asked through another tab", async () => {
    const spy = `
      window.seen = [];
      for (const name of ["message", "etherlynk:port", "etherlynk:hello", "eip6963:announceProvider"])
        window.addEventListener(name, event => window.seen.push(event.type), true);
    `;
    const spying = await stage.visit({
      html: `<!doctype html><html lang="en"><title>Spy</title><script>${spy}</script></html>`,
    });
    const answers = await spying.evaluate(async id => {
      const { etherlynk } = window as unknown as {
        etherlynk: { request(wish: object): Promise<unknown> };
      };
      const codes: unknown[] = [];
      for (const method of ["eth_requestAccounts", "account.delegation.prepare", "wallet.request"])
        codes.push(await etherlynk.request({ method }).catch(error => error.code));
      // What a page could post into our own half, if it had its port; it has none.
      window.postMessage({ channel: 1, letter: { kind: "found" } }, "*");
      try {
        chrome.runtime.connect(id, { name: "etherlynk.wallet" });
        codes.push("connected");
      } catch {
        codes.push("no way in");
      }
      return codes;
    }, extensionId);
    expect(answers).toEqual([4200, 4200, 4200, "no way in"]);
    const before = (await seenBy(spying)).length;
    const page = await openWelcome();
    await connect(page, ours);
    await settle(await nextConfirm(), "Approve");
    await settle(await nextConfirm(), "Approve");
    await expectSignedIn(page, alice);
    // Being asked who is there is all that reaches a page that was switched on.
    const heard = (await seenBy(spying)).slice(before);
    expect(heard.filter(type => type !== "eip6963:announceProvider")).toEqual([]);
  });
});

describe.each(["light", "dark"] as const)("what people see, %s", scheme => {
  it("is complete, can be read by all, and overflows nowhere", async () => {
    await stage.visit(strict);
    const page = await openWelcome(scheme);
    await page.waitForSelector(".wallet");
    await look(page, `welcome-wallets-${scheme}`);
    await (await page.waitForSelector("summary"))?.click();
    await look(page, `welcome-home-${scheme}`);
    await connect(page, ours);
    const accounts = await nextConfirm();
    await accounts.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await look(accounts, `dev-wallet-connect-${scheme}`);
    await settle(accounts, "Approve");
    const signing = await nextConfirm();
    await signing.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await look(signing, `dev-wallet-sign-${scheme}`);
    await page.bringToFront();
    await look(page, `welcome-signing-${scheme}`);
    // By keyboard: the window begins on the button that does no harm.
    await signing.bringToFront();
    expect(await signing.evaluate(() => document.activeElement?.id)).toBe("no");
    await signing.keyboard.press("Tab");
    await signing.keyboard.press("Enter");
    await expectSignedIn(page, alice);
    await page.bringToFront();
    await look(page, `welcome-signed-in-${scheme}`);
  });
});

describe("without a wallet", () => {
  it("the welcome page says what to do", async () => {
    const bare = await openExtensionStage();
    try {
      const page = await bare.panel("welcome.html");
      await page.waitForSelector("::-p-text(No wallet was found)", { timeout: 10_000 });
      await look(page, "welcome-no-wallet-light");
    } finally {
      await bare.close();
    }
  });
});

async function openWelcome(scheme: "light" | "dark" = "light"): Promise<Page> {
  const page = await stage.panel("welcome.html");
  await page.setViewport({ width: 1_000, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.setDefaultTimeout(10_000);
  await page.waitForSelector("::-p-text(Connect a wallet)");
  return page;
}

/** Picks the wallet by the origin it will name. */
async function connect(page: Page, origin: string, name = "Dev wallet"): Promise<void> {
  await page.bringToFront();
  const button = await page.waitForSelector(`::-p-aria([name="Connect ${name}, by ${origin}"])`);
  await button?.click();
}

async function approveAccounts(): Promise<void> {
  await settle(await nextConfirm(), "Approve");
}

/** The wallet's next window, drawn. Each is taken once. */
const taken = new WeakSet<object>();

async function nextConfirm(): Promise<Page> {
  const target = await stage.browser.waitForTarget(one => isConfirm(one.url()) && !taken.has(one), {
    timeout: 10_000,
  });
  taken.add(target);
  const page = await target.asPage();
  await page.waitForSelector("#yes:not(:disabled)", { timeout: 10_000 });
  return page;
}

async function settle(confirm: Page, name: "Approve" | "Reject"): Promise<void> {
  const closed = new Promise(resolve => confirm.once("close", resolve));
  await (await confirm.waitForSelector(`::-p-aria([name="${name}"][role="button"])`))?.click();
  await closed;
}

function isConfirm(url: string): boolean {
  return url.startsWith(`chrome-extension://${devWalletId}/confirm.html`);
}

async function closeConfirms(): Promise<void> {
  for (const target of stage.browser.targets()) {
    if (!isConfirm(target.url())) continue;
    taken.add(target);
    await (await target.asPage()).close();
  }
}

/** As the wallet's own settings would. */
async function changeWallet(part: object): Promise<void> {
  const settings = await stage.browser.newPage();
  await settings.goto(`chrome-extension://${devWalletId}/settings.html`);
  await settings.evaluate(async change => {
    const { wallet = {} } = await chrome.storage.local.get("wallet");
    await chrome.storage.local.set({ wallet: { ...(wallet as object), ...change } });
  }, part);
  await settings.close();
}

async function ask(page: Page, name: string): Promise<unknown> {
  return page.evaluate(async asked => {
    const id = crypto.randomUUID();
    const answer = await chrome.runtime.sendMessage({
      etherlynk: 1,
      kind: "ask",
      id,
      name: asked,
      body: null,
    });
    return answer?.reply?.value;
  }, name);
}

/** Undefined while the phone is on its way. */
async function readMe(page: Page): Promise<PhoneSnapshot["me"] | undefined> {
  return ((await ask(page, "phone.snapshot.read")) as PhoneSnapshot | undefined)?.me;
}

async function expectSignedIn(page: Page, account: string): Promise<void> {
  await page.waitForSelector(`::-p-text(${account.slice(0, 6)}…${account.slice(-4)})`);
  expect(await readMe(page)).toEqual({ account });
}

async function reset(): Promise<void> {
  await closeConfirms();
  await changeWallet({ account: 0, chainId: chain.chainId, isLocked: false, approved: [] });
  const page = await stage.panel("welcome.html");
  await page.waitForSelector("::-p-text(Connect a wallet)");
  if (await readMe(page)) {
    await ask(page, "account.session.end");
    await expect.poll(() => readMe(page), { timeout: 10_000 }).toBeNull();
  }
}

function seenBy(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

function textOf(page: Page): Promise<string> {
  return page.evaluate(() => document.body.innerText);
}

async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: name.startsWith("welcome") });
  await page.evaluate(axe);
  const faults = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  });
  expect(faults).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
