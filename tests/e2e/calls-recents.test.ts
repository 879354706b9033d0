import type { Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { type Caller, createCaller } from "./browserless-phone.ts";
import { openPerson, type Person } from "./person.ts";

const chain = { id: 31337 };
const domain = "closed.example";
/** A page of the list has fifty. */
const calls = { first: 2, others: 52 };

describe.skipIf(!findProgram("chromium"))("the list of calls, of calls that really came", () => {
  let node: SignallerNode;
  let bob: Person;
  let callers: readonly [Caller, Caller];
  const ended = new AbortController();

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = createNode({ domain, chain, log: createLog(() => undefined, "error") });
    const { urls } = await node.listen();
    const home: HomeDomain = { domain, urls: [urls.ws], chain };
    bob = await openPerson({ folder, hertz: 900 });
    await bob.signIn(home);
    callers = [await createCaller(home, ended.signal), await createCaller(home, ended.signal)];
    // They ring nowhere, and each is a missed call.
    await bob.ask("preferences.values.change", { doNotDisturb: true });
    const [first, other] = callers;
    for (let count = 0; count < calls.first; count++) await callInVain(first);
    for (let count = 0; count < calls.others; count++) await callInVain(other);
    await bob.until("All calls", ({ missed }) => missed === calls.first + calls.others);
    await bob.ask("contacts.entry.save", { title: "Zoe Zander", address: first.account });
  }, 120_000);
  afterAll(async () => {
    ended.abort();
    await bob?.close();
    await node?.close();
  });

  async function callInVain({ kit, reaches }: Caller): Promise<void> {
    const over = reaches("ended");
    kit.dial(bob.account);
    await over;
  }

  it("older calls are brought, found by a contact's name, removed, and cleared for good", async () => {
    const page = bob.panel;
    page.setDefaultTimeout(10_000);
    // Behind the welcome page nothing is drawn, and no waiting for what is drawn comes to an end.
    await page.bringToFront();
    await press(page, `Recents, ${calls.first + calls.others} missed`);
    await counts(page, 50);
    // Looked at.
    await bob.until("No missed calls", ({ missed }) => missed === 0);
    expect(await page.evaluate(() => document.body.innerText)).not.toContain("Zoe Zander");
    await press(page, "Older calls");
    await counts(page, calls.first + calls.others);
    await page.waitForSelector("::-p-text(Zoe Zander)");
    expect(await page.$("::-p-aria(Older calls)")).toBeNull();

    const field = await page.waitForSelector('input[aria-label="Search calls"]');
    await field?.type("zander");
    await counts(page, calls.first);
    await press(page, "More about the call with Zoe Zander");
    await press(page, "Remove");
    await counts(page, calls.first - 1);
    await field?.type("s");
    await page.waitForSelector("::-p-text(No call is found)");
    await field?.evaluate(input => input.select());
    await field?.press("Backspace");
    await counts(page, 50);

    await press(page, "Clear all");
    await press(page, "Cancel");
    await counts(page, 50);
    await press(page, "Clear all");
    await press(page, "Remove all");
    await page.waitForSelector("::-p-text(No calls yet)");
    expect((await bob.snapshot()).recents).toEqual([]);
  });
});

async function press(page: Page, name: string): Promise<void> {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"])`);
  await found?.focus();
  await found?.press("Enter");
}

/** So many calls stand in the list. */
async function counts(page: Page, wanted: number): Promise<void> {
  await expect
    .poll(() => page.$$eval('ul[aria-label="Calls"] > li', entries => entries.length), { timeout: 10_000 })
    .toBe(wanted);
}
