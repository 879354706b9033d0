#!/usr/bin/env node
// Runs one of the project's commands on a machine that has no more than Node 20 and npm. Plain JavaScript
// without packages, because it has to work before there are any. It finds or fetches the pinned Node, installs
// the packages under that Node, installs Debian packages where root may, then hands over and passes the exit on.
import { spawn } from "node:child_process";
import { ensureNode } from "./setup/ensure-node.js";
import { ensurePackages } from "./setup/ensure-packages.js";
import { ensureSystem } from "./setup/ensure-system.js";
import { say, Trouble } from "./setup/say.js";

const root = new URL("..", import.meta.url).pathname;

// With these, npm start opens no browser.
const opensNone = ["--by-hand", "--two-tabs"];

// file: what Node runs. system: which names of setup/system-packages.json the task wants.
const tasks = {
  start: {
    file: "scripts/start.ts",
    system: args => (opensNone.some(it => args.includes(it)) ? [] : ["chromium"]),
  },
  test: { file: "scripts/test.ts", system: () => ["chromium", "firefox", "ip", "nft"] },
  check: { file: "scripts/check.ts", system: () => [] },
  node: { file: "signaller/main.ts", system: () => [] },
  soak: { file: "tests/soak/main.ts", system: () => ["chromium"] },
  echo: { file: "services/echo/main.ts", system: () => [] },
  build: { file: "scripts/build.ts", system: () => [] },
  contracts: { file: "scripts/contracts.ts", system: () => [] },
  "chain:deploy": { file: "scripts/chain/deploy-main.ts", system: () => [] },
  bench: { file: "bench/main.ts", system: ([name]) => (name === "proxy" ? ["kamailio"] : []) },
};

try {
  const [name = "", ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (!task) throw new Trouble(`There is no command "${name}". There are: ${Object.keys(tasks).join(", ")}.`);
  const node = ensureNode(root);
  ensurePackages(root, node);
  ensureSystem(task.system(args));
  const code = await handOver(node, [task.file, ...args]);
  process.exit(code);
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  say(error.message);
  process.exit(1);
}

/** The shell raises the descriptor limit to what the machine allows: one connection is one descriptor. */
function handOver(node, args) {
  const raise = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$0" "$@"';
  const [command, first] = process.platform === "win32" ? [node, []] : ["/bin/sh", ["-c", raise, node]];
  const path = `${node.slice(0, node.lastIndexOf("/"))}:${process.env.PATH ?? ""}`;
  const env = { ...process.env, PATH: path };
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
