import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
/** Together they take some ten seconds on an idle machine; a busy one has to find the time. */
const longestMs = 60_000;
const main = new URL("main.ts", import.meta.url).pathname;

interface Printed {
  readonly [field: string]: unknown;
}

/** Runs a benchmark in its shortest form: the figures mean nothing, the machinery is the shipped one. */
async function runQuick(name: string): Promise<Printed[]> {
  const { stdout } = await run(process.execPath, [main, name, "--quick"], { timeout: longestMs });
  return stdout
    .split("\n")
    .filter(line => line !== "")
    .map(line => JSON.parse(line));
}

function expectWellFormed(name: string, row: Printed): void {
  expect(String(row["bench"]).split(".")[0]).toBe(name);
  expect(row["unit"]).toEqual(expect.any(String));
  expect(row["ours"], String(row["bench"])).toBeTypeOf("number");
  if (row["peer"] === null) {
    expect(row["note"]).toEqual(expect.any(String));
    return;
  }
  for (const field of ["peer", "ratio", "low", "high"]) expect(row[field], field).toBeTypeOf("number");
  expect(Number(row["low"])).toBeLessThanOrEqual(Number(row["high"]));
  expect("ok" in row).toBe("goal" in row);
}

describe("npm run bench", () => {
  it("without a name lists the names", async () => {
    const { stdout, stderr } = await run(process.execPath, [main]);
    expect(stdout).toBe("");
    for (const name of ["relay", "idle", "sip", "proxy"])
      expect(stderr).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it("an unknown name is told, and ends with 1", async () => {
    await expect(run(process.execPath, [main, "nothing"])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no benchmark "nothing"'),
    });
  });

  it("relay prints every row, with goals on CPU and p99", { timeout: longestMs }, async () => {
    const rows = await runQuick("relay");
    for (const row of rows) expectWellFormed("relay", row);
    const sizes = ["200B", "1200B"];
    const names = sizes.flatMap(size => [
      `relay.${size}`,
      `relay.${size}.ws`,
      `relay.p50.${size}`,
      `relay.p99.${size}`,
    ]);
    expect(rows.map(row => row["bench"])).toEqual([
      ...names,
      ...sizes.flatMap(size => [`relay.${size}.10k`, `relay.${size}.10k.bare`]),
    ]);
    const withGoal = rows.filter(row => "goal" in row).map(row => [row["bench"], row["goal"]]);
    expect(withGoal).toEqual([
      ["relay.200B", "≤ 0.65"],
      ["relay.p99.200B", "≤ 1"],
      ["relay.1200B", "≤ 0.55"],
      ["relay.p99.1200B", "≤ 1"],
      ["relay.200B.10k", "≤ 0.65"],
      ["relay.1200B.10k", "≤ 0.55"],
    ]);
  });

  it("idle prints memory, connecting and the storm", { timeout: longestMs }, async () => {
    const rows = await runQuick("idle");
    for (const row of rows) expectWellFormed("idle", row);
    expect(rows.map(row => [row["bench"], row["goal"]])).toEqual([
      ["idle.peerjs", "≤ 0.55"],
      ["idle.sip", "≤ 0.75"],
      ["idle.connect.peerjs", undefined],
      ["idle.connect.sip", undefined],
      ["idle.storm", "≤ 0.2"],
    ]);
  });

  it("sip prints its ratios to other libraries", { timeout: longestMs }, async () => {
    const rows = await runQuick("sip");
    for (const row of rows) expectWellFormed("sip", row);
    expect(rows.filter(row => "goal" in row).map(row => [row["bench"], row["goal"]])).toEqual([
      ["sip.hop.drachtio-sip", "≤ 0.8"],
      ["sip.hop.jssip", "≤ 0.06667"],
    ]);
  });

  it("proxy prints registrations and dialogs, beside Kamailio where that is installed", {
    timeout: longestMs,
  }, async () => {
    const rows = await runQuick("proxy");
    for (const row of rows) expectWellFormed("proxy", row);
    expect(rows.map(row => row["bench"])).toEqual(["proxy.register", "proxy.dialog"]);
    const installed = (process.env["PATH"] ?? "").split(":").some(folder => existsSync(`${folder}/kamailio`));
    expect(rows.map(row => row["peer"] !== null)).toEqual([installed, installed]);
  });

  it("chain-node prints time, memory and CPU of a node and its chain", { timeout: longestMs }, async () => {
    const rows = await runQuick("chain-node");
    for (const row of rows) expectWellFormed("chain-node", row);
    expect(rows.map(row => row["bench"])).toEqual([
      "chain-node.load",
      "chain-node.memory",
      "chain-node.block",
    ]);
  });
});
