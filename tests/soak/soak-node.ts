import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import WebSocket from "ws";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { readMemory } from "../../bench/cpu.ts";

/** The node as its command line starts it, in a process of its own, which can be asked how much it holds. */
export interface SoakNode {
  readonly home: HomeDomain;
  /** Bytes: what its scripts hold after a collection, and what the process takes of the machine. */
  memory(): Promise<{ readonly heap: number; readonly resident: number }>;
  /** Devices that it has registered. */
  devices(): Promise<number>;
  /** Ends it, as a crash would or as it was asked to, and starts another in its place. */
  restart(how: "SIGKILL" | "SIGTERM"): Promise<void>;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, "../..");
const domain = "soak.example";
const chain = { id: 1 };
const longestStartMs = 20_000;

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly inspector: string;
}

export async function startSoakNode(): Promise<SoakNode> {
  let running = await start(0);
  const { port } = running;
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    const exited = once(running.child, "exit");
    running.child.kill(signal);
    await exited;
  };
  return {
    home: { domain, urls: [`ws://127.0.0.1:${port}/`], chain },
    async memory() {
      const heap = await readHeap(running.inspector);
      return { heap, resident: readMemory([running.child.pid ?? 0]) };
    },
    async devices() {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      return Number(/^etherlynk_sip_bindings (\d+)/m.exec(await answer.text())?.[1]);
    },
    async restart(how) {
      await end(how);
      running = await start(port);
    },
    close: () => end("SIGTERM"),
  };
}

async function start(port: number): Promise<Running> {
  const args = ["--port", String(port), "--domain", domain, "--chain", String(chain.id)];
  const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", "signaller/main.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new Error(`${why}; the node printed: ${printed.join("\n")}`));
    const late = setTimeout(() => refuse("The node did not say where it listens"), longestStartMs);
    child.once("exit", code => refuse(`The node ended with ${code} before it listened`));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", line => {
        printed.push(line);
        const inspector = /Debugger listening on (ws:\S+)/.exec(printed.join("\n"))?.[1];
        const listening = /^listening http:\/\/[^\s/]+:(\d+)/m.exec(printed.join("\n"))?.[1];
        if (!listening || !inspector) return;
        clearTimeout(late);
        resolve({ child, inspector, port: Number(listening) });
      });
    }
  });
}

/** By the inspector of Node itself: what is left once nobody's things are collected. */
async function readHeap(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  await once(socket, "open");
  const ask = async (id: number, method: string): Promise<{ usedSize?: number }> => {
    socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [data] = await once(socket, "message");
      const answer = JSON.parse(String(data)) as { id?: number; result: { usedSize?: number } };
      if (answer.id === id) return answer.result;
    }
  };
  try {
    await ask(1, "HeapProfiler.enable");
    await ask(2, "HeapProfiler.collectGarbage");
    const { usedSize } = await ask(3, "Runtime.getHeapUsage");
    if (usedSize === undefined) throw new Error("The node's inspector does not tell its heap");
    return usedSize;
  } finally {
    socket.close();
  }
}
