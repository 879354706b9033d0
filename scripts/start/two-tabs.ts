import { spawn } from "node:child_process";
import { createNode } from "../../signaller/node.ts";
import { findProgram } from "../setup/ensure-system.js";
import { createSite } from "../site.ts";
import { hasDisplay } from "./display.ts";
import { untilEnding } from "./ending.ts";

const pages = {
  "/": "examples/two-tabs/index.html",
  "/two-tabs.js": "examples/two-tabs/two-tabs.js",
  "/two-tabs.css": "examples/two-tabs/two-tabs.css",
  "/peerjs.min.js": "node_modules/peerjs/dist/peerjs.min.js",
};

/** The page that needs no extension, on a node that admits anybody. */
export async function runTwoTabs(port: number, ending: AbortSignal): Promise<never> {
  const node = createNode({ port, open: true, discovery: true, page: createSite(pages) });
  try {
    const { urls } = await node.listen();
    console.log(`The node listens, and the page is at ${urls.http}`);
    console.log("Open it in two tabs; they find each other. Ctrl-C ends it.");
    openTabs(urls.http);
    return await untilEnding(ending);
  } finally {
    await node.close();
  }
}

/** Opens two tabs where there is a display and a browser; else the address was told above. */
function openTabs(url: string): void {
  const file = findProgram("chromium");
  if (!hasDisplay() || file === undefined) return;
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(file, [...root, "--new-window", url, url], { stdio: "ignore", detached: true });
  child.on("error", () => console.log("The browser did not start; open the address by hand."));
  child.unref();
}
