import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CallView, PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { defaultPreferences } from "../../extension/features/preferences/model.ts";
import type { CallId } from "../../protocol/ids.ts";
import { type ExtensionStage, openExtensionStage } from "./extension-stage.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");
const account = "0x52908400098527886E0F7030069857D2E4169EE7";

const call: CallView = {
  id: "f81d4fae@node.example" as CallId,
  direction: "incoming",
  stage: "ringing",
  peer: { title: "Bob Ferris", address: account, proof: "account", isContact: true },
  context: {
    chainId: 1,
    order: "7351",
    transaction: `0x${"ab".repeat(32)}`,
    origin: "https://otc.example",
    title: "Order 7351",
    amount: "4.2 ETH",
  },
};

const signedIn: PhoneSnapshot = {
  revision: 1_000,
  me: { account, name: "alice.eth" },
  line: { state: "ready" },
  calls: [call],
  recents: [
    recent("1", { direction: "incoming", missed: true, said: "Missed call: they stopped calling." }),
    recent("2", { direction: "outgoing", missed: false, said: "You hung up." }),
  ],
  missed: 1,
  contacts: [{ id: "1", title: "Bob Ferris", address: account, isBlocked: false }],
  offers: [],
  preferences: defaultPreferences,
  home: { domain: "localhost", urls: ["ws://127.0.0.1:9000/"], chain: { id: 31337 } },
};

function recent(id: string, more: { direction: "incoming" | "outgoing"; missed: boolean; said: string }) {
  return { id, title: "Bob Ferris", address: account, at: Date.UTC(2026, 10, 20, 9, 41), ...more };
}

let stage: ExtensionStage;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  stage = await openExtensionStage();
});
afterEach(() => stage.closePages());
afterAll(() => stage?.close());

const sizes = {
  popup: { width: 360, height: 600 },
  call: { width: 420, height: 640 },
  welcome: { width: 1000, height: 800 },
} as const;

interface Look {
  readonly name: string;
  readonly panel: keyof typeof sizes;
  readonly snapshot?: PhoneSnapshot;
  /** What is clicked first, by its name. */
  readonly click?: string;
  /** What stands there then. */
  readonly shows: string;
}

const looks: readonly Look[] = [
  { name: "popup-signed-out", panel: "popup", shows: "Not signed in" },
  { name: "popup-no-calls", panel: "popup", click: "Recents", shows: "No calls yet" },
  { name: "popup-keypad", panel: "popup", snapshot: signedIn, shows: "alice.eth" },
  { name: "popup-recents", panel: "popup", snapshot: signedIn, click: "Recents", shows: "Missed call" },
  { name: "popup-contacts", panel: "popup", snapshot: signedIn, click: "Contacts", shows: "Bob Ferris" },
  { name: "call-ringing", panel: "call", snapshot: signedIn, shows: "Calls you" },
  {
    name: "call-talking",
    panel: "call",
    snapshot: { ...signedIn, calls: [{ ...call, stage: "talking", since: Date.now() - 247_000 }] },
    click: "Keypad",
    shows: "Talking",
  },
  {
    name: "call-guest",
    panel: "call",
    snapshot: {
      ...signedIn,
      calls: [{ ...call, peer: { ...call.peer, proof: "guest", isContact: false, title: "Guest" } }],
    },
    shows: "Not proved",
  },
  {
    name: "call-ended",
    panel: "call",
    snapshot: { ...signedIn, calls: [{ ...call, stage: "ended", said: "They hung up." }] },
    shows: "They hung up.",
  },
  { name: "call-over", panel: "call", shows: "This call is over." },
  { name: "welcome", panel: "welcome", shows: "Connect a wallet" },
];

describe.each(["light", "dark"] as const)("panels, %s", scheme => {
  it.each(looks)("$name says what is the case, and stands in nobody's way", async look => {
    const page = await open(look, scheme);
    await page.waitForSelector(`::-p-text(${look.shows})`, { timeout: 10_000 });
    await page.screenshot({ path: join(pictures, `${look.name}-${scheme}.png`) });
    expect(await findFaults(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });

  it.each(looks.filter(({ panel }) => panel !== "popup"))("$name at twice the size", async look => {
    const page = await open(look, scheme, 2);
    await page.screenshot({ path: join(pictures, `${look.name}-${scheme}-200.png`) });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });
});

describe("panels by keyboard alone", () => {
  it("the popup's tabs, field and button are reached, and dialling answers in words", async () => {
    const page = await open({ name: "keys", panel: "popup", shows: "" }, "light");
    await page.waitForSelector('input[aria-label="Whom to call"]');
    const reached = await tabThrough(page, 20);
    expect(reached).toEqual(expect.arrayContaining(["Set up", "Keypad", "Whom to call", "1"]));
    await page.focus("#tab-Keypad");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector("::-p-text(No calls yet)");
    await page.keyboard.press("ArrowLeft");
    await page.waitForSelector('input[aria-label="Whom to call"]');
    await page.focus('input[aria-label="Whom to call"]');
    const opening = stage.opening("welcome.html");
    await page.keyboard.type("sip:echo@node.example\n");
    await opening;
    await page.waitForSelector("::-p-text(Nobody is signed in here)");
  });

  it("a call is answered, and the phone's refusal is shown", async () => {
    const page = await open({ name: "keys", panel: "call", snapshot: signedIn, shows: "" }, "light");
    await page.waitForSelector("::-p-aria(Answer)");
    expect(await tabThrough(page, 4)).toEqual(expect.arrayContaining(["Decline", "Answer"]));
    await page.focus("::-p-aria(Answer)");
    await page.keyboard.press("Enter");
    // Nobody answers for calls before somebody is signed in.
    await page.waitForSelector("::-p-text(does not answer)", { timeout: 10_000 });
  });
});

it("the real popup opens over a page, and knows which site it is", async () => {
  const page = await stage.visit({ html: "<!doctype html><title>Shop</title>" });
  await page.bringToFront();
  const opening = stage.opening("popup.html");
  const extension = (await stage.browser.extensions()).get("fhhnnnpiabocggapphnfkbmnjihkccnc");
  if (!extension) throw new Error("The browser does not list the extension");
  await page.triggerExtensionAction(extension);
  const popup = await (await opening).asPage();
  await popup.waitForSelector("::-p-text(People on this page can be called)", { timeout: 10_000 });
  await popup.screenshot({ path: join(pictures, "popup-real.png") });
  expect(await popup.evaluate(() => innerWidth)).toBe(360);
});

it("a page's offer stands in the popup too, in the page's words and under its real origin", async () => {
  const page = await stage.visit({ html: "<!doctype html><title>Shop</title>" });
  await page.evaluate(() =>
    (window as unknown as { etherlynk: { call(offer: unknown): Promise<unknown> } }).etherlynk.call({
      to: "bob.eth",
      context: { chainId: 1, order: "7", title: "alice.eth, your bank" },
    }),
  );
  const popup = await stage.panel("popup.html");
  await popup.waitForSelector(`::-p-text(${new URL(stage.origin).host} says: alice.eth, your bank)`);
  await popup.waitForSelector('::-p-aria([name="Call bob.eth"][role="button"])');
});

async function open({ panel, snapshot, click }: Look, scheme: "light" | "dark", zoom = 1): Promise<Page> {
  const page = await stage.panel(
    `${panel}.html${panel === "call" ? `?call=${encodeURIComponent(call.id)}` : ""}`,
  );
  const { width, height } = sizes[panel];
  const viewport = { width: Math.round(width / zoom), height: Math.round(height / zoom) };
  await page.setViewport({ ...viewport, deviceScaleFactor: zoom });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.waitForFunction(() => !document.body.textContent?.includes("Waking the phone"), {
    timeout: 10_000,
  });
  if (snapshot) await tellFromElsewhere(snapshot);
  if (click) await (await page.waitForSelector(`::-p-aria([name="${click}"])`))?.click();
  return page;
}

/** As the phone tells it: another context of the extension. */
async function tellFromElsewhere(snapshot: PhoneSnapshot): Promise<void> {
  const worker = await stage.worker();
  await worker.evaluate(
    body => chrome.runtime.sendMessage({ etherlynk: 1, kind: "tell", name: "phone.snapshot.changed", body }),
    snapshot as never,
  );
}

/** What would have to be scrolled to sideways. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

async function findFaults(page: Page): Promise<unknown> {
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

async function tabThrough(page: Page, times: number): Promise<string[]> {
  const reached: string[] = [];
  for (let turn = 0; turn < times; turn++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
      }),
    );
  }
  return reached;
}
