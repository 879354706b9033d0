import type { Browser, Page } from "puppeteer";
import { launchBrowser } from "../../scripts/browser.ts";
import { type PeerVersion, startPageServer } from "./page-server.ts";
import type { PeerPart } from "./pages/peer-page.ts";
import type { SipPart } from "./pages/sip-part.ts";
import type { SocketPart } from "./pages/socket-page.ts";
import { type Remote, remoteOf } from "./remote.ts";

export type PeerPage = Remote<PeerPart>;
export type SipPage = Remote<SipPart> & { readonly address: string };
export type SocketPage = Remote<SocketPart>;
export type SipClientName = "jssip" | "sipjs";

/** One real browser with test pages in it. */
export interface Stage {
  readonly browser: Browser;
  peerPage(version: PeerVersion): Promise<PeerPage>;
  /** `address` is whose phone this is; `hurry`, how many times faster this page's timers run than the clock. */
  sipPage(options: { address: string; client?: SipClientName; hurry?: number }): Promise<SipPage>;
  socketPage(): Promise<SocketPage>;
  /** Closes the pages; the browser stays for the next test, and so do those that a longer test still needs. */
  closePages(but?: readonly { readonly page: Page }[]): Promise<void>;
  close(): Promise<void>;
}

/** Above the longest wait a test asks of a page. */
const longestAnswerMs = 90_000;

export async function openStage(): Promise<Stage> {
  const server = await startPageServer();
  const browser = await launchBrowser({ protocolTimeout: longestAnswerMs });
  if (!browser) throw new Error("There is no Chrome or Chromium; these tests should have been skipped");
  const pages = new Set<Page>();

  const open = async <T extends object, Facts extends object = object>(
    scripts: string,
    facts: Facts,
    hurry = 1,
  ) => {
    const page = await browser.newPage();
    pages.add(page);
    if (hurry !== 1) await page.evaluateOnNewDocument(quickenTimers, hurry);
    await page.goto(`${server.origin}/${scripts}`);
    return remoteOf<T, Facts>(page, facts);
  };
  return {
    browser,
    peerPage: version => open<PeerPart>(`peer-page+peerjs-${version}`, {}),
    sipPage: ({ address, client = "jssip", hurry }) =>
      open<SipPart, { address: string }>(`${client}-page`, { address }, hurry),
    socketPage: () => open<SocketPart>("socket-page", {}),
    async closePages(but = []) {
      const kept = new Set(but.map(({ page }) => page));
      const closing = [...pages].filter(page => !kept.has(page));
      for (const page of closing) pages.delete(page);
      await Promise.all(closing.filter(page => !page.isClosed()).map(page => page.close()));
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Runs in the page before its scripts: SIP's waits of half a minute pass sooner. Media keep their own clock. */
function quickenTimers(times: number): void {
  const { setTimeout: unhurried } = globalThis;
  const quick = (call: TimerHandler, wait = 0, ...args: unknown[]) => unhurried(call, wait / times, ...args);
  Object.assign(globalThis, { unhurried, setTimeout: quick });
}
