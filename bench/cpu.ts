import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Microseconds of one or several processes since they began. */
export interface CpuTime {
  readonly user: number;
  readonly kernel: number;
}

/** USER_HZ, the unit of /proc/PID/stat: 100 on every Linux that Node runs on (proc_pid_stat(5)). */
const microsecondsPerTick = 10_000;

export function readCpu(pids: readonly number[]): CpuTime {
  let user = 0;
  let kernel = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name, field 2, may hold spaces and parentheses: what follows its last ")" starts at field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    user += Number(fields[11]) * microsecondsPerTick;
    kernel += Number(fields[12]) * microsecondsPerTick;
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

function readParent(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0; // It ended while the list was read.
  }
}
