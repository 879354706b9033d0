import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Uncovered {
  /** `src/Numbers.sol:12` */
  readonly place: string;
  readonly text: string;
  /** forge instruments Solidity, not the assembly within it. */
  readonly assembly: boolean;
}

/** Lines and branches that no test reached, out of forge's lcov report. */
export function findUncovered(lcov: string, readSource: (file: string) => string): Uncovered[] {
  const found: Uncovered[] = [];
  let file = "";
  for (const record of lcov.split("\n")) {
    if (record.startsWith("SF:")) file = record.slice(3);
    const line = uncoveredLine(record);
    if (line === undefined) continue;
    const lines = readSource(file).split("\n");
    const text = lines[line - 1]?.trim() ?? "";
    found.push({ place: `${file}:${line}`, text, assembly: isAssembly(lines, line - 1) });
  }
  return found;
}

/** Tells what is left; the exit code says whether any of it is Solidity. */
export function tellUncovered(folder: string): number {
  const left = findUncovered(readFileSync(join(folder, "lcov.info"), "utf8"), file =>
    readFileSync(join(folder, file), "utf8"),
  );
  for (const { place, text, assembly } of left) {
    console.log(`${assembly ? "assembly, not instrumented" : "NOT COVERED"}: ${place} ${text}`);
  }
  return left.some(({ assembly }) => !assembly) ? 1 : 0;
}

/** DA is line, count; BRDA is line, block, branch, count or a dash. */
function uncoveredLine(record: string): number | undefined {
  const [, kind, line, count] = /^(DA|BRDA):(\d+),(?:\d+,\d+,)?(\d+|-)/.exec(record) ?? [];
  if (kind === undefined || (count !== "0" && count !== "-")) return undefined;
  return Number(line);
}

/** The nearest line above that is set less far in opens the block; several blocks may stand within each other. */
function isAssembly(lines: readonly string[], at: number): boolean {
  let depth = indentOf(lines[at] ?? "");
  for (let above = at - 1; above >= 0; above -= 1) {
    const line = lines[above] ?? "";
    if (line.trim() === "" || indentOf(line) >= depth) continue;
    if (/^\s*assembly\b/.test(line)) return true;
    depth = indentOf(line);
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
