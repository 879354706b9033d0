import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { type ExtensionStage, extensionId, openExtensionStage } from "./extension-stage.ts";
import { call, type Look, looks, signedIn } from "./panel-looks.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");

let stage: ExtensionStage;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  stage = await openExtensionStage();
});
afterEach(() => stage.closePages());
afterAll(() => stage?.close());

/** A popup keeps its width at twice the size, and shows half of its height. */
const sizes = {
  popup: [
    [360, 600],
    [360, 300],
  ],
  call: [
    [420, 640],
    [210, 320],
  ],
  welcome: [
    [1000, 800],
    [500, 400],
  ],
} as const;

describe.each(["light", "dark"] as const)("panels, %s", scheme => {
  it.each(looks)("$name says what is the case, and stands in nobody's way", async look => {
    const page = await open(look, scheme);
    await page.waitForSelector(`::-p-text(${look.shows})`, { timeout: 10_000 });
    await page.screenshot({ path: join(pictures, `${look.name}-${scheme}.png`) });
    expect(await findFaults(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(await findClipped(page)).toEqual([]);
  });
});

it.each(looks)("$name at twice the size", async look => {
  const page = await open(look, "light", 2);
  await page.waitForSelector(`::-p-text(${look.shows})`, { timeout: 10_000 });
  await page.screenshot({ path: join(pictures, `${look.name}-200.png`) });
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  expect(await findClipped(page)).toEqual([]);
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
    await page.keyboard.press("End");
    await page.waitForSelector("::-p-text(Who may ring)");
    await page.keyboard.press("Home");
    await page.waitForSelector('input[aria-label="Whom to call"]');
    await page.focus('input[aria-label="Whom to call"]');
    const opening = stage.opening("welcome.html");
    await page.keyboard.type("sip:echo@node.example\n");
    await opening;
    await page.waitForSelector('[role="alert"] ::-p-text(Nobody is signed in here)');
  });

  it("a call that rings is answered by no key that people type, and by two that do it on purpose", async () => {
    const page = await open({ name: "keys", panel: "call", snapshot: signedIn, shows: "" }, "light");
    await page.waitForSelector("::-p-aria(Answer)");
    const asked = await listenToAsks(page);
    for (const key of ["Enter", "Space", "a", "d", "Escape", "y"] as const) await page.keyboard.press(key);
    expect(await asked()).toEqual([]);
    expect(await tabThrough(page, 6)).toEqual(expect.arrayContaining(["Decline", "Answer"]));
    await page.keyboard.down("Alt");
    await page.keyboard.press("KeyA");
    await page.keyboard.press("KeyD");
    await page.keyboard.up("Alt");
    await page.focus("::-p-aria(Answer)");
    await page.keyboard.press("Enter");
    await expect.poll(asked).toEqual(["phone.call.answer", "phone.call.decline", "phone.call.answer"]);
    // The phone knows of no such call, and its refusal is shown.
    await page.waitForSelector('[role="alert"] ::-p-aria(Close this message)', { timeout: 10_000 });
  });

  it("a second call is taken or refused without leaving the first", async () => {
    const look = looks.find(({ name }) => name === "call-waiting");
    if (!look) throw new Error("There is no such look");
    const page = await open(look, "light");
    const name = "Hold this call and answer 0x8617…070D";
    await page.waitForSelector(`::-p-aria([name="${name}"])`);
    const asked = await listenToAsks(page);
    await page.focus(`::-p-aria([name="${name}"])`);
    await page.keyboard.press("Enter");
    await expect.poll(asked).toEqual(["phone.call.answer"]);
  });
});

describe("a talk that has ended closes its window", () => {
  const over = { ...call, peer: { ...call.peer, isContact: false } };
  const end = async () => {
    const page = await open({ name: "over", panel: "call", shows: "" }, "light");
    const closing = new Promise<void>(resolve => page.once("close", () => resolve()));
    const tell = (stage: "talking" | "ended", revision: number) =>
      tellFromElsewhere({ ...signedIn, revision, calls: [{ ...over, stage }] });
    await tell("talking", signedIn.revision);
    await page.waitForSelector("::-p-aria(Hang up)");
    await tell("ended", signedIn.revision + 1);
    await page.waitForSelector("::-p-aria(Call again)");
    return { page, closing, stays: () => stillOpen(page, 6_000) };
  };

  it("by itself, where nobody does anything in it", async () => {
    const { closing, stays } = await end();
    expect(await stays()).toBe(false);
    await closing;
  });

  it("not while the pointer moves about in it", async () => {
    const { page, closing, stays } = await end();
    await page.mouse.move(100, 100);
    await page.mouse.move(120, 140);
    expect(await stays()).toBe(true);
    await page.evaluate(() => document.documentElement.dispatchEvent(new PointerEvent("pointerleave")));
    await closing;
  });

  it("not while a form is open in it", async () => {
    const { page, closing, stays } = await end();
    await press(page, "Keep as contact");
    expect(await stays()).toBe(true);
    await press(page, "Cancel");
    await closing;
  });

  it("not while somebody goes through it by keys", async () => {
    const { page, closing, stays } = await end();
    await tabThrough(page, 2);
    expect(await stays()).toBe(true);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await closing;
  });
});

it("a phone that cannot open its database: the panel says why, and the same phone opens it at another try", async () => {
  const popup = await stage.panel("popup.html");
  await popup.waitForSelector("::-p-text(Not signed in)");
  await popup.evaluate(() => chrome.offscreen.closeDocument());
  await writeDatabase(popup, 9_999);
  await popup.reload();
  await popup.waitForSelector('[role="alert"] ::-p-text(written by a newer version of Etherlynk)');
  await popup.waitForSelector("::-p-aria(Restart Etherlynk)");
  await popup.screenshot({ path: join(pictures, "popup-no-phone.png") });
  expect(await findFaults(popup)).toEqual([]);
  const phone = await phonesIn(popup);
  expect(phone).toHaveLength(1);
  await press(popup, "Try again");
  await popup.waitForSelector('[role="alert"] ::-p-text(written by a newer version of Etherlynk)');
  await writeDatabase(popup, null);
  await press(popup, "Try again");
  await popup.waitForSelector("::-p-text(Not signed in)");
  expect(await phonesIn(popup)).toEqual(phone);
});

describe("the welcome page", () => {
  const done = "::-p-text(Allow the microphone (done))";
  const button = '::-p-aria([name="Allow the microphone"][role="button"])';

  afterEach(() => stage.browser.defaultBrowserContext().clearPermissionOverrides());

  async function permit(state: "granted" | "denied"): Promise<void> {
    const origin = `chrome-extension://${extensionId}`;
    await stage.browser
      .defaultBrowserContext()
      .setPermission(origin, { permission: { name: "microphone" }, state });
  }

  it("knows that the microphone was allowed before, and hears when it is not any more", async () => {
    await permit("granted");
    const page = await stage.panel("welcome.html");
    await page.waitForSelector(done, { timeout: 10_000 });
    expect(await page.$(button)).toBeNull();
    await permit("denied");
    await page.waitForSelector(button, { timeout: 10_000 });
    await page.waitForSelector('[role="alert"] ::-p-text(The browser refused it)');
    expect(await page.$(done)).toBeNull();
  });
});

describe("with the phone behind it", () => {
  it("a contact is added, found, changed, blocked and removed, all by keys", async () => {
    const page = await open({ name: "contacts", panel: "popup", clicks: ["Contacts"], shows: "" }, "light");
    await press(page, "New contact");
    await page.keyboard.type("Carol");
    await page.keyboard.press("Tab");
    await page.keyboard.type("0x1234\n");
    await page.waitForSelector('form [role="alert"] ::-p-text(40 hexadecimal digits)');
    await page.focus('form input[placeholder$="0x…"]');
    await page.keyboard.down("Control");
    await page.keyboard.press("a");
    await page.keyboard.up("Control");
    await page.keyboard.type("sip:carol@node.example\n");
    await press(page, "More about Carol");
    await press(page, "Edit");
    await page.keyboard.type("ine\n");
    await press(page, "More about Caroline");
    await press(page, "Block");
    // Words that change in their place are no mutation that a wait for a selector hears of.
    await page.waitForFunction(() => document.body.innerText.includes("Blocked"), { polling: 50 });
    await press(page, "More about Caroline");
    await press(page, "Remove");
    // The safe answer has the focus.
    await page.keyboard.press("Enter");
    await press(page, "More about Caroline");
    await press(page, "Remove");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("::-p-text(No contacts yet)");
  });

  it("settings are kept: who looks later finds them", async () => {
    const page = await open({ name: "settings", panel: "popup", clicks: ["Settings"], shows: "" }, "light");
    await press(page, "Do not disturb", "switch");
    await press(page, "Add a server (TURN, STUN)");
    await page.focus('input[placeholder^="turn:"]');
    await page.keyboard.type("https://relay.example\n");
    await page.waitForSelector('form [role="alert"] ::-p-text(turn:host)');
    await page.$eval('input[placeholder^="turn:"]', field => (field as HTMLInputElement).select());
    await page.keyboard.type("stun:stun.example\n");
    await page.waitForSelector('::-p-aria([name="Remove stun:stun.example"])');
    const later = await open({ name: "later", panel: "popup", clicks: ["Settings"], shows: "" }, "light");
    await later.waitForSelector('::-p-aria([name="Remove stun:stun.example"])');
    const isOn = '[role="switch"][aria-checked="true"]';
    await later.waitForSelector(isOn);
    await press(later, "Remove stun:stun.example");
    await press(later, "Do not disturb", "switch");
    await later.waitForFunction(
      selector => document.querySelectorAll(`main ${selector}`).length === 1,
      {},
      isOn,
    );
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
  const widths = await popup.evaluate(() => [document.body.clientWidth, document.body.scrollWidth]);
  expect(widths).toEqual([360, 360]);
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

async function open(
  { panel, snapshot, clicks = [] }: Look,
  scheme: "light" | "dark",
  zoom = 1,
): Promise<Page> {
  const page = await stage.panel(
    `${panel}.html${panel === "call" ? `?call=${encodeURIComponent(call.id)}` : ""}`,
  );
  const [width, height] = sizes[panel][zoom === 1 ? 0 : 1];
  await page.setViewport({ width, height, deviceScaleFactor: zoom });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.waitForFunction(() => !document.body.textContent?.includes("Waking the phone"), {
    timeout: 10_000,
  });
  if (snapshot) await tellFromElsewhere(snapshot);
  for (const name of clicks) await press(page, name);
  return page;
}

/** As another version of Etherlynk would leave it; null: not at all. */
async function writeDatabase(panel: Page, version: number | null): Promise<void> {
  await panel.evaluate(async wanted => {
    const [found] = await indexedDB.databases();
    const name = found?.name ?? "";
    await new Promise<void>((resolve, reject) => {
      const asked = wanted === null ? indexedDB.deleteDatabase(name) : indexedDB.open(name, wanted);
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        if (wanted !== null) asked.result.close();
        resolve();
      };
    });
  }, version);
}

function phonesIn(panel: Page): Promise<readonly (string | undefined)[]> {
  return panel.evaluate(async () => {
    const contextTypes = ["OFFSCREEN_DOCUMENT" as chrome.runtime.ContextType];
    return (await chrome.runtime.getContexts({ contextTypes })).map(({ documentId }) => documentId);
  });
}

async function stillOpen(page: Page, ms: number): Promise<boolean> {
  await new Promise(resolve => setTimeout(resolve, ms));
  return !page.isClosed();
}

/** Focus and Enter: where a pointer is needed, this fails. */
async function press(page: Page, name: string, role = ""): Promise<void> {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"]${role && `[role="${role}"]`})`, {
    timeout: 10_000,
  });
  await found?.focus();
  await found?.press("Enter");
}

/** What the panel asks of the phone, by name. */
async function listenToAsks(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    const send = chrome.runtime.sendMessage.bind(chrome.runtime) as (message: unknown) => Promise<unknown>;
    const listening = (message: { kind?: string; name?: string }) => {
      if (message.kind === "ask" && message.name) asked.push(message.name);
      return send(message);
    };
    Object.assign(chrome.runtime, { sendMessage: listening });
  });
  return () => page.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
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

/** Texts that are cut off without saying so, and without being told in full to who points at them. */
function findClipped(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isCut = (element: Element) => element.scrollWidth > element.clientWidth + 1;
    const isTold = (element: Element) => element.matches("[title], .cut, input, select, option");
    return [...document.querySelectorAll("button, h1, h2, p, label, li, dd, dt, span, div.small")]
      .filter(element => element.clientWidth > 0 && isCut(element) && !isTold(element))
      .map(element => element.outerHTML.slice(0, 160));
  });
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
