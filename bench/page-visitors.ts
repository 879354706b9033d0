import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser } from "puppeteer";
import { launchBrowser } from "../scripts/browser.ts";
import { buildExtension } from "../scripts/build-extension.ts";

/**
 * Browsers with our extension, the site switched on and not; with one whose scripts are empty; with one that puts
 * MetaMask's provider into pages; and with none.
 */
export const visitorNames = ["ours", "off", "empty", "peer", "none"] as const;
export type VisitorName = (typeof visitorNames)[number];

export interface Visitors {
  readonly browsers: Readonly<Record<VisitorName, Browser>>;
  /** What runs in the page's own world: ours, and the peer's. */
  readonly main: { readonly ours: string; readonly peer: string };
  /** What runs in the extension's world of the page. */
  readonly isolated: readonly string[];
  close(): Promise<void>;
}

/** A global that says whose script is in the page; `empty` and those without leave none. */
export const markOf: Partial<Record<VisitorName, string>> = { ours: "etherlynk", peer: "ethereum" };

export async function openVisitors(): Promise<Visitors> {
  const files = mkdtempSync(join(tmpdir(), "etherlynk-visitors-"));
  const peer = await bundlePeer();
  // What ships holds no host, so no site is switched on; the tests' build holds that of this machine.
  const off = await buildExtension("production");
  const ours = await buildExtension("e2e");
  const extensions: Record<VisitorName, readonly string[]> = {
    ours: [ours],
    off: [off],
    empty: [writeExtension(join(files, "empty"), "")],
    peer: [writeExtension(join(files, "peer"), peer)],
    none: [],
  };
  const opened = await Promise.all(
    visitorNames.map(async name => [name, await launch(extensions[name])] as const),
  );
  const browsers = Object.fromEntries(opened) as Record<VisitorName, Browser>;
  // The same scripts as in the tests' build, without words for developers.
  const read = (name: string) => readFileSync(join(off, name), "utf8");
  return {
    browsers,
    main: { ours: read("inpage.js"), peer },
    isolated: [read("door.js"), read("bridge.js")],
    async close() {
      await Promise.all(Object.values(browsers).map(browser => browser.close()));
      rmSync(files, { recursive: true });
    },
  };
}

async function launch(extensions: readonly string[]): Promise<Browser> {
  const browser = await launchBrowser({ extensions });
  if (!browser) throw new Error("This benchmark needs Chrome or Chromium.");
  return browser;
}

async function bundlePeer(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page-peer/inpage.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    define: { global: "globalThis" },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** Two content scripts, as ours: the one of the extension's world is empty. */
function writeExtension(folder: string, main: string): string {
  const script = { matches: ["http://127.0.0.1/*"], run_at: "document_start", all_frames: true };
  const manifest = {
    manifest_version: 3,
    name: "Beside",
    version: "1",
    content_scripts: [
      { ...script, js: ["isolated.js"] },
      { ...script, js: ["main.js"], world: "MAIN" },
    ],
  };
  const files = { "manifest.json": JSON.stringify(manifest), "isolated.js": "", "main.js": main };
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
