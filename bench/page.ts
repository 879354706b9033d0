import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildExtension } from "../scripts/build-extension.ts";
import { parseOptions, say } from "./options.ts";
import { openPageStage, type Visit, type VisitorName, visitorNames } from "./page-stage.ts";
import { alternate, median, printRow, toFigure, toLoneRow } from "./rounds.ts";

// What a page pays for being switched on: bytes, evaluation, delay of its first script. README.md says how and why.

const goals = { mainBytes: 3 * 1024, allBytes: 8 * 1024, evaluationMs: 0.5, delayMs: 1.5 } as const;

const { rounds, only } = parseOptions(process.argv.slice(2), 31);
const wants = (bench: string): boolean => bench.includes(only);

const folder = await buildExtension("e2e");
const main = readFileSync(join(folder, "inpage.js"));
const ours = readFileSync(join(folder, "bridge.js"));
const mainBytes = gzipSync(main, { level: 9 }).length;
const allBytes = mainBytes + gzipSync(ours, { level: 9 }).length;

if (wants("page.bytes")) {
  printBytes("page.bytes.main", mainBytes, goals.mainBytes);
  printBytes("page.bytes.all", allBytes, goals.allBytes);
}
if (wants("page.script") || wants("page.evaluate")) {
  const stage = await openPageStage(folder, main.toString("utf8"));
  try {
    const visits = await alternate(rounds, visitorNames, (name, round) => {
      if (round % 10 === 0) say(`page: ${name}, round ${round + 1} of ${rounds}`);
      return stage.visit(name);
    });
    if (wants("page.script")) printDelay(visits);
    if (wants("page.evaluate")) printEvaluation(visits);
  } finally {
    await stage.close();
  }
}

function printBytes(bench: string, bytes: number, atMost: number): void {
  const more = { goal: `≤ ${atMost}`, ok: bytes <= atMost };
  printRow(
    toLoneRow({ bench, unit: "B gzip", peerName: "none", more }, [bytes], "a size has no peer and no rounds"),
  );
}

/** The difference is what is judged: a ratio would hide how little it is of a page's loading. */
function printDelay(visits: readonly Record<VisitorName, Visit>[]): void {
  const differences = visits.map(({ ours, empty }) => ours.firstScriptMs - empty.firstScriptMs);
  const low = lowOf(differences);
  const of = (name: VisitorName) => toFigure(median(visits.map(visit => visit[name].firstScriptMs)));
  const more = {
    low: toFigure(low),
    goal: `≤ ${goals.delayMs}`,
    ok: low <= goals.delayMs,
    oursMs: of("ours"),
    emptyMs: of("empty"),
    noneMs: of("none"),
  };
  const unit = "ms that the first script runs later than beside empty scripts";
  printRow(
    toLoneRow({ bench: "page.script", unit, peerName: "empty scripts", more }, differences, "differences"),
  );
}

function printEvaluation(visits: readonly Record<VisitorName, Visit>[]): void {
  const times = visits.map(({ none }) => none.evaluationMs);
  const more = { goal: `≤ ${goals.evaluationMs}`, ok: median(times) <= goals.evaluationMs };
  const unit = "ms of compiling and running the main-world script";
  printRow(
    toLoneRow(
      { bench: "page.evaluate", unit, peerName: "none", more },
      times,
      "run as a script of a page without it",
    ),
  );
}

/** The lower end of the sign-test interval at 95 %, for about 31 rounds: a quarter and a bit in from the least. */
function lowOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)) - 1);
  return sorted[rank] ?? Number.NaN;
}
