import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "etherlynk-start-"));
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Run {
  readonly child: ChildProcess;
  readonly printed: readonly string[];
  says(words: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

function start(...args: readonly string[]): Run {
  const environment = { ...process.env };
  // Else it opens windows where there is a display.
  delete environment["DISPLAY"];
  delete environment["WAYLAND_DISPLAY"];
  const child = spawn(process.execPath, ["scripts/start.ts", "--folder", folder, ...args], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const printed: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", line => {
      printed.push(line);
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>(resolve =>
    child.once("close", code => {
      running.delete(child);
      resolve(code);
      for (const listener of listeners) listener();
    }),
  );
  return {
    child,
    printed,
    ended,
    says: words =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = words.exec(printed.join("\n"));
          if (found) resolve(found);
          else if (!running.has(child)) reject(new Error(`It never said ${words}:\n${printed.join("\n")}`));
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Processes whose command line names this. */
function processesOf(words: string): readonly string[] {
  return readdirSync("/proc")
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => {
      const file = `/proc/${pid}/cmdline`;
      return existsSync(file) && readCommand(file).includes(words);
    });
}

/** A process may end between the listing and the reading. */
function readCommand(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return "";
    throw error;
  }
}

describe("npm start", () => {
  it("without a display says where everything is, and Ctrl-C closes all of it", async () => {
    const run = start("--port", "0");
    const [, desk = ""] = await run.says(/The demo DApp: (\S+)/);
    await run.says(/Load unpacked[\s\S]*chrome-mv3-demo[\s\S]*dev-wallet-alice[\s\S]*Ctrl-C/);
    const answer = await fetch(`${desk}desk.json`);
    const { chain } = (await answer.json()) as { chain: { rpc: string } };
    expect(await rpcAnswers(chain.rpc)).toBe(true);
    // As a terminal sends it: to everybody, and once more by the npm command in front.
    run.child.kill("SIGINT");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(0);
    expect(await rpcAnswers(chain.rpc)).toBe(false);
    expect(processesOf(folder)).toEqual([]);
    expect(existsSync(join(folder, "chain/state.json"))).toBe(true);
  }, 60_000);

  it("keeps the chain from run to run, and --fresh throws it away", async () => {
    const heights: number[] = [];
    for (const args of [[], [], ["--fresh"]]) {
      const run = start("--by-hand", "--port", "0", ...args);
      const [, rpc = ""] = await run.says(/A local chain: ([^,\s]+)/);
      await run.says(/By hand/);
      // Higher than a new chain ever gets.
      for (let at = 0; at < 20; at += 1) await ask(rpc, "evm_mine");
      heights.push(Number(await ask(rpc, "eth_blockNumber")));
      run.child.kill("SIGTERM");
      expect(await run.ended).toBe(0);
    }
    const [first = 0, second = 0, fresh = 0] = heights;
    expect(second).toBeGreaterThanOrEqual(first + 20);
    expect(fresh).toBeLessThan(second);
  }, 60_000);

  it("refuses what it does not know, and says what there is", async () => {
    const run = start("--hedless");
    expect(await run.ended).toBe(1);
    expect(run.printed.join("\n")).toMatch(/--headless/);
  });

  it("says which port is taken", async () => {
    const first = start("--two-tabs", "--port", "0");
    const [, port = ""] = await first.says(/http:\/\/[^:]+:(\d+)/);
    const second = start("--two-tabs", "--port", port);
    expect(await second.ended).toBe(1);
    expect(second.printed.join("\n")).toMatch(/taken/);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
  });
});

describe.skipIf(!findProgram("chromium"))("npm start -- --headless", () => {
  it("closes browsers and chain when it is told to end in the middle", async () => {
    const run = start("--headless");
    await run.says(/A scripted call/);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(1);
    expect(processesOf(join(root, ".output/demo/profiles"))).toEqual([]);
  }, 60_000);

  it("plays a call through the real user interface, and writes a report with pictures", async () => {
    const run = start("--headless");
    const code = await run.ended;
    expect(code, run.printed.join("\n")).toBe(0);
    const [, path = ""] = await run.says(/Pictures and report: (\S+)/);
    const report = readFileSync(join(root, path), "utf8");
    const shown = [...report.matchAll(/<img src="([^"]+)"/g)].map(([, file = ""]) => file);
    expect(shown.length).toBeGreaterThan(10);
    for (const file of shown) expect(existsSync(join(root, ".output/demo", file))).toBe(true);
    expect(report).not.toContain('class="bad"');
    for (const words of [
      "says its sentence",
      "+999 2000 2000",
      "alice.eth",
      "claim each other",
      "that she has sold",
    ])
      expect(report).toContain(words);
    expect(processesOf(join(root, ".output/demo/profiles"))).toEqual([]);
  }, 180_000);
});

async function rpcAnswers(rpc: string): Promise<boolean> {
  return (await ask(rpc, "eth_chainId").catch(() => undefined)) !== undefined;
}

async function ask(rpc: string, method: string): Promise<unknown> {
  const response = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] }),
  });
  return ((await response.json()) as { result: unknown }).result;
}
