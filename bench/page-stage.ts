import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CDPSession, Page } from "puppeteer";
import { busyPage } from "./page-busy/busy-page.ts";
import { markOf, openVisitors, type VisitorName, type Visitors, visitorNames } from "./page-visitors.ts";

export interface Visit {
  /** From the first byte of the page to its first script. */
  readonly firstScriptMs: number;
  /** Of all scripts of the page, its own and those put into it, with what the DOM takes for them; after a collection. */
  readonly heapBytes: number;
}

/** The main-world scripts, compiled and run by a page itself. */
export interface Evaluation {
  readonly ours: number;
  readonly peer: number;
}

/** What the debugger sees of extensions in a page. */
export interface Presence {
  readonly bytes: number;
  readonly worlds: number;
}

export interface PageStage extends Pick<Visitors, "main" | "isolated"> {
  visit(name: VisitorName): Promise<Visit>;
  evaluate(): Promise<Evaluation>;
  inspect(name: VisitorName): Promise<Presence>;
  /** The page of 10,000 addresses, not begun yet. */
  openBusy(name: VisitorName): Promise<Page>;
  close(): Promise<void>;
}

/** A page with some text, as sites are; isolated, so that its clock shows microseconds. */
const quietPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,">
<script>first = performance.now() - performance.getEntriesByType("navigation")[0].responseStart</script></head>
<body>${"<p>An order of 4.2 ETH, to be settled by the end of the week.</p>".repeat(200)}</body></html>`;

export async function openPageStage(): Promise<PageStage> {
  const { browsers, main, isolated, close } = await openVisitors();
  const site = await startSite();
  const open = async (name: VisitorName, path = "/"): Promise<Page> => {
    const page = await browsers[name].newPage();
    await page.goto(`${site.origin}${path}`);
    await checkVisitor(page, name);
    return page;
  };
  const visit = async (name: VisitorName): Promise<Visit> => {
    const page = await open(name);
    const firstScriptMs = await page.evaluate(() => (window as unknown as { first: number }).first);
    const heapBytes = await readHeap(page);
    await page.close();
    return { firstScriptMs, heapBytes };
  };
  // The first pages of a browser wait for all kinds of things, and our worker registers its scripts meanwhile; nobody
  // is measured by them.
  for (const name of visitorNames)
    for (let turn = 0; turn < 3; turn++) await visit(name).catch(() => undefined);
  return {
    main,
    isolated,
    visit,
    async evaluate() {
      const page = await open("none");
      // The page's first script pays for what all have in common.
      await page.evaluate(runScript, "void 0");
      const ours = await page.evaluate(runScript, main.ours);
      const peer = await page.evaluate(runScript, main.peer);
      await page.close();
      return { ours, peer };
    },
    async inspect(name) {
      const page = await browsers[name].newPage();
      const presence = await inspect(page, () => page.goto(`${site.origin}/`));
      await page.close();
      return presence;
    },
    openBusy: name => open(name, "/busy"),
    async close() {
      await close();
      site.close();
    },
  };
}

async function startSite() {
  const server = createServer(({ url }, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    response.end(url === "/busy" ? busyPage : quietPage);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function checkVisitor(page: Page, name: VisitorName): Promise<void> {
  const marks = Object.values(markOf);
  const found = await page.evaluate(globals => globals.filter(it => it in window), marks);
  const [expected] = [markOf[name]].filter(it => it !== undefined);
  if (found.join() !== (expected ?? ""))
    throw new Error(`The page of "${name}" has ${found.join(" and ") || "nothing"} in it`);
}

/** After the page was looked through, and whatever nobody holds was collected. */
async function readHeap(page: Page): Promise<number> {
  await page.evaluate(
    () => new Promise<void>(resolve => setTimeout(() => requestIdleCallback(() => resolve()), 100)),
  );
  const session = await page.createCDPSession();
  for (let turn = 0; turn < 2; turn++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize + embedderHeapUsedSize;
}

async function inspect(page: Page, load: () => Promise<unknown>): Promise<Presence> {
  const session: CDPSession = await page.createCDPSession();
  let bytes = 0;
  const worlds = new Set<string>();
  session.on("Debugger.scriptParsed", ({ url, length = 0 }) => {
    if (url.startsWith("chrome-extension:")) bytes += length;
  });
  session.on("Runtime.executionContextCreated", ({ context }) => {
    if (context.origin.startsWith("chrome-extension:")) worlds.add(context.uniqueId);
  });
  await Promise.all([session.send("Debugger.enable"), session.send("Runtime.enable")]);
  await load();
  await page.evaluate(() => new Promise<void>(resolve => requestIdleCallback(() => resolve())));
  return { bytes, worlds: worlds.size };
}

function runScript(code: string): number {
  const script = document.createElement("script");
  script.textContent = code;
  const started = performance.now();
  document.head.append(script);
  return performance.now() - started;
}
