import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { Browser, Page } from "puppeteer";
import { launchBrowser } from "../scripts/browser.ts";
import { toCall } from "./log-page/calls.ts";
import type { Side } from "./log-page/log-page.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, type Goal, printRow, toRow } from "./rounds.ts";

// The phone's call log in Chromium: storing, paging and searching calls, in blocks and each sealed by itself.

interface Figures {
  readonly insert10k: number;
  readonly insert100k: number;
  readonly insertOne: number;
  /** A phone that starts: database, vault, and the newest page. */
  readonly open: number;
  readonly scroll: number;
  readonly jump: number;
  readonly person: number;
  readonly search: number;
}

interface Figure {
  readonly bench: string;
  readonly figure: keyof Figures;
  readonly unit: string;
  readonly goal?: Goal;
}

const figures: readonly Figure[] = [
  {
    bench: "log.insert.10k",
    figure: "insert10k",
    unit: "ms for all, a thousand at once",
    goal: { atMost: 0.1 },
  },
  {
    bench: "log.insert.100k",
    figure: "insert100k",
    unit: "ms for all, a thousand at once",
    goal: { atMost: 0.1 },
  },
  { bench: "log.insert.one", figure: "insertOne", unit: "ms each, one at a time, 100k stored" },
  { bench: "log.open.100k", figure: "open", unit: "ms from the open page to the newest 50" },
  {
    bench: "log.page.time.100k",
    figure: "scroll",
    unit: "ms for 50, page after page",
    goal: { atMost: 0.5 },
  },
  { bench: "log.page.jump.100k", figure: "jump", unit: "ms for 50, anywhere" },
  { bench: "log.page.person.100k", figure: "person", unit: "ms for 50 of one person, anywhere" },
  { bench: "log.search.100k", figure: "search", unit: "ms", goal: { atMost: 0.25 } },
];

const longestStepMs = 180_000;
const options = parseOptions(process.argv.slice(2), 7);
const some = options.quick ? 200 : 10_000;
const all = options.quick ? 1_000 : 100_000;
const many = options.quick ? 5 : 120;

const site = await serve(await bundle());
const browser = await launchBrowser({ protocolTimeout: longestStepMs });
if (browser === undefined) {
  say("This benchmark needs Chrome or Chromium, and there is none.");
  process.exitCode = 1;
} else {
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}
site.close();

async function run(on: Browser): Promise<void> {
  const rounds = await alternate(options.rounds, ["ours", "naive"] as const, (side, round) => {
    say(`log: round ${round + 1} of ${options.rounds}, ${side}`);
    return measure(on, side);
  });
  for (const { bench, figure, unit, goal } of figures.filter(each => each.bench.includes(options.only))) {
    const pairs = rounds.map(({ ours, naive }) => ({ ours: ours[figure], peer: naive[figure] }));
    const more = { calls: all, bytes: JSON.stringify(toCall(1)).length };
    const spec = { bench, unit, peerName: "each record sealed by itself, Dexie 4.4.7", more };
    printRow(toRow(goal ? { ...spec, goal } : spec, pairs));
  }
}

/** One side, in a browser context of its own: nothing of the other lies in its database or memory. */
async function measure(on: Browser, side: Side): Promise<Figures> {
  const context = await on.createBrowserContext();
  try {
    const first = await openPage(await context.newPage());
    await first.evaluate(as => logBench.open(as, "bench"), side);
    const insert10k = await first.evaluate(count => logBench.insert(0, count), some);
    const rest = [];
    for (let from = some; from < all; from += some) {
      rest.push(await first.evaluate((at, count) => logBench.insert(at, count), from, some));
    }
    const insert100k = rest.reduce((sum, ms) => sum + ms, insert10k);
    await first.close();
    // Another page: what the first one remembers must not help.
    const page = await openPage(await context.newPage());
    const open = await page.evaluate(
      async (as, stored) => {
        const started = performance.now();
        await logBench.open(as, "bench");
        await logBench.scroll(stored, 1);
        return performance.now() - started;
      },
      side,
      all,
    );
    const jump = (ofOne: boolean) =>
      page.evaluate((stored, count, of) => logBench.jump(stored, count, of), all, many, ofOne);
    return {
      insert10k,
      insert100k,
      open,
      scroll: await page.evaluate((stored, count) => logBench.scroll(stored, count), all, many),
      jump: await jump(false),
      person: await jump(true),
      search: await page.evaluate(stored => logBench.search(stored), all),
      insertOne: await page.evaluate((from, count) => logBench.insertOnes(from, count), all, many),
    };
  } finally {
    await context.close();
  }
}

async function openPage(page: Page): Promise<Page> {
  await page.goto(site.origin);
  await page.waitForFunction("globalThis.logBench !== undefined");
  return page;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("log-page/log-page.ts", import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** The page and its script, on loopback: WebCrypto wants an origin that browsers trust. */
async function serve(script: string): Promise<{ origin: string; close: () => void }> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/log.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><title>log</title><script src="/log.js"></script>');
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
