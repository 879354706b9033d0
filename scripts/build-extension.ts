import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HomeDomain } from "../background/bus/phone-contract.ts";

/**
 * `production` is what ships; `e2e` also holds the origin of the tests' fixtures; `demo` that of the DApp of
 * `npm start`, since headless Chromium never answers a request for a permission.
 */
export type BuildMode = "production" | "e2e" | "demo";
export type BuildBrowser = "chrome" | "firefox";

const root = join(import.meta.dirname, "..");
const wxt = join(root, "node_modules/wxt/bin/wxt.mjs");

/**
 * Builds the extension and gives the folder that a browser loads. A process of its own: bundlers read the environment.
 *
 * @param home where the phone has its line; the usual ports of this machine unless given
 */
export async function buildExtension(
  mode: BuildMode,
  browser: BuildBrowser = "chrome",
  home?: HomeDomain,
): Promise<string> {
  const args = [wxt, "build", "--browser", browser, "--mode", mode];
  await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      ...(home && { ETHERLYNK_HOME: JSON.stringify(home) }),
    },
  });
  return join(root, ".output", `${browser}-mv3${mode === "production" ? "" : `-${mode}`}`);
}
