import type { CpuTime } from "./cpu.ts";
import { type Load, startLoad } from "./load/load.ts";
import { type Measured, toMicroseconds } from "./load/window.ts";
import { type BenchOptions, parseOptions, say } from "./options.ts";
import { findKamailio, startKamailio } from "./peers/kamailio.ts";
import { startNode } from "./peers/node.ts";
import type { Server } from "./peers/server.ts";
import { connectionsPerAddress } from "./peers/target.ts";
import { alternate, median, printRow, type Row, toFigure, toLoneRow, toRow } from "./rounds.ts";
import { settle, withStage } from "./stage.ts";
import { undisturbed } from "./undisturbed.ts";

// REGISTER, and whole calls, through one proxy over WebSocket: server CPU for each, ours and Kamailio's.

type TargetName = "node" | "kamailio";
type Work = "register" | "call";
type Result = Readonly<Record<Work, Measured>>;

const domain = "bench.example";
const works = {
  register: { bench: "proxy.register", unit: "µs of server CPU per REGISTER" },
  call: { bench: "proxy.dialog", unit: "µs of server CPU per INVITE 180 200 ACK BYE 200" },
} as const;

const fullWindow = { warmMs: 2000, runMs: 4000 };
const quickWindow = { warmMs: 50, runMs: 150 };

const options = parseOptions(process.argv.slice(2), 7);
const version = findKamailio();
const names: readonly TargetName[] = version === undefined ? ["node"] : ["node", "kamailio"];
const results = await alternate<TargetName, Result>(options.rounds, names, async (name, round) => {
  say(`proxy: ${name}, round ${round + 1} of ${options.rounds}`);
  return await measure(name, options);
});
for (const work of ["register", "call"] as const) {
  const row = toWorkRow(work);
  if (String(row["bench"]).includes(options.only)) printRow(row);
}

/** A fresh server and its load: everybody registers, then registers again and again, then calls. */
async function measure(name: TargetName, { quick, profile }: BenchOptions): Promise<Result> {
  return await withStage(quick, async stage => {
    const title = profile ? "node, registrations and calls" : undefined;
    const server =
      name === "kamailio"
        ? await startKamailio(stage)
        : await startNode(stage, { options: ["--domain", domain], profile: title });
    await settle(stage, server.pids);
    const load = startLoad(stage);
    const result = await run(server, load, quick);
    await load.stop();
    await server.stop();
    return result;
  });
}

async function run({ port, pids }: Server, load: Load, quick: boolean): Promise<Result> {
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
  const shared = { domain, pids, inFlight: quick ? 4 : 64, ...(quick ? quickWindow : fullWindow) };
  const register = await undisturbed(quick, () => load.ask({ name: "register", ...shared }));
  const call = await undisturbed(quick, () => load.ask({ name: "call", ...shared }));
  return { register, call };
}

function toWorkRow(work: Work): Row {
  const ours = results.map(({ node }) => node[work]);
  const spec = { ...works[work], peerName: `kamailio ${version ?? ""}`.trim() };
  const more = { oursKernelShare: toShare(ours), oursPerSecond: toRate(ours) };
  if (version === undefined) {
    const note = "Kamailio is not installed on this machine, so there is nothing to compare with.";
    return toLoneRow({ ...spec, more }, ours.map(toMicroseconds), note);
  }
  const peer = results.map(({ kamailio }) => kamailio[work]);
  const pairs = results.map(({ node, kamailio }) => ({
    ours: toMicroseconds(node[work]),
    peer: toMicroseconds(kamailio[work]),
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
