import { type CpuTime, readCpu, toDifference, toTotal } from "../cpu.ts";
import type { Fleet } from "./fleet.ts";

/** One measured stretch of time. */
export interface WindowOptions {
  readonly warmMs: number;
  readonly runMs: number;
  /** Whose CPU is read at both ends. */
  readonly pids: readonly number[];
}

export interface Measured {
  /** What was finished within the window. */
  readonly count: number;
  readonly seconds: number;
  readonly cpu: CpuTime;
  /** The load's own, to see that it is the cheaper side. */
  readonly loadCpu: CpuTime;
}

/** Server CPU for each piece of work. */
export function toMicroseconds({ cpu, count }: Measured): number {
  return toTotal(cpu) / count;
}

/** Work that keeps itself going: each piece that ends begins the next, until it is told to stop. */
export interface ClosedLoop {
  start(pieces: number): void;
  stop(): void;
  finished(): number;
  underWay(): number;
}

/** Longest silence with work under way before it counts as lost. */
const silenceMs = 3000;

/** Keeps `pieces` of work under way and measures the servers meanwhile. */
export async function measureLoop(
  fleet: Fleet,
  loop: ClosedLoop,
  { pieces, pids, warmMs, runMs }: WindowOptions & { readonly pieces: number },
): Promise<Measured> {
  loop.start(pieces);
  await passTime(warmMs, loop.finished, fleet);
  const begin = {
    at: performance.now(),
    cpu: readCpu(pids),
    own: readCpu([process.pid]),
    done: loop.finished(),
  };
  await passTime(runMs, loop.finished, fleet);
  const end = {
    at: performance.now(),
    cpu: readCpu(pids),
    own: readCpu([process.pid]),
    done: loop.finished(),
  };
  loop.stop();
  await drain(fleet, loop.underWay);
  return {
    count: end.done - begin.done,
    seconds: (end.at - begin.at) / 1000,
    cpu: toDifference(begin.cpu, end.cpu),
    loadCpu: toDifference(begin.own, end.own),
  };
}

/** Waits for what is still under way; what never arrives was lost, and then no figure is right. */
export async function drain(fleet: Fleet, underWay: () => number): Promise<void> {
  let left = underWay();
  for (let until = performance.now() + silenceMs; left > 0 && performance.now() < until; ) {
    await new Promise(resolve => setTimeout(resolve, 5));
    // A server with a long queue is late, not lossy.
    if (underWay() < left) until = performance.now() + silenceMs;
    left = underWay();
  }
  fleet.onText = () => undefined;
  fleet.assertWhole();
  if (left > 0) throw new Error(`${left} of what was under way never arrived.`);
}

/**
 * Looks at the sockets over and over without ever sleeping. A load that sleeps has to be woken by the server, which
 * on a virtual machine costs the server 15 % of its CPU for something that no client on another machine would cost it.
 */
async function passTime(milliseconds: number, progress: () => number, fleet: Fleet): Promise<void> {
  const until = performance.now() + milliseconds;
  let seen = -1;
  let movedAt = performance.now();
  for (let now = movedAt; now < until; now = performance.now()) {
    await new Promise(setImmediate);
    fleet.assertWhole();
    if (progress() !== seen) movedAt = now;
    else if (now - movedAt > silenceMs)
      throw new Error("What was under way was lost: nothing arrives any more.");
    seen = progress();
  }
}
