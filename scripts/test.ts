// Runs every check and every test, and prints the true sums as its last line. Arguments go to vitest, for
// running a part: `npm test -- protocol`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { runChecks } from "./check.ts";
import { type Report, sumUp } from "./test-sums.ts";

const reportFile = ".output/test-report.json";
const args = process.argv.slice(2);

const checks = args.length === 0 ? runChecks() : { passed: 0, failed: 0, leftOut: 0 };
mkdirSync(".output", { recursive: true });
rmSync(reportFile, { force: true });
const run = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...args,
  ],
  { stdio: "inherit" },
);

const report: Report = JSON.parse(readFileSync(reportFile, "utf8"));
const allowed: Record<string, string> = JSON.parse(readFileSync("tests/allowed-skips.json", "utf8"));
const sums = sumUp(report, allowed);
for (const line of sums.lines) console.log(line);
const passed = checks.passed + sums.passed;
let failed = checks.failed + sums.failed;
// An error outside any test (a worker that died, an unhandled rejection) has no test to count it.
if (failed === 0 && run.status !== 0) failed = 1;
console.log(`${passed} passed, ${failed} failed, ${sums.skipped + checks.leftOut} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
