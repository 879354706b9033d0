import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A node in a process of its own, with the limits it is shipped with, and what can be seen of it from outside. */
export interface Node {
  readonly port: number;
  readonly pid: number;
  /** Resident memory in MB. */
  rss(): number;
  /** One figure of `/metrics`, as `name` or `name{label="value"}`; asked from an address that no test uses. */
  metric(name: string): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** What it printed, and its exit code once it has ended. */
  readonly said: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

export interface NodeOptions {
  readonly port?: number;
  /** Its limit of open descriptors. */
  readonly descriptors?: number;
  /** More of Node's own options. */
  readonly nodeOptions?: readonly string[];
  readonly options?: readonly string[];
}

const root = join(import.meta.dirname, "../..");

/** Starts a node that admits anyone; it is killed when the test is over, if it still runs. */
export async function startNode(
  onTestFinished: (stop: () => void) => void,
  { port = 0, descriptors, nodeOptions = [], options = [] }: NodeOptions = {},
): Promise<Node> {
  const limit = descriptors ?? '"$(ulimit -Hn)"';
  const command = [...nodeOptions, "signaller/main.ts", "--port", String(port), "--open", ...options];
  const child = spawn("/bin/sh", ["-c", `ulimit -n ${limit}; exec "$0" "$@"`, process.execPath, ...command], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.on("data", chunk => {
    said.out += chunk;
  });
  child.stderr.on("data", chunk => {
    said.err += chunk;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  while (!said.out.includes("\n")) {
    await Promise.race([once(child.stdout, "data"), ended]);
    if (child.exitCode !== null) throw new Error(`The node ended with ${child.exitCode}: ${said.err}`);
  }
  const listening = Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(said.out)?.[1]);
  const pid = child.pid ?? 0;
  return {
    port: listening,
    pid,
    said,
    ended,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${listening}/metrics`)).text();
      const line = text.split("\n").find(each => each.startsWith(`etherlynk_${name} `));
      if (line === undefined) throw new Error(`There is no metric ${name}.`);
      return Number(line.split(" ").at(-1));
    },
    signal: signal => void child.kill(signal),
  };
}
