import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** `production` is what ships; `e2e` also holds the origin of the tests' fixtures. */
export type BuildMode = "production" | "e2e";
export type BuildBrowser = "chrome" | "firefox";

const root = join(import.meta.dirname, "..");
const wxt = join(root, "node_modules/wxt/bin/wxt.mjs");

/** Builds the extension and gives the folder that a browser loads. A process of its own: bundlers read the environment. */
export async function buildExtension(mode: BuildMode, browser: BuildBrowser = "chrome"): Promise<string> {
  const args = [wxt, "build", "--browser", browser, "--mode", mode];
  await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production" },
  });
  return join(root, ".output", `${browser}-mv3${mode === "production" ? "" : `-${mode}`}`);
}
