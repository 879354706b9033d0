import { type Measured, toMicroseconds } from "./load/window.ts";
import { parseOptions, say } from "./options.ts";
import type { TargetName } from "./peers/target.ts";
import { playRound, type Reading, type Scene, type Size } from "./relay-round.ts";
import { type Goal, median, printRow, type Row, toFigure, toRow } from "./rounds.ts";
import { withStage } from "./stage.ts";

// Offers, answers and candidates between random pairs: server CPU per message at saturation, and how long a
// message takes at half load. README.md says how and why.

interface Figure {
  readonly bench: string;
  readonly size: Size;
  readonly against: "peer" | "ws" | "bare";
  readonly kind: "cpu" | "p50" | "p99";
  readonly goal?: Goal;
}

type Crowd = Omit<Scene, "sizes" | "targets" | "paced">;

const peerNames: Record<TargetName, string> = {
  node: "etherlynk",
  peer: "peer 1.0.2",
  ws: "ws 8.23.0",
  bare: "bare net.Socket",
};
const units = {
  cpu: "µs of server CPU per message",
  p50: "µs from the intended send to the arrival",
  p99: "µs from the intended send to the arrival",
} as const;

const { rounds, quick, profile, only } = parseOptions(process.argv.slice(2), 7);
const window = quick ? { warmMs: 50, runMs: 100 } : { warmMs: 1500, runMs: 3000 };
const thousand = quick ? { connections: 40, inFlight: 16 } : { connections: 1000, inFlight: 256 };
const tenThousand = quick ? { connections: 80, inFlight: 32 } : { connections: 10_000, inFlight: 1024 };

await play({ ...thousand, ...window }, [
  { bench: "relay.200B", size: 200, against: "peer", kind: "cpu", goal: { atMost: 0.65 } },
  { bench: "relay.200B.ws", size: 200, against: "ws", kind: "cpu" },
  { bench: "relay.p50.200B", size: 200, against: "peer", kind: "p50" },
  { bench: "relay.p99.200B", size: 200, against: "peer", kind: "p99", goal: { atMost: 1 } },
  { bench: "relay.1200B", size: 1200, against: "peer", kind: "cpu", goal: { atMost: 0.55 } },
  { bench: "relay.1200B.ws", size: 1200, against: "ws", kind: "cpu" },
  { bench: "relay.p50.1200B", size: 1200, against: "peer", kind: "p50" },
  { bench: "relay.p99.1200B", size: 1200, against: "peer", kind: "p99", goal: { atMost: 1 } },
]);
await play({ ...tenThousand, ...window }, [
  { bench: "relay.200B.10k", size: 200, against: "peer", kind: "cpu", goal: { atMost: 0.65 } },
  { bench: "relay.200B.10k.bare", size: 200, against: "bare", kind: "cpu" },
  { bench: "relay.1200B.10k", size: 1200, against: "peer", kind: "cpu", goal: { atMost: 0.55 } },
  { bench: "relay.1200B.10k.bare", size: 1200, against: "bare", kind: "cpu" },
]);

/** Measures no more than the rows asked for need. */
async function play(crowd: Crowd, figures: readonly Figure[]): Promise<void> {
  const wanted = figures.filter(({ bench }) => bench.includes(only));
  if (wanted.length === 0) return;
  const scene: Scene = {
    ...crowd,
    sizes: [...new Set(wanted.map(({ size }) => size))],
    targets: [...new Set<TargetName>(["node", "peer", ...wanted.map(({ against }) => against)])],
    paced: wanted.some(({ kind }) => kind !== "cpu"),
  };
  const played: Reading[][] = [];
  for (let round = 0; round < rounds; round++) {
    say(`relay: ${scene.connections} connections, round ${round + 1} of ${rounds}`);
    played.push(await withStage(quick, stage => playRound(stage, scene, { round, profile })));
  }
  for (const figure of wanted) printRow(toFigureRow(figure, played));
}

function toFigureRow({ bench, size, against, kind, goal }: Figure, played: readonly Reading[][]): Row {
  const ours = readingsOf(played, size, "node");
  const peer = readingsOf(played, size, against);
  const read = ({ saturated, paced }: Reading): number =>
    kind === "cpu" ? toMicroseconds(saturated) : (paced?.[kind] ?? Number.NaN);
  const pairs = ours.map((reading, round) => {
    const other = peer[round];
    return { ours: read(reading), peer: other ? read(other) : Number.NaN };
  });
  const more = kind === "cpu" ? toShares(ours, peer) : toRate(ours);
  return toRow(
    { bench, unit: units[kind], peerName: peerNames[against], ...(goal && { goal }), more },
    pairs,
  );
}

/** One of each round. */
function readingsOf(played: readonly Reading[][], size: Size, target: TargetName): Reading[] {
  return played.flatMap(round => round.filter(of => of.size === size && of.target === target));
}

/** Where the CPU went, and how busy each server was: well below 1, somebody else had its core. */
function toShares(ours: readonly Reading[], peer: readonly Reading[]): Row {
  const medianOf = (readings: readonly Reading[], read: (of: Measured) => number): number =>
    toFigure(median(readings.map(({ saturated }) => read(saturated))));
  const kernelShare = ({ cpu }: Measured): number => cpu.kernel / (cpu.kernel + cpu.user);
  const busy = ({ cpu, seconds }: Measured): number => (cpu.kernel + cpu.user) / seconds / 1e6;
  const perSecond = ({ count, seconds }: Measured): number => Math.round(count / seconds);
  return {
    oursKernelShare: medianOf(ours, kernelShare),
    peerKernelShare: medianOf(peer, kernelShare),
    oursBusy: medianOf(ours, busy),
    peerBusy: medianOf(peer, busy),
    oursPerSecond: medianOf(ours, perSecond),
    peerPerSecond: medianOf(peer, perSecond),
  };
}

function toRate(readings: readonly Reading[]): Row {
  return { messagesPerSecond: toFigure(median(readings.map(({ paced }) => paced?.perSecond ?? Number.NaN))) };
}
