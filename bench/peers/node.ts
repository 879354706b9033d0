import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sayHotspots } from "../profile.ts";
import type { Stage } from "../stage.ts";
import type { Server } from "./server.ts";

export interface NodeOptions {
  /** More of the command line, after `--port 0 --open`. */
  readonly options?: readonly string[];
  /** Profiles it, and prints the hottest functions under this title when it is stopped. */
  readonly profile?: string | undefined;
}

const longestStartMs = 10_000;

/** Our node as its command line starts it: open to anyone, with the limits it is shipped with. */
export async function startNode(stage: Stage, { options = [], profile }: NodeOptions = {}): Promise<Server> {
  const main = fileURLToPath(new URL("../../signaller/main.ts", import.meta.url));
  const folder = profile === undefined ? undefined : mkdtempSync(join(tmpdir(), "etherlynk-bench-"));
  const profiling = folder === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", folder];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const running = stage.start({
    role: "server",
    command: [
      process.execPath,
      ...profiling,
      main,
      "--port",
      "0",
      "--host",
      "127.0.0.1",
      "--open",
      ...options,
    ],
    onLine: line => {
      const port = /\bwss?:\/\/[^\s/]+:(\d+)/.exec(line)?.[1] ?? /\bhttps?:\/\/[^\s/]+:(\d+)/.exec(line)?.[1];
      if (port) resolve(Number(port));
    },
  });
  running.child.once("exit", code => reject(new Error(`The node ended with ${code} before it listened.`)));
  const late = setTimeout(() => reject(new Error("The node did not say where it listens.")), longestStartMs);
  const port = await promise.finally(() => clearTimeout(late));
  return {
    name: "etherlynk",
    port,
    pids: [running.pid],
    stop: async graceMs => {
      await running.stop(folder === undefined ? graceMs : 8000);
      if (folder === undefined) return;
      sayHotspots(folder, profile ?? "");
      rmSync(folder, { recursive: true });
    },
  };
}
