import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const bin = (name: string) => `node_modules/.bin/${name}`;

/** What is read rather than run: each is one pass or one failure in the sums of `npm test`. */
const checks: readonly Check[] = [
  { name: "lint and format", command: [bin("biome"), "ci", "--colors=off", "."] },
  { name: "types", command: [bin("tsc"), "-b"] },
  { name: "dead code", command: [bin("knip"), "--no-progress"] },
  { name: "size budgets", command: [bin("size-limit")] },
  ...["build", "generated", "format", "test", "gas"].map(step => ({
    name: `contracts: ${step}`,
    command: [process.execPath, "scripts/contracts.ts", step],
  })),
];

/** How a check ends that this machine cannot make; it says why. */
const LEFT_OUT = 77;

/** Runs every check, telling each one's name and, where it fails, its words. */
export function runChecks(): { passed: number; failed: number; leftOut: number } {
  let [failed, leftOut] = [0, 0];
  for (const { name, command } of checks) {
    const [file = "", ...args] = command;
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const word = status === 0 ? "ok  " : status === LEFT_OUT ? "left out" : "FAIL";
    console.log(`${word}  ${name} (${seconds} s)`);
    if (status === 0) continue;
    if (status === LEFT_OUT) leftOut += 1;
    else failed += 1;
    console.log(`${stdout}${stderr}`);
  }
  return { passed: checks.length - failed - leftOut, failed, leftOut };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { failed } = runChecks();
  const shape = spawnSync(bin("vitest"), ["run", "tests/shape"], { stdio: "inherit" });
  process.exit(failed === 0 && shape.status === 0 ? 0 : 1);
}
