import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomPrivateKey } from "ox/Secp256k1";
import type { Page } from "puppeteer";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openExtensionsPage } from "./developer-mode.ts";
import { extensionId } from "./extension-stage.ts";
import { isWorker } from "./faults.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person, wakePhone } from "./person.ts";
import { hearEachOther, lineIs, ring, talk } from "./talking.ts";

/** A browser takes updates of what a shop gave it only: a folder is written anew, and the browser's word is said. */
describe.skipIf(!findProgram("chromium"))("an update of the extension", () => {
  const own = mkdtempSync(join(tmpdir(), "etherlynk-update-"));
  const privateKey = randomPrivateKey();
  let node: HomeNode;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    cpSync(folder, own, { recursive: true });
    node = await startHomeNode();
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder: own, hertz: 900, privateKey }),
    ]);
  }, 120_000);
  // Its pages are closed with each update; this one stays.
  beforeEach(async () => void (await openExtensionsPage(bob.browser)));
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await node?.close();
    rmSync(own, { recursive: true, force: true, maxRetries: 3 });
  });

  async function bring(version: string): Promise<void> {
    const path = join(own, "manifest.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), version }));
    // Of the workers before, the browser tells no end.
    const worker = await bob.browser.targets().filter(isWorker).at(-1)?.worker();
    await worker?.evaluate(
      details =>
        (chrome.runtime.onUpdateAvailable as unknown as { dispatch(details: unknown): void }).dispatch(
          details,
        ),
      { version },
    );
  }

  /** The extension is another one: with pages of its own. */
  async function findAgain(version: string): Promise<void> {
    if (!bob.panel.isClosed()) await new Promise<void>(resolve => bob.panel.once("close", () => resolve()));
    const panel = await openPanel();
    bob = await wakePhone({
      ...{ browser: bob.browser, hertz: bob.hertz, close: bob.close, panel, privateKey },
      isCall: target => target.url().includes(`${extensionId}/call.html`),
    });
    expect(await versionIn(panel)).toBe(version);
  }

  async function openPanel(): Promise<Page> {
    const panel = await bob.browser.newPage();
    // Between the two there is none.
    await expect
      .poll(
        () =>
          panel.goto(`chrome-extension://${extensionId}/popup.html`).then(
            () => true,
            () => false,
          ),
        {
          timeout: 10_000,
        },
      )
      .toBe(true);
    return panel;
  }

  it("comes without waiting where nobody is signed in", async () => {
    await bring("0.1.1");
    await findAgain("0.1.1");
  });

  it("waits for the end of a call, which it leaves time to end; the line returns with it", async () => {
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
    const windows = await talk(alice, bob);
    await bring("0.1.2");
    await new Promise(resolve => setTimeout(resolve, 7_000));
    expect(await versionIn(bob.panel)).toBe("0.1.1");
    await hearEachOther(windows, alice, bob);
    await windows.his.press("Hang up");
    await windows.hers.says("They hung up.");
    await windows.his.says("You hung up.");
    await findAgain("0.1.2");
    await lineIs("ready", bob);
    const [last, ...others] = (await bob.snapshot()).recents;
    expect(last).toMatchObject({ direction: "incoming", said: "You hung up." });
    expect(others).toEqual([]);
    expect(await node.devices()).toBe(2);
    const next = await ring(alice, bob);
    await next.hers.says("Ringing");
    await next.his.press("Decline");
    await next.hers.says("declined");
  });
});

function versionIn(panel: Page): Promise<string> {
  return panel.evaluate(() => chrome.runtime.getManifest().version);
}
