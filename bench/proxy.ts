import type { CpuTime } from "./cpu.ts";
import { startLoad } from "./load/load.ts";
import { type Measured, toMicroseconds } from "./load/window.ts";
import { parseOptions, say } from "./options.ts";
import { findKamailio, startKamailio } from "./peers/kamailio.ts";
import { startNode } from "./peers/node.ts";
import { connectionsPerAddress } from "./peers/target.ts";
import { alternate, median, printRow, type Row, toFigure, toLoneRow, toRow } from "./rounds.ts";
import { type Stage, settle, withStage } from "./stage.ts";
import { undisturbed } from "./undisturbed.ts";

// REGISTER, and whole calls, through one proxy over WebSocket: server CPU for each, ours and Kamailio's.

type TargetName = "node" | "kamailio";

interface Work {
  readonly name: "register" | "call";
  readonly bench: string;
  readonly unit: string;
}

const domain = "bench.example";
const works: readonly Work[] = [
  { name: "register", bench: "proxy.register", unit: "µs of server CPU per REGISTER" },
  { name: "call", bench: "proxy.dialog", unit: "µs of server CPU per INVITE 180 200 ACK BYE 200" },
];

const { rounds, quick, profile, only } = parseOptions(process.argv.slice(2), 7);
const version = findKamailio();
const names: readonly TargetName[] = version === undefined ? ["node"] : ["node", "kamailio"];
for (const work of works.filter(({ bench }) => bench.includes(only))) {
  const results = await alternate(rounds, names, async (name, round) => {
    say(`${work.bench}: ${name}, round ${round + 1} of ${rounds}`);
    return await undisturbed(quick || profile, () => measureSome(name, work.name));
  });
  printRow(toWorkRow(work, results));
}

/** In a short window on a machine that stands still for a moment nothing may be finished: that is no figure. */
async function measureSome(name: TargetName, work: Work["name"]): Promise<Measured> {
  for (let left = 5; left > 0; left -= 1) {
    const measured = await withStage(quick, stage => measureOnce(stage, name, work));
    if (measured.count > 0) return measured;
  }
  throw new Error(`${name} finished no ${work} in five windows: is the machine busy with other things?`);
}

/** A fresh server each time: a proxy keeps what a call leaves behind for 32 s, and bounds how much of it there may be. */
async function measureOnce(stage: Stage, name: TargetName, work: Work["name"]): Promise<Measured> {
  const node = { options: ["--domain", domain], profile: profile ? `node, ${work}` : undefined };
  const server = await (name === "kamailio" ? startKamailio(stage) : startNode(stage, node));
  const { port, pids } = server;
  await settle(stage, pids);
  const load = startLoad(stage);
  await load.ask({
    name: "open",
    port,
    count: quick ? 20 : 400,
    perAddress: connectionsPerAddress,
    parallel: 64,
    sipDomain: domain,
    keepAliveMs: 30_000,
    limitMs: 20_000,
    pids,
  });
  const window = quick ? { warmMs: 50, runMs: 150 } : { warmMs: 1500, runMs: 2000 };
  const measured = await load.ask({ name: work, domain, pids, inFlight: quick ? 4 : 64, ...window });
  await load.stop();
  await server.stop();
  return measured;
}

function toWorkRow({ bench, unit }: Work, results: readonly Record<TargetName, Measured>[]): Row {
  const ours = results.map(({ node }) => node);
  const spec = { bench, unit, peerName: `kamailio ${version ?? ""}`.trim() };
  const more = { oursKernelShare: toShare(ours), oursPerSecond: toRate(ours) };
  if (version === undefined) {
    const note = "Kamailio is not installed on this machine, so there is nothing to compare with.";
    return toLoneRow({ ...spec, more }, ours.map(toMicroseconds), note);
  }
  const peer = results.map(({ kamailio }) => kamailio);
  const pairs = results.map(({ node, kamailio }) => ({
    ours: toMicroseconds(node),
    peer: toMicroseconds(kamailio),
  }));
  return toRow(
    { ...spec, more: { ...more, peerKernelShare: toShare(peer), peerPerSecond: toRate(peer) } },
    pairs,
  );
}

function toShare(measured: readonly { readonly cpu: CpuTime }[]): number {
  return toFigure(median(measured.map(({ cpu }) => cpu.kernel / (cpu.kernel + cpu.user))));
}

function toRate(measured: readonly Measured[]): number {
  return Math.round(median(measured.map(({ count, seconds }) => count / seconds)));
}
