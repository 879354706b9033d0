import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDevChain } from "../scripts/chain/dev-chain.ts";
import { seedDevChain } from "../scripts/chain/seed.ts";
import { createCrowd } from "./chain-crowd.ts";
import { readCpu, readMemory, toDifference, toTotal } from "./cpu.ts";
import { parseOptions, say } from "./options.ts";
import { startNode } from "./peers/node.ts";
import type { Server } from "./peers/server.ts";
import { printRow, type RowSpec, toLoneRow } from "./rounds.ts";
import { withStage } from "./stage.ts";

// A node starts against a chain with many numbers and clients, and follows its blocks. The chain is anvil with the real
// contracts and every number really claimed; the node is the shipped one, a process of its own.

const options = parseOptions(process.argv.slice(2), 5);
const size = options.quick ? { numbers: 500, clients: 100 } : { numbers: 100_000, clients: 10_000 };
const blocks = options.quick ? 3 : 60;
const changesPerBlock = options.quick ? 5 : 20;
const blockEveryMs = 250;

const folder = mkdtempSync(join(tmpdir(), "etherlynk-chain-"));
const life = new AbortController();
const chain = await startDevChain({ signal: life.signal });
try {
  say("chain-node: contracts, and a crowd that claims and signs");
  const { book } = await seedDevChain(chain);
  const [entry] = book.chains;
  if (entry === undefined) throw new Error("No chain was seeded.");
  const crowd = await createCrowd({ rpc: chain.rpc, entry, ...size });
  const file = join(folder, "book.json");
  writeFileSync(file, JSON.stringify(book));
  const figures: Figures[] = [];
  for (let round = 0; round < options.rounds; round++) {
    say(`chain-node: round ${round + 1} of ${options.rounds}`);
    figures.push(await measure(file, crowd.live));
  }
  print(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
  life.abort();
  await chain.closed;
}

interface Figures {
  readonly loadMs: number;
  readonly loadCpuMs: number;
  /** More than the same node without a chain. */
  readonly memoryMb: number;
  readonly blockCpuMs: number;
}

async function measure(file: string, live: (changes: number) => Promise<void>): Promise<Figures> {
  const plainMb = await withNode([], async ({ pids }) => {
    await wait(3_000);
    return readMemory(pids) / 1_048_576;
  });
  return withNode(["--book", file, "--domain", "bench.example"], async node => {
    const begun = performance.now();
    await until(node, async () => (await metric(node, "loaded")) === 1);
    const loadMs = performance.now() - begun;
    const loadCpuMs = toTotal(readCpu(node.pids)) / 1_000;
    const numbers = await metric(node, "numbers");
    if (numbers < size.numbers) throw new Error(`The node knows ${numbers} numbers.`);
    await wait(3_000);
    const memoryMb = readMemory(node.pids) / 1_048_576 - plainMb;
    const before = { cpu: readCpu(node.pids), blocks: await metric(node, "blocks_total") };
    for (let block = 0; block < blocks; block++) {
      await live(changesPerBlock);
      await wait(blockEveryMs);
    }
    await until(node, async () => (await metric(node, "blocks_total")) >= before.blocks + blocks);
    const cpu = toTotal(toDifference(before.cpu, readCpu(node.pids))) / 1_000;
    return { loadMs, loadCpuMs, memoryMb, blockCpuMs: cpu / blocks };
  });
}

function withNode<T>(more: readonly string[], work: (node: Server) => Promise<T>): Promise<T> {
  const profile = options.profile ? "chain-node" : undefined;
  return withStage(options.quick, async stage => {
    const node = await startNode(stage, { options: more, profile });
    const result = await work(node);
    await node.stop();
    return result;
  });
}

function print(figures: readonly Figures[]): void {
  const note = "no other node reads these contracts";
  const rows: readonly [Omit<RowSpec, "peerName" | "goal">, keyof Figures, number][] = [
    [{ bench: "chain-node.load", unit: "ms from listening to all known" }, "loadMs", 10_000],
    [{ bench: "chain-node.memory", unit: "MB more than without a chain" }, "memoryMb", 60],
    [{ bench: "chain-node.block", unit: "ms of CPU a block" }, "blockCpuMs", 20],
  ];
  for (const [spec, name, most] of rows) {
    if (!spec.bench.includes(options.only)) continue;
    const values = figures.map(it => it[name]);
    const more = {
      most,
      worst: Math.max(...values),
      ...size,
      changesPerBlock,
      chain: "anvil, real contracts",
    };
    printRow(toLoneRow({ ...spec, peerName: "none", more }, values, note));
  }
}

async function metric({ port }: Server, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^etherlynk_chain_${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1]);
}

async function until(node: Server, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`The node at port ${node.port} did not come so far.`);
    await wait(20);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
