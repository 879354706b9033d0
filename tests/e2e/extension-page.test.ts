import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PageApi } from "../../content/page-api.ts";
import { type ExtensionStage, findMark, openExtensionStage } from "./extension-stage.ts";

type PageWindow = Window & { etherlynk: PageApi; seen: unknown; stolen: unknown[] };

const account = "0x52908400098527886E0F7030069857D2E4169EE7";
const shortAccount = "0x529084…169EE7";

let stage: ExtensionStage;

beforeAll(async () => {
  stage = await openExtensionStage();
});
afterEach(() => stage.closePages());
afterAll(() => stage?.close());

function html(body: string, script = ""): string {
  const tag = script && `<script>${script}</script>`;
  return `<!doctype html><html lang="en"><head>${tag}<meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`;
}

function offer(page: Page, to: string): Promise<unknown> {
  return page.evaluate(
    wish =>
      (window as unknown as PageWindow).etherlynk.call({ to: wish }).then(
        value => ({ value }),
        error => ({ code: error.code, data: error.data, isError: error instanceof Error }),
      ),
    to,
  );
}

const policies: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["no policy", {}],
  ["a strict policy", { "content-security-policy": "default-src 'none'; script-src 'self'" }],
  [
    "Trusted Types",
    {
      "content-security-policy":
        "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    },
  ],
];

describe.each(policies)("a page with %s", (_name, headers) => {
  const script = "window.seen = [typeof etherlynk, Object.isFrozen(etherlynk)]";
  const fixture = { html: html(`<script src="script.js"></script><p>Ask alice.eth.</p>`), headers, script };

  it("has window.etherlynk before its first script, offers a call, and shows a mark and a card", async () => {
    const page = await stage.visit(fixture);
    expect(await page.evaluate(() => (window as unknown as PageWindow).seen)).toEqual(["object", true]);
    expect(await offer(page, "bob.eth")).toEqual({ value: { offer: expect.any(String) } });
    await findMark(page, "alice.eth");
    await page.waitForSelector('::-p-aria([name="Not now"][role="button"])', { timeout: 10_000 });
  });
});

describe("window.etherlynk", () => {
  it("fails with numbers and sentences, as EIP-1193 has them", async () => {
    const page = await stage.visit({ html: html("") });
    expect(await offer(page, "nobody in particular")).toEqual({
      code: -32602,
      data: { code: "page.address" },
      isError: true,
    });
    const unknown = page.evaluate(() =>
      (window as unknown as PageWindow).etherlynk
        .request({ method: "eth_requestAccounts" })
        .catch(error => error.code),
    );
    expect(await unknown).toBe(4200);
    const circle = page.evaluate(() => {
      const params: { me?: unknown } = {};
      params.me = params;
      return (window as unknown as PageWindow).etherlynk
        .request({ method: "etherlynk_call", params })
        .catch(error => error.data.code);
    });
    expect(await circle).toBe("page.size");
  });

  it("tells a page what became of its own offer, and nobody else", async () => {
    const other = await stage.visit({ html: html("") });
    const page = await stage.visit({ html: html("") });
    for (const each of [other, page]) {
      await each.evaluate(() => {
        const target = window as unknown as PageWindow;
        target.stolen = [];
        target.etherlynk.on("call", news => target.stolen.push(news));
      });
    }
    await offer(page, "bob.eth");
    await page.bringToFront();
    const no = await page.waitForSelector('::-p-aria([name="Not now"][role="button"])', { timeout: 10_000 });
    await no?.click();
    await page.waitForFunction(() => (window as unknown as PageWindow).stolen.length === 1);
    const heard = (each: Page) => each.evaluate(() => (window as unknown as PageWindow).stolen);
    expect(await heard(page)).toEqual([{ offer: expect.any(String), state: "dismissed" }]);
    expect(await heard(other)).toEqual([]);
  });

  it("bounds how often a page asks", async () => {
    const page = await stage.visit({ html: html("") });
    const codes = await page.evaluate(async () => {
      const { etherlynk } = window as unknown as PageWindow;
      const asked = Array.from({ length: 60 }, () =>
        etherlynk.presence("alice.eth").then(
          () => "ok",
          error => error.data.code as string,
        ),
      );
      return [...new Set(await Promise.all(asked))];
    });
    expect(codes.sort()).toEqual(["ok", "page.rate"]);
  });

  it("answers again after the worker was killed", async () => {
    const page = await stage.visit({ html: html("") });
    const worker = await stage.worker();
    await worker.close();
    expect(await offer(page, "bob.eth")).toEqual({ value: { offer: expect.any(String) } });
  });

  it("is nothing in a page without an origin of its own", async () => {
    const page = await stage.visit({
      html: html(""),
      headers: { "content-security-policy": "sandbox allow-scripts" },
    });
    const code = await page.evaluate(() => {
      const { etherlynk } = window as Partial<PageWindow>;
      return etherlynk?.call({ to: "bob.eth" }).catch(error => error.code) ?? "none";
    });
    expect([4900, "none"]).toContain(code);
  });
});

describe("a hostile page", () => {
  const thief = `
    window.stolen = [];
    for (const name of ["etherlynk:hello", "etherlynk:port", "message"])
      window.addEventListener(name, event => window.stolen.push([name, event.ports?.length ?? 0]), true);
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (...args) { window.stolen.push(["port", this]); return postMessage.apply(this, args); };
    for (let turn = 0; turn < 5; turn++) window.dispatchEvent(new Event("etherlynk:hello"));
    window.etherlynk = { call: () => "mine" };
    try { Object.defineProperty(window, "etherlynk", { value: 1 }); } catch {}
  `;

  it("comes by no port, and cannot put itself in our place", async () => {
    const page = await stage.visit({ html: html("<p>alice.eth</p>", thief) });
    await findMark(page, "alice.eth");
    expect(await offer(page, "bob.eth")).toEqual({ value: { offer: expect.any(String) } });
    const stolen = await page.evaluate(() => (window as unknown as PageWindow).stolen);
    expect(stolen).toEqual(Array(5).fill(["etherlynk:hello", 0]));
  });

  it("reaches nothing of the extension by itself", async () => {
    const page = await stage.visit({ html: html("") });
    expect(await page.evaluate(() => typeof (window as { chrome?: typeof chrome }).chrome?.runtime)).toBe(
      "undefined",
    );
    const loaded = await page.evaluate(
      id =>
        fetch(`chrome-extension://${id}/popup.html`).then(
          () => true,
          () => false,
        ),
      "fhhnnnpiabocggapphnfkbmnjihkccnc",
    );
    expect(loaded).toBe(false);
  });

  it("places no call by clicks of its own; a person's click does", async () => {
    const page = await stage.visit({ html: html("<p>alice.eth</p>") });
    const mark = await findMark(page, "alice.eth");
    await page.evaluate(() => {
      const host = document.querySelector<HTMLElement>("etherlynk-mark");
      if (host?.shadowRoot) throw new Error("The shadow root is open");
      host?.click();
      host?.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
      document
        .elementFromPoint(host?.getBoundingClientRect().x ?? 0, host?.getBoundingClientRect().y ?? 0)
        ?.dispatchEvent(new PointerEvent("click", { bubbles: true }));
    });
    // Even with the button itself in hand, which no page gets.
    await mark.evaluate(button => (button as HTMLElement).click());
    // What was asked before this answer would have been answered before it.
    await offer(page, "not an address");
    expect(stage.opened("welcome.html")).toEqual([]);

    const opening = stage.opening("welcome.html");
    await page.bringToFront();
    await mark.click();
    await opening;
  });

  it("that hides the mark under something of its own gets an offer at most", async () => {
    const cover =
      '<div style="position:fixed;inset:0;background:#fff;pointer-events:none;z-index:9">Win a prize</div>';
    const page = await stage.visit({ html: html(`<p>alice.eth</p>${cover}`) });
    await page.bringToFront();
    const mark = await findMark(page, "alice.eth");
    await mark.click();
    await page.waitForSelector('::-p-aria([name="Not now"][role="button"])', { timeout: 10_000 });
    expect(stage.opened("welcome.html")).toEqual([]);
  });
});

describe("finders", () => {
  it("mark accounts and names in text, beside links, in late content and in open shadow roots", async () => {
    const body = `<p id="text">Pay ${account} or <a href="#x">carol.eth</a></p><div id="late"></div><div id="shadow"></div>`;
    const page = await stage.visit({ html: html(body) });
    await findMark(page, shortAccount);
    await findMark(page, "carol.eth");
    expect(await page.$$eval("a etherlynk-mark", marks => marks.length)).toBe(0);
    await page.evaluate(() => {
      const late = document.getElementById("late");
      if (late) late.textContent = "dave.eth";
      const root = document.getElementById("shadow")?.attachShadow({ mode: "open" });
      root?.append("erin.eth");
    });
    await findMark(page, "dave.eth");
    await page.evaluate(() => {
      const text = document.getElementById("late")?.firstChild;
      if (text) text.nodeValue = "frank.eth";
    });
    await findMark(page, "frank.eth");
    expect(await page.$('::-p-aria([name="Call dave.eth"][role="button"])')).toBeNull();
  });

  it("leave what people type, scripts and hashes alone", async () => {
    const hash = `0x${"ab".repeat(32)}`;
    const body = `<textarea>alice.eth</textarea><div contenteditable>bob.eth</div><p>${hash} mail@carol.eth</p><p>zoe.eth</p>`;
    const page = await stage.visit({ html: html(body, 'const note = "dave.eth";') });
    await findMark(page, "zoe.eth");
    expect(await page.$$eval("etherlynk-mark", marks => marks.length)).toBe(1);
  });

  it("mark whom the page names, with what the call is about", async () => {
    const body = `<section data-etherlynk-chain-id="1" data-etherlynk-order="7"><b data-etherlynk-to="${account}">The seller</b></section>`;
    const page = await stage.visit({ html: html(body) });
    await findMark(page, shortAccount);
    expect(await page.$$eval("b + etherlynk-mark", marks => marks.length)).toBe(1);
  });

  it("go on marking a page that draws its lists anew, and take marks away with what they stood for", async () => {
    const body = `<ul></ul><p><a href="#x">carol.eth</a></p>`;
    const page = await stage.visit({ html: html(body) });
    const marked = (selector: string, count: number) =>
      page.waitForFunction(
        (wanted, expected) => document.querySelectorAll(wanted).length === expected,
        { timeout: 10_000, polling: 50 },
        selector,
        count,
      );
    // More in all than a page gets at a time.
    for (let round = 0; round < 4; round += 1) {
      await page.evaluate(at => {
        const rows = Array.from({ length: 200 }, (_, i) => {
          const row = document.createElement("li");
          row.append(`p${at}x${i}.eth`);
          if (i % 2 === 0) row.setAttribute("data-etherlynk-to", `p${at}x${i}.eth`);
          return row;
        });
        document.querySelector("ul")?.replaceChildren(...rows);
      }, round);
      await marked("ul etherlynk-mark", 200);
    }
    await page.evaluate(() => document.querySelector("p a")?.remove());
    await marked("p etherlynk-mark", 0);
  });
});
