import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const main = new URL("main.ts", import.meta.url).pathname;
/** A local chain, some sixty transactions, and a build of the peers' contracts. */
const longestMs = 60_000;

// Gas is exact, so what it costs is a promise of the product and not only a figure.
it("gas reaches every goal, in one run with its peers", { timeout: longestMs }, async () => {
  const { stdout } = await run(process.execPath, [main, "gas", "--quick"], { timeout: longestMs });
  const rows: Record<string, unknown>[] = stdout
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
  const goals = rows.filter(row => "goal" in row);
  expect(goals.map(row => row["bench"])).toEqual([
    "gas.claim.new",
    "gas.claim.new.published",
    "gas.transfer",
    "gas.buy.known",
    "gas.buy.new",
    "gas.entry.change",
  ]);
  for (const row of goals) expect(row, JSON.stringify(row)).toMatchObject({ ok: true });
  for (const row of rows) expect(Number(row["ours"])).toBeGreaterThan(21_000);
});
