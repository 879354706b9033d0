import type { Browser, Page } from "puppeteer";
import { launchBrowser } from "../../scripts/browser.ts";
import { type PeerVersion, startPageServer } from "./page-server.ts";
import type { PeerPart } from "./pages/peer-page.ts";
import type { SipPart } from "./pages/sip-part.ts";
import type { SocketPart } from "./pages/socket-page.ts";
import { type Remote, remoteOf } from "./remote.ts";

export type PeerPage = Remote<PeerPart>;
export type SipPage = Remote<SipPart>;
export type SocketPage = Remote<SocketPart>;
export type SipClientName = "jssip" | "sipjs";

/** One real browser with test pages in it. */
export interface Stage {
  readonly browser: Browser;
  peerPage(version: PeerVersion): Promise<PeerPage>;
  /** `hurry`: how many times faster this page's timers run than the clock. */
  sipPage(client?: SipClientName, options?: { hurry?: number }): Promise<SipPage>;
  socketPage(): Promise<SocketPage>;
  /** Closes all pages; the browser stays for the next test. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const server = await startPageServer();
  const browser = await launchBrowser();
  if (!browser) throw new Error("There is no Chrome or Chromium; these tests should have been skipped");
  const pages = new Set<Page>();

  const open = async <T extends object>(scripts: string, hurry = 1): Promise<Remote<T>> => {
    const page = await browser.newPage();
    pages.add(page);
    if (hurry !== 1) await page.evaluateOnNewDocument(quickenTimers, hurry);
    await page.goto(`${server.origin}/${scripts}`);
    return remoteOf<T>(page);
  };
  return {
    browser,
    peerPage: version => open<PeerPart>(`peer-page+peerjs-${version}`),
    sipPage: (client = "jssip", { hurry } = {}) => open<SipPart>(`${client}-page`, hurry),
    socketPage: () => open<SocketPart>("socket-page"),
    async closePages() {
      await Promise.all([...pages].map(page => page.close()));
      pages.clear();
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Runs in the page before its scripts: SIP's waits of half a minute pass sooner. Media keep their own clock. */
function quickenTimers(times: number): void {
  const { setTimeout } = globalThis;
  const quick = (call: TimerHandler, wait = 0, ...args: unknown[]) => setTimeout(call, wait / times, ...args);
  Object.assign(globalThis, { setTimeout: quick });
}
