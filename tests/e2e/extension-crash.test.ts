import { randomPrivateKey } from "ox/Secp256k1";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { toCallPage } from "./call-page.ts";
import { openExtensionsPage } from "./developer-mode.ts";
import { extensionId } from "./extension-stage.ts";
import { phoneOf } from "./faults.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person, wakePhone } from "./person.ts";
import { calmDown, lineIs, ring, talk } from "./talking.ts";

/**
 * All of an extension is one process. When it crashes Chrome ends the extension, says so in a notice, and starts it
 * anew for who clicks there: nothing of the extension is left that could do it by itself.
 */
describe.skipIf(!findProgram("chromium"))("the process of the extension crashes", () => {
  const privateKey = randomPrivateKey();
  let node: HomeNode;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = await startHomeNode();
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900, privateKey }),
    ]);
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await node?.close();
  });

  async function crash(): Promise<void> {
    const session = await (await phoneOf(bob)).createCDPSession();
    const crashed = new Promise<void>(resolve => bob.panel.once("error", () => resolve()));
    // It answers nobody any more.
    session.send("Page.crash").catch(() => undefined);
    await crashed;
    await expect.poll(() => node.devices()).toBe(1);
  }

  /** As the notice does that Chrome shows. */
  async function startAnew(): Promise<void> {
    const extensions = await openExtensionsPage(bob.browser);
    await extensions.evaluate(async id => {
      const { developerPrivate } = chrome as unknown as {
        developerPrivate: { reload(id: string): Promise<void> };
      };
      await developerPrivate.reload(id);
    }, extensionId);
    // By itself, before any page of it is opened.
    await expect.poll(() => node.devices(), { timeout: 10_000 }).toBe(2);
    const panel = await bob.browser.newPage();
    await panel.goto(`chrome-extension://${extensionId}/popup.html`);
    bob = await wakePhone({
      ...{ browser: bob.browser, hertz: bob.hertz, close: bob.close, panel, privateKey },
      isCall: target => target.url().includes(`${extensionId}/call.html`),
    });
    await lineIs("ready", bob);
  }

  /** The page that was loaded anew. */
  async function pageAt(url: string): Promise<Page> {
    return (await bob.browser.waitForTarget(it => it.url() === url, { timeout: 10_000 })).asPage();
  }

  it("in a call: both sides have it in words, and the line is back with the extension", async () => {
    const { hers, his } = await talk(alice, bob);
    await crash();
    await hers.says("coming back");
    await startAnew();
    await hers.says("They hung up.");
    await (await pageAt(his.page.url())).waitForSelector("::-p-text(This call is over.)", {
      timeout: 10_000,
    });
    const [last, ...others] = (await bob.snapshot()).recents;
    expect(others).toEqual([]);
    expect(last).toMatchObject({ address: alice.account, said: "The connection was lost." });
    await calmDown(alice, bob);
  });

  it("while nobody talks: who calls is told, and it rings when the extension is back", async () => {
    await crash();
    const window = alice.callWindow();
    await alice.ask("phone.call.dial", { to: bob.account });
    await toCallPage(await window).says("Their phone cannot be reached now.");
    await startAnew();
    const { hers, his } = await ring(alice, bob);
    await hers.says("Ringing");
    await his.press("Decline");
    await hers.says("declined");
  });
});
