import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, ElementHandle, Page, Target, WebWorker } from "puppeteer";
import { launchBrowser } from "../../scripts/browser.ts";
import { buildExtension } from "../../scripts/build-extension.ts";

/** The id that the public key in wxt.config.ts gives. */
export const extensionId = "fhhnnnpiabocggapphnfkbmnjihkccnc";

export interface Fixture {
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Served as `/script.js` for pages whose policy allows no script within them. */
  readonly script?: string;
}

/** A real Chromium with the built extension, and pages to visit. */
export interface ExtensionStage {
  readonly browser: Browser;
  readonly origin: string;
  /** Serves the page under a path of its own, and visits it. */
  visit(fixture: Fixture): Promise<Page>;
  /** A page of the extension: `popup.html`. */
  panel(path: string): Promise<Page>;
  worker(): Promise<WebWorker>;
  /** Pages of the extension that are open: `welcome.html`. */
  opened(path: string): Target[];
  /** Resolves when one more is open; ask for it before what opens it. */
  opening(path: string): Promise<Target>;
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** @param beside folders of other extensions that are loaded with it */
export async function openExtensionStage(beside: readonly string[] = []): Promise<ExtensionStage> {
  const folder = await buildExtension("e2e");
  const { serve, origin, close } = await startFixtures();
  const browser = await launchBrowser({ extensions: [folder, ...beside] });
  if (!browser) throw new Error("There is no Chrome or Chromium; these tests should have been skipped");
  const isOf = (path: string) => (target: Target) =>
    target.url().startsWith(`chrome-extension://${extensionId}/${path}`);
  const findWorker = () =>
    browser.waitForTarget(target => target.type() === "service_worker" && isOf("")(target));
  // The first run opens the welcome page; what tests count begins after it, and after the scripts are registered.
  await findWorker();
  const welcome = await (await browser.waitForTarget(isOf("welcome.html"))).asPage();
  await waitForScripts(welcome);
  await welcome.close();

  const stage: ExtensionStage = {
    browser,
    origin,
    async visit(fixture) {
      const page = await browser.newPage();
      await page.goto(`${origin}${serve(fixture)}`);
      return page;
    },
    async panel(path) {
      const page = await browser.newPage();
      await page.goto(`chrome-extension://${extensionId}/${path}`);
      return page;
    },
    async worker() {
      const worker = await (await findWorker()).worker();
      if (!worker) throw new Error("The service worker's target has no worker");
      return worker;
    },
    opened: path => browser.targets().filter(isOf(path)),
    opening(path) {
      const before = new Set(stage.opened(path));
      return browser.waitForTarget(target => !before.has(target) && isOf(path)(target), { timeout: 10_000 });
    },
    async closePages() {
      const [first, ...rest] = await browser.pages();
      await Promise.all(rest.map(page => page.close()));
      await first?.goto("about:blank");
    },
    async close() {
      await browser.close();
      await close();
    },
  };
  return stage;
}

/** A mark, as people find it: closed shadow roots are open to assistive technology. */
export async function findMark(page: Page, to: string): Promise<ElementHandle> {
  const mark = await page.waitForSelector(`::-p-aria([name="Call ${to}"][role="button"])`, {
    timeout: 10_000,
  });
  if (!mark) throw new Error(`There is no mark for ${to}`);
  return mark;
}

async function waitForScripts(panel: Page): Promise<void> {
  await panel.waitForFunction(
    async () => (await chrome.scripting.getRegisteredContentScripts()).length === 3,
    { timeout: 10_000 },
  );
}

/** Pages for a browser to visit, each under a path of its own. */
export async function startFixtures() {
  const fixtures: Fixture[] = [];
  const server = createServer((request, response) => {
    const [, index = "", name] = (request.url ?? "").split("/");
    const fixture = fixtures[Number(index)];
    if (!fixture) return void response.writeHead(404).end();
    if (name === "script.js") {
      response.setHeader("content-type", "text/javascript");
      return void response.end(fixture.script ?? "");
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    for (const [header, value] of Object.entries(fixture.headers ?? {})) response.setHeader(header, value);
    response.end(fixture.html);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    serve: (fixture: Fixture) => `/${fixtures.push(fixture) - 1}/page`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
