import { readFileSync } from "node:fs";

/** How many descriptors this process may have open, where the system tells. One connection is one descriptor. */
export function descriptorLimit(): number | undefined {
  const line = /^Max open files\s+(\d+)/m.exec(readLimits());
  return line?.[1] === undefined ? undefined : Number(line[1]);
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    // Only Linux has this file. Elsewhere the kernel's refusals are what stops us (see `sockets.ts`).
    return "";
  }
}
