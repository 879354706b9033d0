import { type Page, ProtocolError, type Target, type WebWorker } from "puppeteer";
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

/** Until it stays dead: what was still on its way to it when it was killed has the browser start it anew. */
export async function killWorker(person: Person): Promise<void> {
  await closeWorker(await workerOf(person));
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise(resolve => setTimeout(resolve, 50));
    const target = person.browser.targets().find(isWorker);
    if (target === undefined) continue;
    await closeWorker(await target.worker());
    quiet = -1;
  }
}

export async function closeWorker(worker: WebWorker | null | undefined): Promise<void> {
  try {
    await worker?.close();
  } catch (error) {
    // It went by itself in the same moment.
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** The document in which the phone lives. */
export async function phoneOf({ browser }: Person): Promise<Page> {
  const isPhone = (target: Target) => target.url().endsWith(`${extensionId}/offscreen.html`);
  return (await browser.waitForTarget(isPhone, { timeout: 10_000 })).asPage();
}
