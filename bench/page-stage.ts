import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { launchBrowser } from "../scripts/browser.ts";

/** Browsers with our extension, with one whose scripts are empty, and with none. */
export const visitorNames = ["ours", "empty", "none"] as const;
export type VisitorName = (typeof visitorNames)[number];

export interface Visit {
  /** From the first byte of the page to its first script. */
  readonly firstScriptMs: number;
  /** Of our main-world script, run by the page itself. */
  readonly evaluationMs: number;
}

export interface PageStage {
  visit(name: VisitorName): Promise<Visit>;
  close(): Promise<void>;
}

/** A page with some text, as sites are; isolated, so that its clock shows microseconds. */
const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,">
<script>first = performance.now() - performance.getEntriesByType("navigation")[0].responseStart</script></head>
<body>${"<p>An order of 4.2 ETH, to be settled by the end of the week.</p>".repeat(200)}</body></html>`;

export async function openPageStage(folder: string, main: string): Promise<PageStage> {
  const empty = writeEmptyExtension();
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    response.end(html);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const extensions: Record<VisitorName, readonly string[]> = { ours: [folder], empty: [empty], none: [] };
  const browsers = new Map<VisitorName, Browser>();
  for (const name of visitorNames) browsers.set(name, await launch(extensions[name]));
  const visit = async (name: VisitorName): Promise<Visit> => {
    const page = await browsers.get(name)?.newPage();
    if (!page) throw new Error(`There is no browser for ${name}`);
    await page.goto(`http://127.0.0.1:${port}/`);
    const present = await page.evaluate(() => "etherlynk" in window);
    if (present !== (name === "ours")) throw new Error(`Our script is ${present ? "" : "not "}in ${name}`);
    const figures = await page.evaluate(evaluate, main);
    await page.close();
    return figures;
  };
  // The first pages of a browser wait for all kinds of things; nobody is measured by them.
  for (const name of visitorNames)
    for (let turn = 0; turn < 3; turn++) await visit(name).catch(() => undefined);
  return {
    visit,
    async close() {
      await Promise.all([...browsers.values()].map(browser => browser.close()));
      server.close();
      server.closeAllConnections();
      rmSync(empty, { recursive: true });
    },
  };
}

async function launch(extensions: readonly string[]): Promise<Browser> {
  const browser = await launchBrowser({ extensions });
  if (!browser) throw new Error("This benchmark needs Chrome or Chromium.");
  return browser;
}

function evaluate(code: string): Visit {
  const script = document.createElement("script");
  script.textContent = code;
  const started = performance.now();
  document.head.append(script);
  const evaluationMs = performance.now() - started;
  return { firstScriptMs: (window as unknown as { first: number }).first, evaluationMs };
}

function writeEmptyExtension(): string {
  const folder = mkdtempSync(join(tmpdir(), "etherlynk-empty-"));
  const script = { matches: ["http://127.0.0.1/*"], run_at: "document_start", all_frames: true };
  const manifest = {
    manifest_version: 3,
    name: "Empty",
    version: "1",
    content_scripts: [
      { ...script, js: ["isolated.js"] },
      { ...script, js: ["main.js"], world: "MAIN" },
    ],
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  for (const name of ["isolated.js", "main.js"]) writeFileSync(join(folder, name), "");
  return folder;
}
