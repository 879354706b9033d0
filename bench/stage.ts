import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { coreOf, readCpu } from "./cpu.ts";
import { say } from "./options.ts";

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The end of its stderr, shown when the benchmark fails. */
  readonly lastWords: readonly string[];
  /** Ends it politely, then by force after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  readonly role: "server" | "load";
  readonly command: readonly [string, ...string[]];
  /** Reads stdout line by line; without it stdout goes nowhere, so that a chatty server pays nothing for us. */
  readonly onLine?: (line: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  readonly ipc?: boolean;
}

const longestSettleMs = 2000;
const lastWordsKept = 5;

/** Whatever a benchmark starts, it starts here; nothing outlives the stage. */
export interface Stage {
  /** Only to see that the machinery works: nobody is pinned to a core, nothing waits for quiet. */
  readonly quick: boolean;
  start(options: StartOptions): Running;
}

/** Runs `play`, and ends all that it started, whether it returns, throws or is interrupted. */
export async function withStage<Result>(
  quick: boolean,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const cast = new Set<Running>();
  const killAll = (): void => {
    for (const { child } of cast) child.kill("SIGKILL");
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    killAll();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("exit", killAll);
  try {
    return await play({
      quick,
      start: options => startRunning(options, quick ? undefined : coreFor(options), cast),
    });
  } catch (error) {
    for (const { lastWords, child } of cast) {
      if (lastWords.length > 0) say([child.spawnargs.slice(4).join(" "), ...lastWords].join("\n  "));
    }
    throw error;
  } finally {
    await Promise.all([...cast].map(running => running.stop()));
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt).off("exit", killAll);
  }
}

function startRunning(options: StartOptions, core: number | undefined, cast: Set<Running>): Running {
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  // One connection is one descriptor; `exec` keeps the pid, which is what /proc is read by.
  const raise = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"';
  const child = spawn("/bin/sh", ["-c", raise, "sh", ...pin, ...options.command], {
    stdio: ["ignore", options.onLine ? "pipe" : "ignore", "pipe", ...(options.ipc ? ["ipc" as const] : [])],
    env: { ...process.env, ...options.env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Could not start ${options.command[0]}.`);
  const lastWords: string[] = [];
  const running: Running = { pid, child, lastWords, stop: graceMs => stop(child, graceMs) };
  cast.add(running);
  if (child.stdout && options.onLine) createInterface(child.stdout).on("line", options.onLine);
  if (child.stderr) {
    createInterface(child.stderr).on("line", line => {
      if (lastWords.push(line.slice(0, 500)) > lastWordsKept) lastWords.shift();
    });
  }
  return running;
}

async function stop(child: ChildProcess, graceMs = 3000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(force);
}

function coreFor({ role }: StartOptions): number | undefined {
  return spawnSync("taskset", ["--version"]).status === 0 ? coreOf(role) : undefined;
}

/** Waits until a server sits still, so that its start is not counted as its work. */
export async function settle({ quick }: Stage, pids: readonly number[]): Promise<void> {
  const until = performance.now() + (quick ? 0 : longestSettleMs);
  let before = readCpu(pids);
  while (performance.now() < until) {
    await new Promise(resolve => setTimeout(resolve, 250));
    const now = readCpu(pids);
    if (now.user + now.kernel - before.user - before.kernel <= 10_000) return;
    before = now;
  }
}
