// `npm start`: one node, and on it a page that two tabs talk over. `--headless` plays the call by itself.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { createNode } from "../signaller/node.ts";
import { launchBrowser } from "./browser.ts";
import { playDemo } from "./demo.ts";
import { findProgram } from "./setup/ensure-system.js";
import { createSite } from "./site.ts";

const pages = {
  "/": "examples/two-tabs/index.html",
  "/two-tabs.js": "examples/two-tabs/two-tabs.js",
  "/two-tabs.css": "examples/two-tabs/two-tabs.css",
  "/peerjs.min.js": "node_modules/peerjs/dist/peerjs.min.js",
};

const options = readOptions();
const node = createNode({ port: options.port, open: true, discovery: true, page: createSite(pages) });
const { urls } = await listen();
console.log(`The node listens, and the page is at ${urls.http}`);
if (options.headless) await play();
else stay();

function readOptions(): { port: number; headless: boolean } {
  try {
    const spec = { headless: { type: "boolean" }, port: { type: "string" } } as const;
    const { values } = parseArgs({ options: spec, strict: true });
    const port = Number(values.port ?? (values.headless ? 0 : 8080));
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error("--port is a number from 0 to 65535");
    return { port, headless: values.headless ?? false };
  } catch (error) {
    fail(`${error instanceof Error ? error.message : error}. There are --headless and --port NUMBER.`);
  }
}

async function listen() {
  try {
    return await node.listen();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "EADDRINUSE") throw error;
    fail(`Port ${options.port} is taken. Choose another: npm start -- --port 8090`);
  }
}

async function play(): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined)
    fail(
      "There is no Chrome or Chromium to play the call in. Install one (Debian: apt-get install chromium).",
    );
  try {
    console.log("A call between two tabs:");
    console.log(`Pictures and report: ${await playDemo(browser, urls.http)}`);
  } catch (error) {
    console.error(`The call did not work: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    await node.close();
  }
}

function stay(): void {
  console.log("Open it in two tabs; they find each other. Ctrl-C ends it.");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void node.close().then(() => process.exit(0)));
  }
  openBrowser(urls.http);
}

/** Opens two tabs where there is a display and a browser; else the address was told above. */
function openBrowser(url: string): void {
  const display = process.platform === "darwin" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  const file = findProgram("chromium");
  if (!display || file === undefined) return;
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(file, [...root, "--new-window", url, url], { stdio: "ignore", detached: true });
  child.on("error", () => console.log("The browser did not start; open the address by hand."));
  child.unref();
}

function fail(words: string): never {
  console.error(words);
  process.exit(1);
}
