import { parseArgs } from "node:util";
import type { Page } from "puppeteer";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { killWorker } from "../e2e/faults.ts";
import { openPerson, type Person } from "../e2e/person.ts";
import { calmDown, lineIs, type Windows } from "../e2e/talking.ts";
import { type Choice, createChoice } from "./choose.ts";
import { findGhosts } from "./ghosts.ts";
import { mostGrowth, readPhone, readProcesses, readWindow, type Series, toGrowth } from "./memory.ts";
import { callKinds, type Played, playCall } from "./soak-call.ts";
import { type SoakNode, startSoakNode } from "./soak-node.ts";

// `npm run soak -- --minutes 30 --seed 7`: two people call each other without a pause, workers are killed and the node
// is restarted, and nothing may grow, get lost or stay behind. tests/README.md says how to read the last line.

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
const minutes = readNumber("minutes", values.minutes ?? "30");
const seed = readNumber("seed", values.seed ?? String(Math.floor(Math.random() * 1e9)));
/** Every so many calls all rests and everything is measured. */
const stride = 5;
/** Transactions of calls that are over are remembered for half a minute (RFC 3261, 17), and code is compiled as it is used. */
const warmUpMs = Math.min(60_000, minutes * 20_000);
const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);

say(`soak: ${minutes} minutes, --seed ${seed}`);
const choice = createChoice(seed);
const series = new Map<string, Series>();
const played: Played[] = [];
const counts = { workersKilled: 0, nodeRestarts: 0 };

const started = performance.now();
const node = await startSoakNode();
const folder = await buildExtension("e2e");
const people = await Promise.all([openPerson({ folder, hertz: 500 }), openPerson({ folder, hertz: 900 })]);
const [alice, bob] = people;
try {
  await Promise.all(people.map(person => person.signIn(node.home)));
  await loop(performance.now() + minutes * 60_000);
  await report();
} catch (error) {
  say(`It broke off at call ${played.length + 1}; --seed ${seed} makes the same choices again.`);
  throw error;
} finally {
  await Promise.allSettled(people.map(person => person.close()));
  await node.close();
}

async function loop(until: number): Promise<void> {
  const begun = performance.now();
  const restartsAt = [1 / 3, 2 / 3].map(part => begun + (until - begun) * part);
  while (performance.now() < until) {
    const isDue = performance.now() > (restartsAt[counts.nodeRestarts] ?? Number.POSITIVE_INFINITY);
    // The first restart is in the middle of a call, and a crash; the second while nobody talks, and asked for.
    const isMidCall = isDue && counts.nodeRestarts === 0;
    if (isDue && !isMidCall) await restart("SIGTERM");
    const [caller, callee] = choice.of([people, [bob, alice] as const]);
    if (choice.number() < 0.15) await hit(choice);
    const kind = choice.of(callKinds);
    const isSampled = played.length % stride === 0;
    const talking = async (windows: Windows) => {
      if (isMidCall) await restart("SIGKILL");
      if (choice.number() < 0.2) await hit(choice);
      if (isSampled) await sampleWindows(windows);
    };
    const how = isMidCall || isSampled ? "answered" : kind;
    played.push(await playCall(how, { caller, callee, choice, talking }));
    await calmDown(...people);
    if (isSampled) await sampleRest(node);
  }
}

async function hit(from: Choice): Promise<void> {
  await killWorker(from.of(people));
  counts.workersKilled += 1;
}

async function restart(how: "SIGKILL" | "SIGTERM"): Promise<void> {
  await node.restart(how);
  counts.nodeRestarts += 1;
  await Promise.all(people.map(isBack));
}

/** The line has seen that it was lost, and is there again. */
async function isBack(person: Person): Promise<void> {
  await lineIs("ready", person);
  for (let looks = 0; (await node.devices()) < people.length; looks++) {
    if (looks > 300) throw new Error("The phones did not register anew within 30 s");
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  await lineIs("ready", person);
}

function sample(name: string, unit: string, value: number): void {
  if (performance.now() - started < warmUpMs) return;
  const known = series.get(name) ?? { unit, values: [] };
  known.values.push(value);
  series.set(name, known);
}

async function sampleWindows({ hers, his }: Windows): Promise<void> {
  const pages: readonly Page[] = [hers.page, his.page];
  const holdings = await Promise.all(pages.map(readWindow));
  sample("window.heap", "KB", Math.max(...holdings.map(({ heap }) => heap)));
}

async function sampleRest({ memory }: SoakNode): Promise<void> {
  const { heap, resident } = await memory();
  sample("node.heap", "KB", Math.round(heap / 1024));
  sample("node.resident", "KB", Math.round(resident / 1024));
  const names = ["alice", "bob"] as const;
  const lines = [`node ${Math.round(heap / 1024)} KB`];
  for (const [at, person] of people.entries()) {
    const holding = await readPhone(person);
    sample(`phone.heap.${names[at]}`, "KB", holding.heap);
    sample(`phone.processes.${names[at]}`, "KB", readProcesses(person));
    lines.push(
      `${names[at]} ${holding.heap} KB, ${holding.documents} documents, ${holding.nodes} nodes, ${holding.listeners} listeners`,
    );
  }
  say(`call ${played.length}: ${lines.join("; ")}`);
}

async function report(): Promise<void> {
  const memory = Object.fromEntries([...series].map(([name, it]) => [name, toGrowth(it)]));
  const grown = Object.entries(memory).filter(([, { ratio }]) => !(ratio <= mostGrowth));
  const lost = (await Promise.all(people.map(findLost))).flat();
  const ghosts = await findGhosts(node, people);
  const kinds = Object.fromEntries(
    [...new Set(callKinds)].map(kind => [kind, played.filter(it => it.kind === kind).length]),
  );
  const ok = grown.length === 0 && lost.length === 0 && ghosts === 0 && counts.nodeRestarts === 2;
  for (const sentence of lost) say(sentence);
  for (const [name, { early, late }] of grown) say(`${name} grew from ${early} to ${late} KB`);
  const row = { soak: "calls", minutes, seed, calls: played.length, ...kinds, ...counts };
  process.stdout.write(`${JSON.stringify({ ...row, memory, lost: lost.length, ghosts, ok })}\n`);
  process.exitCode = ok ? 0 : 1;
}

/** Every call that was placed stands in the log of both, in the order in which they were, with how it ended; and no other. */
async function findLost(person: Person): Promise<string[]> {
  const expected = played.map(({ caller, outgoing, incoming }) =>
    caller === person
      ? toLine("outgoing", sentenceOf(outgoing, "outgoing"))
      : toLine("incoming", sentenceOf(incoming, "incoming")),
  );
  const found = (await readLog(person)).reverse();
  const wrong = expected.findIndex((line, at) => found[at] !== line);
  if (wrong === -1 && found.length === expected.length) return [];
  const at = wrong === -1 ? expected.length : wrong;
  return [
    `Of ${expected.length} calls the log has ${found.length}; call ${at + 1} was "${expected[at]}", and stands as "${found[at]}"`,
  ];
}

async function readLog(person: Person): Promise<string[]> {
  const lines: string[] = [];
  let before: string | undefined;
  do {
    const page = (await person.ask("recents.page.read", before ? { before } : {})) as LogPage;
    lines.push(...page.entries.map(({ direction, said }) => toLine(direction, said)));
    before = page.next;
  } while (before !== undefined);
  return lines;
}

interface LogPage {
  readonly entries: readonly { readonly direction: string; readonly said: string }[];
  readonly next?: string;
}

function toLine(direction: string, said: string): string {
  return `${direction}: ${said}`;
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1e10)) throw new Error(`--${name} takes a number, not "${text}".`);
  return value;
}
