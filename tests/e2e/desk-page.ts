import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { expect } from "vitest";
import { devWalletId } from "../../scripts/build-dev-wallet.ts";
import { extensionId } from "./extension-stage.ts";
import type { Person } from "./person.ts";

// The desk, and the development wallet's windows, as a person uses them.

const pictures = join(import.meta.dirname, "../../.output/pictures");
const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");

export async function openDesk(person: Person): Promise<Page> {
  for (const page of await person.browser.pages()) if (page.url().endsWith("/desk.html")) await page.close();
  const page = await person.browser.newPage();
  await page.setViewport({ width: 1_000, height: 900 });
  page.setDefaultTimeout(12_000);
  await page.goto(`chrome-extension://${extensionId}/desk.html`);
  return page;
}

export async function press(page: Page, name: string, role = "button"): Promise<void> {
  await page.bringToFront();
  await (await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`))?.click();
}

/** Writes into the field whose label begins so. */
export async function type(page: Page, label: string, text: string): Promise<void> {
  await page.waitForFunction(
    begins => [...document.querySelectorAll("label")].some(one => one.textContent?.trim().startsWith(begins)),
    {},
    label,
  );
  const handle = await page.evaluateHandle(begins => {
    const labels = [...document.querySelectorAll("label")];
    return labels.find(one => one.textContent?.trim().startsWith(begins))?.querySelector("input") ?? null;
  }, label);
  const input = handle.asElement();
  if (!input) throw new Error(`There is no field ${label}`);
  await page.evaluate(element => (element as HTMLInputElement).select(), input);
  await page.evaluate(element => (element as HTMLInputElement).focus(), input);
  await page.keyboard.type(text);
}

export async function askWallet(page: Page): Promise<void> {
  await press(page, `Ask Dev wallet, by chrome-extension://${extensionId}`).catch(async cause => {
    throw new Error(`The dialog says: ${await textOf(page)}`, { cause });
  });
}

export async function approveIn(page: Page, person: Person): Promise<void> {
  await askWallet(page);
  await settle(await nextConfirm(person), "Approve");
}

/** The wallet's next window, drawn. Each is taken once. */
const taken = new WeakSet<object>();

export async function nextConfirm(person: Person): Promise<Page> {
  const isConfirm = (url: string) => url.startsWith(`chrome-extension://${devWalletId}/confirm.html`);
  const target = await person.browser.waitForTarget(one => isConfirm(one.url()) && !taken.has(one), {
    timeout: 12_000,
  });
  taken.add(target);
  const page = await target.asPage();
  await page.waitForSelector("#yes:not(:disabled)", { timeout: 10_000 });
  return page;
}

export async function settle(confirm: Page, name: "Approve" | "Reject"): Promise<void> {
  const closed = new Promise(resolve => confirm.once("close", resolve));
  await (await confirm.waitForSelector(`::-p-aria([name="${name}"][role="button"])`))?.click();
  await closed;
}

/** In both schemes and at twice the size: all can read it, and nothing sticks out. */
export async function look(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.screenshot({ path: join(pictures, `${name}-${scheme}.png`), fullPage: true });
    expect(await findFaults(page), `${name} ${scheme}`).toEqual([]);
  }
  await page.setViewport({ width: 500, height: 450, deviceScaleFactor: 2 });
  await page.screenshot({ path: join(pictures, `${name}-200.png`) });
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    name,
  ).toBeLessThanOrEqual(0);
  await page.setViewport({ width: 1_000, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
}

export function textOf(page: Page): Promise<string> {
  return page.evaluate(() => document.body.innerText);
}

async function findFaults(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
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
