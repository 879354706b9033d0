import { gzipSync } from "node:zlib";
import { parseOptions, say } from "./options.ts";
import { printBusy } from "./page-busy/print-busy.ts";
import { openPageStage, type PageStage, type Visit } from "./page-stage.ts";
import { type VisitorName, visitorNames } from "./page-visitors.ts";
import { alternate, median, printRow, signTest, toFigure, toLoneRow, toRow } from "./rounds.ts";

// What a page pays, switched on and not: bytes, evaluation, delay of its first script, heap; and a page of 10,000
// addresses that goes on changing. README.md says how and why.

const goals = { mainBytes: 3 * 1024, allBytes: 8 * 1024, evaluationMs: 0.5, delayMs: 1.5 } as const;
const kilobyte = 1024;

const { rounds, only } = parseOptions(process.argv.slice(2), 31);
const wants = (bench: string): boolean => bench.includes(only) || only.startsWith(bench);

const stage = await openPageStage();
try {
  if (wants("page.bytes")) printBytes(stage);
  if (wants("page.off")) await printPresence(stage);
  if (wants("page.evaluate")) await printEvaluation(stage);
  if (wants("page.script") || wants("page.off") || wants("page.heap")) {
    const visits = await alternate(rounds, visitorNames, (name, round) => {
      if (round % 10 === 0) say(`page: ${name}, round ${round + 1} of ${rounds}`);
      return stage.visit(name);
    });
    printVisits(visits);
  }
  if (wants("page.busy")) await printBusy(stage, rounds);
} finally {
  await stage.close();
}

function printBytes({ main, isolated }: PageStage): void {
  const all = [main.ours, ...isolated].map(sizeOf).reduce((sum, size) => sum + size, 0);
  const bytes = { main: sizeOf(main.ours), all };
  const peer = sizeOf(main.peer);
  const unit = "B gzip";
  const print = (bench: string, ours: number, atMost: number) => {
    const more = { goal: `≤ ${atMost}`, ok: ours <= atMost };
    printRow(toRow({ bench, unit, peerName: "MetaMask's provider", more }, [{ ours, peer }]));
  };
  print("page.bytes.main", bytes.main, goals.mainBytes);
  print("page.bytes.all", bytes.all, goals.allBytes);
}

/** Of a site that was not switched on: what the debugger sees of the extension in its page. */
async function printPresence({ inspect }: PageStage): Promise<void> {
  const [ours, empty] = [await inspect("off"), await inspect("empty")];
  const more = { goal: "≤ 0", ok: ours.bytes === 0 && ours.worlds === 0, worlds: ours.worlds };
  const note = `empty scripts: ${empty.bytes} B, ${empty.worlds} world`;
  printRow(
    toLoneRow({ bench: "page.off.bytes", unit: "B in the page", peerName: "none", more }, [ours.bytes], note),
  );
}

async function printEvaluation({ evaluate }: PageStage): Promise<void> {
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await evaluate());
  const { low } = signTest(times.map(it => it.ours));
  const more = { goal: `≤ ${goals.evaluationMs} ms`, ok: low <= goals.evaluationMs, lowMs: toFigure(low) };
  const unit = "ms of putting in, compiling and running the main-world script";
  printRow(toRow({ bench: "page.evaluate", unit, peerName: "MetaMask's provider", more }, times));
}

type Visits = readonly Readonly<Record<VisitorName, Visit>>[];

function printVisits(visits: Visits): void {
  const delay = { figure: "firstScriptMs", unit: "ms that the first script runs later", of: 1 } as const;
  const heap = { figure: "heapBytes", unit: "KB of heap more", of: kilobyte } as const;
  const spec = [
    { bench: "page.script", what: delay, name: "ours", against: "empty", atMost: goals.delayMs },
    { bench: "page.script.peer", what: delay, name: "peer", against: "empty" },
    { bench: "page.heap", what: heap, name: "ours", against: "empty" },
    { bench: "page.heap.peer", what: heap, name: "peer", against: "empty" },
    { bench: "page.off.script", what: delay, name: "off", against: "none", atMost: 0 },
    { bench: "page.off.heap", what: heap, name: "off", against: "none", atMost: 0 },
  ] as const;
  for (const one of spec) if (wants(one.bench)) printDifference(visits, one);
}

interface Difference {
  readonly bench: string;
  readonly what: { readonly figure: keyof Visit; readonly unit: string; readonly of: number };
  readonly name: VisitorName;
  readonly against: VisitorName;
  readonly atMost?: number;
}

/** The difference is what is judged: a ratio would hide how little it is of a page's loading. */
function printDifference(visits: Visits, { bench, what, name, against, atMost }: Difference): void {
  const of = (visit: Visits[number], visitor: VisitorName) => visit[visitor][what.figure] / what.of;
  const differences = visits.map(visit => of(visit, name) - of(visit, against));
  const { low, high } = signTest(differences);
  const more = {
    low: toFigure(low),
    high: toFigure(high),
    ...(atMost !== undefined && { goal: `≤ ${atMost}`, ok: low <= atMost }),
    itself: toFigure(median(visits.map(visit => of(visit, name)))),
    against: toFigure(median(visits.map(visit => of(visit, against)))),
  };
  const peerName = against === "empty" ? "empty scripts" : "no extension";
  printRow(toLoneRow({ bench, unit: what.unit, peerName, more }, differences, "differences of one round"));
}

function sizeOf(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}
