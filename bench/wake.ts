import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page, Target } from "puppeteer";
import { WebSocketServer } from "ws";
import { launchBrowser } from "../scripts/browser.ts";
import { buildExtension } from "../scripts/build-extension.ts";
import { createLog } from "../signaller/log.ts";
import { createNode } from "../signaller/node.ts";
import { createCaller, now } from "../tests/e2e/browserless-phone.ts";
import { extensionId } from "../tests/e2e/extension-stage.ts";
import { closeWorker } from "../tests/e2e/faults.ts";
import { openPerson } from "../tests/e2e/person.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, median, printRow, toFigure, toRow } from "./rounds.ts";

// The worker is dead, and an INVITE arrives: how soon it rings. README.md says how and why.

const goals = { ringtoneMs: 60, windowMs: 150 } as const;
const names = ["ours", "empty"] as const;

interface Waking {
  readonly ringtone: number;
  readonly notice: number;
  readonly window: number;
}

/** One side, asleep before each ring. */
interface Sleeper {
  ring(): Promise<Waking>;
  close(): Promise<void>;
}

const { rounds } = parseOptions(process.argv.slice(2), 31);
const sleepers: Record<(typeof names)[number], Sleeper> = {
  ours: await openOurs(),
  empty: await openEmpty(),
};
try {
  for (const name of names) await sleepers[name].ring();
  const wakings = await alternate(rounds, names, (name, round) => {
    if (round % 5 === 0) say(`wake: ${name}, round ${round + 1} of ${rounds}`);
    return sleepers[name].ring();
  });
  print("ringtone", goals.ringtoneMs);
  print("notice");
  print("window", goals.windowMs);

  /** What is judged is what a person waits for, in milliseconds; the ratio says what the worker's own work adds. */
  function print(what: keyof Waking, atMostMs?: number): void {
    const pairs = wakings.map(({ ours, empty }) => ({ ours: ours[what], peer: empty[what] }));
    const oursMs = median(pairs.map(({ ours }) => ours));
    const more = atMostMs === undefined ? {} : { goal: `≤ ${atMostMs} ms`, ok: oursMs <= atMostMs };
    const unit = "ms from the INVITE's leaving the caller, worker dead";
    printRow(
      toRow(
        {
          bench: `wake.${what}`,
          unit,
          peerName: "an empty worker",
          more: { ...more, medianMs: toFigure(oursMs) },
        },
        pairs,
      ),
    );
  }
} finally {
  for (const name of names) await sleepers[name].close();
}

async function openOurs(): Promise<Sleeper> {
  const end = new AbortController();
  const chain = { id: 31337 };
  const node = createNode({ domain: "bench.example", chain, log: createLog(() => undefined, "error") });
  const { urls } = await node.listen();
  const home = { domain: "bench.example", urls: [urls.ws], chain };
  const callee = await openPerson({ folder: await buildExtension("e2e"), hertz: 500 });
  await callee.signIn(home);
  const caller = await createCaller(home, end.signal);
  return {
    async ring() {
      await killWorker(callee.browser, extensionId);
      const started = now();
      const ringing = caller.reaches("ringing-out", "early-out");
      const call = caller.kit.dial(callee.account);
      const seen = watch(callee.panel, call, `etherlynk.media.${call}`);
      const ringtone = (await ringing) - started;
      const { notice, window } = await seen;
      const over = caller.reaches("ended");
      caller.kit.tell(call, "hang-up");
      await over;
      await closeWindows(callee.browser, callee.panel);
      return { ringtone, notice: notice - started, window: window - started };
    },
    async close() {
      end.abort();
      await callee.close();
      await node.close();
    },
  };
}

async function openEmpty(): Promise<Sleeper> {
  const folder = mkdtempSync(join(tmpdir(), "etherlynk-empty-worker-"));
  cpSync(join(import.meta.dirname, "wake-worker"), folder, { recursive: true });
  cpSync("extension/public/icon/128.png", join(folder, "icon.png"));
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const browser = await launchBrowser({ extensions: [folder] });
  if (!browser) throw new Error("This benchmark needs Chrome or Chromium.");
  const worker = await browser.waitForTarget(isWorker);
  const id = new URL(worker.url()).host;
  const panel = await browser.newPage();
  await panel.goto(`chrome-extension://${id}/panel.html`);
  const connected = new Promise<import("ws").WebSocket>(resolve => server.once("connection", resolve));
  const { port } = server.address() as { port: number };
  await panel.evaluate(number => chrome.runtime.sendMessage(number), port);
  const socket = await connected;
  return {
    async ring() {
      await killWorker(browser, id);
      const seen = watch(panel, "ring", "window");
      const toned = new Promise<number>(resolve => socket.once("message", () => resolve(now())));
      await new Promise(resolve => setTimeout(resolve, 20));
      const started = now();
      socket.send("ring");
      const ringtone = (await toned) - started;
      const { notice, window } = await seen;
      await panel.evaluate(() => chrome.notifications.clear("ring"));
      await closeWindows(browser, panel);
      return { ringtone, notice: notice - started, window: window - started };
    },
    async close() {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** In a page of the extension: when the notice stands, and when the window's script runs. */
function watch(panel: Page, id: string, channel: string): Promise<{ notice: number; window: number }> {
  return panel.evaluate(
    async (wanted, name) => {
      const at = () => performance.timeOrigin + performance.now();
      const opened = new Promise<number>(resolve => {
        // The phone greets on the same channel, before there is a window.
        new BroadcastChannel(name).addEventListener("message", ({ data }) => {
          if (data === "ready" || data.type === "ready") resolve(at());
        });
      });
      const looked = (async () => {
        for (;;) {
          if (wanted in (await chrome.notifications.getAll())) return at();
          await new Promise(resolve => setTimeout(resolve, 2));
        }
      })();
      const [notice, window] = await Promise.all([looked, opened]);
      return { notice, window };
    },
    id,
    channel,
  );
}

function isWorker(target: Target): boolean {
  return target.type() === "service_worker" && target.url().startsWith("chrome-extension://");
}

async function killWorker(browser: Browser, id: string): Promise<void> {
  const target = browser.targets().find(it => isWorker(it) && it.url().includes(id));
  await closeWorker(await target?.worker());
  // Its end is told to the browser's other processes, and pages settle, before anything is measured.
  await new Promise(resolve => setTimeout(resolve, 300));
}

async function closeWindows(browser: Browser, panel: Page): Promise<void> {
  for (const page of await browser.pages()) {
    if (page !== panel && page.url().startsWith("chrome-extension://"))
      await page.close().catch(() => undefined);
  }
}
