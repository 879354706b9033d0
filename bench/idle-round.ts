import { readCpu, readMemory, toDifference, toTotal } from "./cpu.ts";
import { startTarget } from "./peers/target.ts";
import { median } from "./rounds.ts";
import { withStage } from "./stage.ts";

export interface IdleOptions {
  readonly target: "node" | "peer";
  /** Registers SIP users instead of connecting PeerJS clients. */
  readonly sipDomain?: string | undefined;
  readonly quick: boolean;
  readonly profile?: string | undefined;
}

export interface Rest {
  /** Resident bytes for each client, over what the server had before the first. */
  readonly bytes: number;
  /** The same at its lowest since the last client came: right then, or when the collector had just been. */
  readonly leastBytes: number;
  /** Microseconds of server CPU to let one client in. */
  readonly welcome: number;
  /** Share of a core that all of them together cost at rest. */
  readonly busy: number;
}

export interface Storm {
  /** From the moment all dropped to the moment all were welcome again. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** How often a client had to try again, and how many never got in. */
  readonly retried: number;
  readonly missing: number;
}

/** As stock PeerJS does. */
const keepAliveMs = 5000;
const longestStormMs = 30_000;

/** A fresh server with many clients that only stay. */
export async function rest({ quick, ...options }: IdleOptions): Promise<Rest> {
  return await withStage(quick, async stage => {
    const connections = quick ? 100 : 10_000;
    const target = await startTarget(stage, { ...options, name: options.target, connections, keepAliveMs });
    const { server, load, opened, memoryBefore } = target;
    const atOnce = readMemory(server.pids);
    const { looks, busy } = await watch(server.pids, quick ? 50 : 3000);
    const toEach = (bytes: number): number => (bytes - memoryBefore) / connections;
    await load.ask({ name: "check" });
    await load.stop();
    await server.stop();
    return {
      bytes: toEach(median(looks)),
      leastBytes: toEach(Math.min(atOnce, ...looks)),
      welcome: toTotal(opened.cpu) / connections,
      busy,
    };
  });
}

/** A fresh server whose clients all vanish and come back at the same instant. */
export async function storm({ quick, ...options }: IdleOptions): Promise<Storm> {
  return await withStage(quick, async stage => {
    const connections = quick ? 100 : 5000;
    const target = await startTarget(stage, { ...options, name: options.target, connections, keepAliveMs });
    const { server, load } = target;
    await watch(server.pids, quick ? 20 : 500);
    const { cpu, seconds, retried, missing } = await load.ask({
      name: "storm",
      limitMs: longestStormMs,
      pids: server.pids,
    });
    await load.stop();
    await server.stop();
    return { seconds, cpuSeconds: toTotal(cpu) / 1e6, retried, missing };
  });
}

/**
 * Lets the server sit for three beats so that it gives back what connecting took, then looks at it a few times:
 * memory breathes with the garbage collector.
 */
async function watch(pids: readonly number[], beatMs: number): Promise<{ looks: number[]; busy: number }> {
  await pass(3 * beatMs);
  const begin = { at: performance.now(), cpu: readCpu(pids) };
  const looks: number[] = [];
  for (let look = 0; look < 5; look++) {
    await pass(beatMs / 3);
    looks.push(readMemory(pids));
  }
  const busy = toTotal(toDifference(begin.cpu, readCpu(pids))) / 1000 / (performance.now() - begin.at);
  return { looks, busy };
}

function pass(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
