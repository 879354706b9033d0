import type { Page, Target } from "puppeteer";
import { extensionId } from "./extension-stage.ts";
import type { Person } from "./person.ts";

export function isWorker(target: Target): boolean {
  return target.type() === "service_worker" && target.url().startsWith(`chrome-extension://${extensionId}/`);
}

export async function workerOf({ browser }: Person) {
  const target = await browser.waitForTarget(isWorker, { timeout: 10_000 });
  const worker = await target.worker();
  if (!worker) throw new Error("The service worker's target has no worker");
  return worker;
}

export async function killWorker(person: Person): Promise<void> {
  await (await workerOf(person)).close();
}

/** The document in which the phone lives. */
export async function phoneOf({ browser }: Person): Promise<Page> {
  const isPhone = (target: Target) => target.url().endsWith(`${extensionId}/offscreen.html`);
  return (await browser.waitForTarget(isPhone, { timeout: 10_000 })).asPage();
}
