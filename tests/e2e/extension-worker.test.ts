import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { type ExtensionStage, findMark, openExtensionStage } from "./extension-stage.ts";

let stage: ExtensionStage;

beforeAll(async () => {
  stage = await openExtensionStage();
});
afterEach(() => stage.closePages());
afterAll(() => stage?.close());

/** Asks as any context of the extension does. */
function ask(panel: Page, name: string, body: unknown): Promise<unknown> {
  return panel.evaluate(
    async (asked, given) => {
      const id = `ask-${crypto.randomUUID()}`;
      const envelope = { etherlynk: 1, kind: "ask", id, name: asked, body: given };
      const answer = await chrome.runtime.sendMessage(envelope);
      return answer?.reply;
    },
    name,
    body as never,
  );
}

function countPhones(panel: Page): Promise<number> {
  return panel.evaluate(async () => {
    const contexts = await chrome.runtime.getContexts({
      contextTypes: ["OFFSCREEN_DOCUMENT" as chrome.runtime.ContextType],
    });
    return contexts.length;
  });
}

/** From now on, the next telling of this name. */
async function hearNext(panel: Page, name: string): Promise<() => Promise<unknown>> {
  const heard = await panel.evaluateHandle(wanted => {
    const news = new Promise(resolve => {
      chrome.runtime.onMessage.addListener(message => {
        if (message.kind === "tell" && message.name === wanted) resolve(message.body);
      });
    });
    return { news };
  }, name);
  return () => heard.evaluate(({ news }) => news);
}

describe("the phone's home", () => {
  it("is there once, and lives on when the worker is killed", async () => {
    const panel = await stage.panel("popup.html");
    await panel.waitForSelector("::-p-text(Not signed in)");
    expect(await countPhones(panel)).toBe(1);
    const worker = await stage.worker();
    await worker.close();
    expect(await ask(panel, "phone.snapshot.read", null)).toMatchObject({ ok: true });
    expect(await countPhones(panel)).toBe(1);
  });

  it("is opened again where it was closed, by whoever asks, once for many who ask", async () => {
    const panel = await stage.panel("popup.html");
    await panel.waitForSelector("::-p-text(Not signed in)");
    await panel.evaluate(() => chrome.offscreen.closeDocument());
    expect(await countPhones(panel)).toBe(0);
    const woken = await Promise.all([1, 2, 3].map(() => ask(panel, "worker.phone.wake", null)));
    expect(woken).toEqual(Array(3).fill({ ok: true, value: null }));
    expect(await countPhones(panel)).toBe(1);
    const { value } = (await ask(panel, "phone.snapshot.read", null)) as { value: PhoneSnapshot };
    expect(value).toMatchObject({ me: null, line: { state: "signed-out" } });
  });

  it("a page that asks while it is gone has it opened", async () => {
    const page = await stage.visit({ html: "<!doctype html><title>Shop</title>" });
    const panel = await stage.panel("popup.html");
    await panel.evaluate(() => chrome.offscreen.closeDocument());
    const offered = await page.evaluate(() =>
      (window as unknown as { etherlynk: { call(o: unknown): Promise<{ offer: string }> } }).etherlynk.call({
        to: "bob.eth",
      }),
    );
    expect(offered.offer).toEqual(expect.any(String));
  });
});

describe("the doors the worker opens", () => {
  it("a notice is shown, and what is clicked in it reaches the phone, through a worker that was dead", async () => {
    const panel = await stage.panel("popup.html");
    const notice = { id: "call-1", title: "Bob Ferris", message: "Calls you", isRinging: true };
    expect(await ask(panel, "worker.notice.show", notice)).toEqual({ ok: true, value: null });
    expect(await panel.evaluate(() => chrome.notifications.getAll())).toEqual({ "call-1": true });
    const news = await hearNext(panel, "worker.notice.clicked");
    const worker = await stage.worker();
    await worker.evaluate(() =>
      (
        chrome.notifications.onButtonClicked as unknown as { dispatch(id: string, button: number): void }
      ).dispatch("call-1", 1),
    );
    expect(await news()).toEqual({ id: "call-1", choice: "decline" });
    expect(await ask(panel, "worker.notice.clear", { id: "call-1" })).toEqual({ ok: true, value: null });
    expect(await panel.evaluate(() => chrome.notifications.getAll())).toEqual({});
  });

  it("the badge is shown, and taken away", async () => {
    const panel = await stage.panel("popup.html");
    await ask(panel, "worker.badge.show", { text: "2" });
    expect(await panel.evaluate(() => chrome.action.getBadgeText({}))).toBe("2");
    await ask(panel, "worker.badge.show", { text: "" });
    expect(await panel.evaluate(() => chrome.action.getBadgeText({}))).toBe("");
  });

  it("a call's window opens, is brought to the front, and its closing is told", async () => {
    const panel = await stage.panel("popup.html");
    const opening = stage.opening("call.html");
    const opened = (await ask(panel, "worker.window.open", { page: "call", call: "a@b" })) as {
      value: { window: number };
    };
    const window = await (await opening).asPage();
    expect(new URL(window.url()).searchParams.get("call")).toBe("a@b");
    await window.waitForSelector("::-p-text(This call is over.)");
    expect(await ask(panel, "worker.window.focus", opened.value)).toEqual({
      ok: true,
      value: { focused: true },
    });
    const news = await hearNext(panel, "worker.window.closed");
    await window.close();
    expect(await news()).toEqual({ window: opened.value.window });
    expect(await ask(panel, "worker.window.focus", opened.value)).toEqual({
      ok: true,
      value: { focused: false },
    });
  });

  it("a page that is gone is told nothing, and nobody fails for it", async () => {
    const panel = await stage.panel("popup.html");
    const telling = { tab: 2_000_000, frame: 0, name: "page.call.changed", body: { offer: "o-41c2f09b77" } };
    expect(await ask(panel, "worker.page.tell", telling)).toEqual({ ok: true, value: { heard: false } });
  });
});

describe("the switch of a site", () => {
  it("registers for the granted hosts only: the door before the page's half, the large one once the page was read", async () => {
    const panel = await stage.panel("popup.html");
    const scripts = await panel.evaluate(() => chrome.scripting.getRegisteredContentScripts());
    const everywhere = { matches: ["http://127.0.0.1/*"], allFrames: true };
    expect(
      scripts.map(({ id, world, matches, runAt, allFrames }) => ({ id, world, matches, runAt, allFrames })),
    ).toEqual([
      { id: "a-door", world: "ISOLATED", runAt: "document_start", ...everywhere },
      { id: "b-inpage", world: "MAIN", runAt: "document_start", ...everywhere },
      { id: "c-bridge", world: "ISOLATED", runAt: "document_end", ...everywhere },
    ]);
  });

  it("a page of another host has nothing of ours", async () => {
    const granted = await stage.visit({ html: "<!doctype html><title>Shop</title><p>alice.eth</p>" });
    await findMark(granted, "alice.eth");
    expect(granted.extensionRealms()).toHaveLength(1);
    const page = await stage.browser.newPage();
    await page.goto(granted.url().replace("127.0.0.1", "localhost"));
    // Our scripts and their world would be there before the page had loaded.
    expect(await page.evaluate(() => typeof (window as { etherlynk?: unknown }).etherlynk)).toBe("undefined");
    expect(page.extensionRealms()).toEqual([]);
  });

  it("an open page is entered when its site is switched on, and not twice", async () => {
    const panel = await stage.panel("popup.html");
    await panel.evaluate(() => chrome.scripting.unregisterContentScripts());
    const page = await stage.visit({ html: "<!doctype html><title>Shop</title><p>alice.eth</p>" });
    const worker = await stage.worker();
    const grant = () =>
      worker.evaluate(() =>
        (chrome.permissions.onAdded as unknown as { dispatch(granted: unknown): void }).dispatch({
          origins: ["http://127.0.0.1/*"],
        }),
      );
    await grant();
    await findMark(page, "alice.eth");
    await grant();
    await page.evaluate(() => document.body.append("bob.eth"));
    await findMark(page, "bob.eth");
    expect(await page.$$eval("etherlynk-mark", marks => marks.length)).toBe(2);
    // The page's scripts were there first: no door is opened to them.
    expect(await page.evaluate(() => typeof (window as { etherlynk?: unknown }).etherlynk)).toBe("undefined");
    await page.reload();
    expect(await page.evaluate(() => typeof (window as { etherlynk?: unknown }).etherlynk)).toBe("object");
  });
});
