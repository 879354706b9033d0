import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Trouble } from "./say.js";

/** Runs npm under the given Node: it picks packages' binaries by the version it runs under. */
export function npm(node, args, cwd) {
  // npm marks what it starts with its own settings; an outer `npm start -- --flag` must not steer this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) =>
        !/^npm_(config|package|lifecycle)_/i.test(key) || /registry|proxy|cafile|cache|userconfig/i.test(key),
    ),
  );
  env.PUPPETEER_SKIP_DOWNLOAD = "1";
  env.PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const done = spawnSync(node, [npmCli(), ...args, ...quiet], {
    cwd,
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (done.status !== 0) {
    throw new Trouble(
      `npm ${args[0]} failed (its words are above). Is the npm registry reachable? Then run the command again.`,
    );
  }
}

function npmCli() {
  const tried = [
    process.env.npm_execpath ?? "",
    join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js"),
  ];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) tried.push(join(folder, "npm"));
  for (const file of tried) {
    if (!existsSync(file)) continue;
    const real = realpathSync(file);
    if (real.endsWith("npm-cli.js")) return real;
  }
  throw new Trouble("npm was not found. Install npm (it comes with Node) and run the command again.");
}
