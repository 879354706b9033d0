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
];

/** Runs every check, telling each one's name and, where it fails, its words. */
export function runChecks(): { passed: number; failed: number } {
  let failed = 0;
  for (const { name, command } of checks) {
    const [file = "", ...args] = command;
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${status === 0 ? "ok  " : "FAIL"}  ${name} (${seconds} s)`);
    if (status !== 0) {
      failed += 1;
      console.log(`${stdout}${stderr}`);
    }
  }
  return { passed: checks.length - failed, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { failed } = runChecks();
  const shape = spawnSync(bin("vitest"), ["run", "tests/shape"], { stdio: "inherit" });
  process.exit(failed === 0 && shape.status === 0 ? 0 : 1);
}
