import { type Measured, toMicroseconds } from "./load/window.ts";
import { parseOptions, say } from "./options.ts";
import type { TargetName } from "./peers/target.ts";
import { playRound, type RelayRound, type Scene, type Size, sizes } from "./relay-round.ts";
import { type Goal, median, type Pair, printRow, type Row, toFigure, toRow } from "./rounds.ts";
import { withStage } from "./stage.ts";

// Offers, answers and candidates between random pairs: server CPU per message at saturation, and how long a
// message takes at half load. README.md says how and why.

interface Figure {
  readonly bench: string;
  readonly size: Size;
  readonly against: TargetName;
  readonly unit: string;
  readonly goal?: Goal;
  readonly kind: "cpu" | "p50" | "p99";
}

const cpuGoals: Record<Size, Goal> = { 200: { atMost: 0.65 }, 1200: { atMost: 0.55 } };
const peerNames: Record<TargetName, string> = { node: "etherlynk", peer: "peer 1.0.2", ws: "ws 8.23.0" };

const options = parseOptions(process.argv.slice(2), 7);
const wanted = (figure: Figure): boolean => figure.bench.includes(options.only);
for (const scene of toScenes(options.quick)) {
  const figures = sizes.flatMap(size => toFigures(scene, size)).filter(wanted);
  if (figures.length === 0) continue;
  const rounds: RelayRound[] = [];
  for (let round = 0; round < options.rounds; round++) {
    say(`relay: ${scene.connections} connections, round ${round + 1} of ${options.rounds}`);
    rounds.push(
      await withStage(options.quick, stage => playRound(stage, scene, { round, profile: options.profile })),
    );
  }
  for (const figure of figures) printRow(toFigureRow(figure, rounds));
}

function toScenes(quick: boolean): readonly Scene[] {
  const window = quick ? { warmMs: 50, runMs: 100 } : { warmMs: 1500, runMs: 3000 };
  const [few, many] = quick ? [40, 80] : [1000, 10_000];
  const thousand = { suffix: "", connections: few, inFlight: quick ? 16 : 256, paced: true, ...window };
  const tenThousand = {
    suffix: ".10k",
    connections: many,
    inFlight: quick ? 32 : 1024,
    paced: false,
    ...window,
  };
  return [
    { ...thousand, targets: ["node", "peer", "ws"] },
    { ...tenThousand, targets: ["node", "peer"] },
  ];
}

function toFigures({ suffix, paced, targets }: Scene, size: Size): Figure[] {
  const name = `${size}B${suffix}`;
  const perMessage = { size, kind: "cpu", unit: "µs of server CPU per message" } as const;
  const wait = { size, against: "peer", unit: "µs from the intended send to the arrival" } as const;
  return [
    { ...perMessage, bench: `relay.${name}`, against: "peer", goal: cpuGoals[size] },
    ...(targets.includes("ws") ? [{ ...perMessage, bench: `relay.${name}.ws`, against: "ws" as const }] : []),
    ...(paced
      ? [
          { ...wait, bench: `relay.p50.${name}`, kind: "p50" as const },
          { ...wait, bench: `relay.p99.${name}`, kind: "p99" as const, goal: { atMost: 1 } },
        ]
      : []),
  ];
}

function toFigureRow({ size, kind, against, ...spec }: Figure, rounds: readonly RelayRound[]): Row {
  const read = (round: RelayRound, name: TargetName): number => {
    const { saturated, paced } = round[size];
    const saturation = saturated[name];
    if (kind === "cpu") return saturation ? toMicroseconds(saturation) : Number.NaN;
    return paced[name]?.[kind] ?? Number.NaN;
  };
  const pairs: Pair[] = rounds.map(round => ({ ours: read(round, "node"), peer: read(round, against) }));
  const more = kind === "cpu" ? toShares(size, against, rounds) : toRate(size, rounds);
  return toRow({ ...spec, peerName: peerNames[against], more }, pairs);
}

/** Where the CPU went, and how busy each server was: well below 1, somebody else had its core. */
function toShares(size: Size, against: TargetName, rounds: readonly RelayRound[]): Row {
  const medianOf = (name: TargetName, read: (of: Measured) => number): number =>
    toFigure(
      median(rounds.map(round => round[size].saturated[name]).map(of => (of ? read(of) : Number.NaN))),
    );
  const kernelShare = ({ cpu }: Measured): number => cpu.kernel / (cpu.kernel + cpu.user);
  const busy = ({ cpu, seconds }: Measured): number => (cpu.kernel + cpu.user) / seconds / 1e6;
  const perSecond = ({ count, seconds }: Measured): number => Math.round(count / seconds);
  return {
    oursKernelShare: medianOf("node", kernelShare),
    peerKernelShare: medianOf(against, kernelShare),
    oursBusy: medianOf("node", busy),
    peerBusy: medianOf(against, busy),
    oursPerSecond: medianOf("node", perSecond),
    peerPerSecond: medianOf(against, perSecond),
  };
}

function toRate(size: Size, rounds: readonly RelayRound[]): Row {
  return {
    messagesPerSecond: toFigure(median(rounds.map(round => round[size].paced.peer?.perSecond ?? Number.NaN))),
  };
}
