import type { Page } from "puppeteer";
import type { Felt } from "./busy-page.ts";
import { readTrace, type ThreadTime, traceCategories } from "./read-trace.ts";

export interface BusyVisit {
  /** From the moment the 10,000 addresses are drawn, until the page has come to rest. */
  readonly drawn: ThreadTime;
  readonly live: ThreadTime;
  readonly felt: Felt;
  readonly marks: number;
}

/** Long enough for 5,000 rows to be laid out and looked through here, and for a page to be used. */
export const restMs = 2_500;
export const liveMs = 3_000;

export async function visitBusy(page: Page): Promise<BusyVisit> {
  const draw = (ms: number) =>
    new Promise<void>(resolve => {
      performance.mark("drawn-from");
      begin();
      setTimeout(() => {
        performance.mark("drawn-to");
        resolve();
      }, ms);
    });
  const use = async (ms: number) => {
    performance.mark("live-from");
    const felt = await live(ms);
    performance.mark("live-to");
    return felt;
  };
  const drawn = await trace(page, "drawn", () => page.evaluate(draw, restMs));
  const lively = await trace(page, "live", () => page.evaluate(use, liveMs));
  const marks = await page.evaluate(() => document.querySelectorAll("etherlynk-mark").length);
  return { drawn: drawn.time, live: lively.time, felt: lively.result, marks };
}

async function trace<Result>(page: Page, name: string, work: () => Promise<Result>) {
  await page.tracing.start({ categories: traceCategories });
  const result = await work();
  const bytes = await page.tracing.stop();
  return { result, time: readTrace(new TextDecoder().decode(bytes), `${name}-from`, `${name}-to`) };
}
