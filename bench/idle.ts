import { type Rest, rest, type Storm, storm } from "./idle-round.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, type Goal, median, printRow, type Row, toFigure, toRow } from "./rounds.ts";

// Many clients that only stay: memory for each and the CPU of letting one in; then a storm, in which all of them
// drop and come back at once. README.md says how and why.

type Name = "peerjs" | "sip" | "peer";

interface Figure {
  readonly bench: string;
  readonly ours: "peerjs" | "sip";
  readonly unit: string;
  readonly read: (rest: Rest) => number;
  readonly goal?: Goal;
}

const peerName = "peer 1.0.2";
const sipDomain = "bench.example";
const toKilobytes = ({ bytes }: Rest): number => bytes / 1024;
const toWelcome = ({ welcome }: Rest): number => welcome;
const welcomeUnit = "µs of server CPU to let a client in";

const figures: readonly Figure[] = [
  { bench: "idle.peerjs", ours: "peerjs", unit: "KB a client", read: toKilobytes, goal: { atMost: 0.55 } },
  { bench: "idle.sip", ours: "sip", unit: "KB a client", read: toKilobytes, goal: { atMost: 0.75 } },
  { bench: "idle.connect.peerjs", ours: "peerjs", unit: welcomeUnit, read: toWelcome },
  { bench: "idle.connect.sip", ours: "sip", unit: welcomeUnit, read: toWelcome },
];
const stormBench = "idle.storm";

const { rounds, quick, profile, only } = parseOptions(process.argv.slice(2), 6);
const wanted = figures.filter(({ bench }) => bench.includes(only));
const names: readonly Name[] = [...new Set(wanted.map(({ ours }) => ours)), "peer"];

if (wanted.length > 0) {
  const rests = await alternate(rounds, names, async (name, round) => {
    say(`idle: ${name} at rest, round ${round + 1} of ${rounds}`);
    return await rest({ ...toTarget(name), quick });
  });
  for (const figure of wanted) printRow(toRestRow(figure, rests));
}
if (stormBench.includes(only)) {
  const storms = await alternate(rounds, ["peerjs", "peer"] as const, async (name, round) => {
    say(`idle: storm on ${name}, round ${round + 1} of ${rounds}`);
    return await storm({ ...toTarget(name), quick });
  });
  printRow(toStormRow(storms));
}

function toTarget(name: Name): { target: "node" | "peer"; sipDomain?: string; profile?: string } {
  if (name === "peer") return { target: "peer" };
  return {
    target: "node",
    ...(name === "sip" && { sipDomain }),
    ...(profile && { profile: `node, ${name} clients at rest` }),
  };
}

function toRestRow({ ours, read, ...spec }: Figure, rests: readonly Record<Name, Rest>[]): Row {
  const pairs = rests.map(round => ({ ours: read(round[ours]), peer: read(round.peer) }));
  const medianOf = (name: Name, field: keyof Rest): number =>
    toFigure(median(rests.map(round => round[name][field])));
  const more = {
    oursBusy: medianOf(ours, "busy"),
    peerBusy: medianOf("peer", "busy"),
    oursLeastBytes: medianOf(ours, "leastBytes"),
    peerLeastBytes: medianOf("peer", "leastBytes"),
  };
  return toRow({ ...spec, peerName, ...(read === toKilobytes && { more }) }, pairs);
}

function toStormRow(storms: readonly Record<"peerjs" | "peer", Storm>[]): Row {
  const pairs = storms.map(({ peerjs, peer }) => ({ ours: peerjs.seconds, peer: peer.seconds }));
  const unit = "s until all are back";
  const medianOf = (name: "peerjs" | "peer", field: keyof Storm): number =>
    toFigure(median(storms.map(round => round[name][field])));
  const more = {
    oursCpuSeconds: medianOf("peerjs", "cpuSeconds"),
    peerCpuSeconds: medianOf("peer", "cpuSeconds"),
    oursRetried: medianOf("peerjs", "retried"),
    peerRetried: medianOf("peer", "retried"),
    oursMissing: Math.max(...storms.map(({ peerjs }) => peerjs.missing)),
    peerMissing: Math.max(...storms.map(({ peer }) => peer.missing)),
  };
  return toRow({ bench: stormBench, unit, peerName, goal: { atMost: 0.2 }, more }, pairs);
}
