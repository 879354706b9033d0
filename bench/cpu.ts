import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Microseconds of one or several processes since they began. */
export interface CpuTime {
  readonly user: number;
  readonly kernel: number;
}

/** USER_HZ, the unit of /proc/PID/stat: 100 on every Linux that Node runs on (proc_pid_stat(5)). */
const microsecondsPerTick = 10_000;

/**
 * What /proc/PID/stat says, to the nanosecond where the kernel keeps that (/proc/PID/task/TID/schedstat): ticks of
 * 10 ms are too coarse for short windows. The split into user and kernel is stat's, as the kernel itself scales it.
 */
export function readCpu(pids: readonly number[]): CpuTime {
  let user = 0;
  let kernel = 0;
  for (const pid of pids) {
    const ticks = readTicks(pid);
    const total = readPrecise(pid) ?? (ticks.user + ticks.kernel) * microsecondsPerTick;
    const userShare = ticks.user + ticks.kernel === 0 ? 1 : ticks.user / (ticks.user + ticks.kernel);
    user += total * userShare;
    kernel += total * (1 - userShare);
  }
  return { user, kernel };
}

export function toDifference(before: CpuTime, after: CpuTime): CpuTime {
  return { user: after.user - before.user, kernel: after.kernel - before.kernel };
}

export function toTotal(time: CpuTime): number {
  return time.user + time.kernel;
}

/** Resident memory in bytes. */
export function readMemory(pids: readonly number[]): number {
  return pids
    .map(pid => /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1])
    .reduce((sum, kilobytes) => sum + Number(kilobytes ?? 0) * 1024, 0);
}

/** The process and all that it started, for servers of several processes. */
export function listFamily(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter(entry => /^\d+$/.test(entry))) {
    const parent = readParent(Number(name));
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const family = [pid];
  for (const member of family) family.push(...(childrenOf.get(member) ?? []));
  return family;
}

/** In words what this machine lacks for a measurement, or undefined. */
export function sayWhatIsMissing(): string | undefined {
  if (!existsSync("/proc/self/stat")) return "The benchmarks read /proc and need Linux.";
  return undefined;
}

/** The server has a core to itself and the load another one; without two cores nobody is pinned. */
export function coreOf(role: "server" | "load"): number | undefined {
  if (availableParallelism() < 2) return undefined;
  return role === "server" ? 0 : 1;
}

function readTicks(pid: number): CpuTime {
  const fields = readStat(pid);
  return { user: Number(fields[11]), kernel: Number(fields[12]) };
}

/** Microseconds on a CPU of all threads that live, or undefined where the kernel does not count them. */
function readPrecise(pid: number): number | undefined {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(`${folder}/${pid}/schedstat`)) return undefined;
  return readdirSync(folder)
    .map(thread => Number(readFileSync(`${folder}/${thread}/schedstat`, "latin1").split(" ")[0]) / 1000)
    .reduce((sum, microseconds) => sum + microseconds, 0);
}

/** The fields from the third on: the second, the command's name, may hold spaces and parentheses. */
function readStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readParent(pid: number): number {
  try {
    return Number(readStat(pid)[1]);
  } catch {
    return 0; // It ended while the list was read.
  }
}
