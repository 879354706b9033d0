import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PageApi } from "../../content/page-api.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { toCallPage } from "./call-page.ts";
import { type Fixture, findMark, startFixtures } from "./extension-stage.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, hearEachOther } from "./talking.ts";

type PageWindow = Window & { etherlynk: PageApi };

const pictures = join(import.meta.dirname, "../../.output/pictures");

describe.skipIf(!findProgram("chromium"))("a page, and somebody who is signed in", () => {
  let node: HomeNode;
  let fixtures: Awaited<ReturnType<typeof startFixtures>>;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const folder = await buildExtension("e2e");
    [node, fixtures] = await Promise.all([startHomeNode(), startFixtures()]);
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
    ]);
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
  }, 120_000);
  afterEach(() => calmDown(alice, bob));
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await fixtures?.close();
    await node?.close();
  });

  async function visit(fixture: Fixture): Promise<Page> {
    const page = await alice.browser.newPage();
    await page.goto(`${fixtures.origin}${fixtures.serve(fixture)}`);
    await page.bringToFront();
    return page;
  }

  /** An order whose seller is Bob, in words that a page chooses. */
  const order = ({ title = "Order A-17", more = "" } = {}) =>
    html(
      `<p data-etherlynk-chain-id="1" data-etherlynk-order="A-17" data-etherlynk-title="${title}">Seller: <b>${bob.account}</b></p>${more}`,
    );
  const shortBob = () => `${bob.account.slice(0, 8)}…${bob.account.slice(-6)}`;
  const markOf = (page: Page) => findMark(page, shortBob());

  /** What a page asked before this is answered before it; then nobody rings, and no window is open. */
  async function nothingHappened(page: Page) {
    await page.evaluate(() =>
      (window as unknown as PageWindow).etherlynk.presence("alice.eth").catch(() => undefined),
    );
    expect((await alice.snapshot()).calls.filter(({ stage }) => stage !== "ended")).toEqual([]);
    for (const { browser } of [alice, bob])
      expect(browser.targets().filter(it => it.url().includes("call.html"))).toEqual([]);
  }

  const policies: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["no policy", {}],
    ["a strict policy", { "content-security-policy": "default-src 'none'" }],
    [
      "Trusted Types",
      {
        "content-security-policy":
          "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      },
    ],
  ];

  it.each(policies)(
    "with %s places a call by a click on the mark, about what it says",
    async (_name, headers) => {
      const page = await visit({ html: order(), headers });
      const mark = await markOf(page);
      const windows = [alice.callWindow(), bob.callWindow()] as const;
      await mark.click();
      const [hers, his] = (await Promise.all(windows)).map(toCallPage) as [CallWindow, CallWindow];
      await his.says("A-17");
      await his.says(new URL(fixtures.origin).host);
      await his.press("Answer");
      await hearEachOther({ hers, his }, alice, bob);
      await his.press("Hang up");
      await hers.says("They hung up.");
    },
  );

  it("that names the caller as it likes is quoted, and the caller stays who they are", async () => {
    const title = "Your Bank, proved by a signature";
    const page = await visit({
      html: order({ title, more: "<script>document.title = 'Your Bank'</script>" }),
    });
    const opening = bob.callWindow();
    await (await markOf(page)).click();
    const his = toCallPage(await opening);
    await his.says(`${new URL(fixtures.origin).host} says: ${title}`);
    const who = await his.page.$eval("h1", it => ({ title: it.title, text: it.innerText }));
    expect(who.title).toBe(alice.account);
    expect(who.text).not.toContain("Bank");
    expect(await his.page.title()).not.toContain("Bank");
    const notice = await bob.snapshot();
    expect(notice.calls.at(-1)?.peer.title).toBe(alice.account);
    await his.page.screenshot({ path: join(pictures, "hostile-page-names-the-caller.png") });
    await his.press("Decline");
  });

  it("cannot say that a call comes from another site", async () => {
    const page = await visit({ html: order() });
    const answer = await page.evaluate(
      to =>
        (window as unknown as PageWindow).etherlynk
          .call({
            to,
            context: { chainId: 1, order: "A-17", origin: "https://bank.example" } as never,
          })
          .then(
            () => "offered",
            error => error.data.code,
          ),
      bob.account,
    );
    expect(answer).toMatch(/^page\./);
    await nothingHappened(page);
  });

  it("places none by events that it makes, nor by asking for what is not a page's", async () => {
    const page = await visit({ html: order() });
    const mark = await markOf(page);
    const answers = await page.evaluate(async to => {
      const host = document.querySelector<HTMLElement>("etherlynk-mark");
      host?.click();
      const at = host?.getBoundingClientRect() ?? new DOMRect();
      for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
        host?.dispatchEvent(
          new MouseEvent(type, { bubbles: true, composed: true, clientX: at.x, clientY: at.y }),
        );
      host?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
      const { etherlynk } = window as unknown as PageWindow;
      const asked = ["mark.call.dial", "phone.call.dial", "worker.window.open", "account.session.end"];
      return Promise.all(
        asked.map(method =>
          etherlynk.request({ method, params: { to } }).then(
            () => "done",
            error => error.code,
          ),
        ),
      );
    }, bob.account);
    expect(answers).toEqual([4200, 4200, 4200, 4200]);
    // Even with the button itself in hand, which no page gets.
    await mark.evaluate(button => (button as HTMLElement).click());
    await nothingHappened(page);
  });

  const tricks = [
    [
      "covers the mark",
      '<div style="position:fixed;inset:0;background:#fff;pointer-events:none;z-index:9">Win a prize</div>',
    ],
    ["makes the mark as good as invisible", "<style>p{opacity:.01}</style>"],
    ["moves the mark under the pointer", "<style>p{transform:translate(40px,40px) scale(3)}</style>"],
    ["blends the mark away", "<style>p{filter:brightness(9)}</style>"],
  ] as const;

  it.each(tricks)("that %s gets an offer at most, by a real click", async (_what, more) => {
    const page = await visit({ html: order({ more }) });
    await (await markOf(page)).click();
    await page.waitForSelector('::-p-aria([name="Not now"][role="button"])', { timeout: 10_000 });
    await nothingHappened(page);
  });

  it("that covers the card of its offer is told apart from one that shows it", async () => {
    const page = await visit({ html: order() });
    await page.evaluate(to => (window as unknown as PageWindow).etherlynk.call({ to }), bob.account);
    const yes = await page.waitForSelector('::-p-aria([name="Call"][role="button"])', { timeout: 10_000 });
    await page.evaluate(() => {
      const cover = document.createElement("div");
      cover.popover = "manual";
      cover.style.cssText = "inset:0;width:100%;height:100%;background:#fff;pointer-events:none;border:0";
      cover.textContent = "Win a prize";
      document.body.append(cover);
      cover.showPopover();
    });
    // The browser looks ten times a second.
    await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 400)));
    await yes?.click();
    await nothingHappened(page);
  });
});

type CallWindow = ReturnType<typeof toCallPage>;

function html(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`;
}
