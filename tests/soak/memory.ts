import { readFileSync } from "node:fs";
import type { CDPSession, Page } from "puppeteer";
import { listFamily } from "../../bench/cpu.ts";
import { median } from "../../bench/rounds.ts";
import { phoneOf } from "../e2e/faults.ts";
import type { Person } from "../e2e/person.ts";

/** How much a figure of memory may grow, from the first third of its samples to the last. */
export const mostGrowth = 1.1;

/** Samples of one kind, in the order in which they were taken. */
export interface Series {
  readonly unit: string;
  readonly values: number[];
}

export interface Growth {
  readonly early: number;
  readonly late: number;
  readonly ratio: number;
  readonly samples: number;
  readonly unit: string;
}

/** What grows with each call is far from its beginning at the end; what comes and goes is the same in both thirds. */
export function toGrowth({ unit, values }: Series): Growth {
  const third = Math.max(1, Math.floor(values.length / 3));
  const early = median(values.slice(0, third));
  const late = median(values.slice(-third));
  const round = (value: number) => Number(value.toPrecision(4));
  return { early: round(early), late: round(late), ratio: round(late / early), samples: values.length, unit };
}

export interface Holding {
  /** KB that scripts of the extension's pages hold after a collection, with what the DOM takes for them. */
  readonly heap: number;
  readonly documents: number;
  readonly nodes: number;
  readonly listeners: number;
}

/**
 * Of the phone, and of all pages of the extension: they share one heap, so that what a call's window left behind is
 * in it as well.
 */
export async function readPhone(person: Person): Promise<Holding> {
  return withSession(await phoneOf(person), readHolding);
}

export function readWindow(page: Page): Promise<Holding> {
  return withSession(page, readHolding);
}

/** KB of the machine's memory that the extension's processes have to themselves, with their part of what is shared. */
export function readProcesses({ browser }: Person): number {
  const family = listFamily(browser.process()?.pid ?? 0).filter(isOfExtension);
  return family.map(readShare).reduce((sum, kilobytes) => sum + kilobytes, 0);
}

async function withSession<Result>(
  page: Page,
  work: (session: CDPSession) => Promise<Result>,
): Promise<Result> {
  const session = await page.createCDPSession();
  try {
    return await work(session);
  } finally {
    await session.detach();
  }
}

async function readHolding(session: CDPSession): Promise<Holding> {
  // What the first collection lets go of is held by what only the second one finds to be nobody's.
  for (let turn = 0; turn < 3; turn++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize } = await session.send("Runtime.getHeapUsage");
  const { documents, nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  return {
    heap: Math.round((usedSize + embedderHeapUsedSize) / 1024),
    documents,
    nodes,
    listeners: jsEventListeners,
  };
}

function isOfExtension(pid: number): boolean {
  return readText(`/proc/${pid}/cmdline`).includes("--extension-process");
}

function readShare(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

/** Nothing where the process has just ended. */
function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code)))
      return "";
    throw error;
  }
}
