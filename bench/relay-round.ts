import type { Pace } from "./load/relay-load.ts";
import { type Measured, toMicroseconds } from "./load/window.ts";
import { startTarget, type Target, type TargetName } from "./peers/target.ts";
import { inTurn } from "./rounds.ts";
import type { Stage } from "./stage.ts";
import { undisturbed } from "./undisturbed.ts";

export type Size = 200 | 1200;

export interface Scene {
  readonly connections: number;
  readonly inFlight: number;
  readonly warmMs: number;
  readonly runMs: number;
  readonly sizes: readonly Size[];
  readonly targets: readonly TargetName[];
  /** Whether latency at half load is measured too. */
  readonly paced: boolean;
}

/** What one round measured of one target with messages of one size. */
export interface Reading {
  readonly size: Size;
  readonly target: TargetName;
  readonly saturated: Measured;
  readonly paced: Pace | undefined;
}

/** Stock clients speak every 5 s; here every 20 s, so that heartbeats of 10,000 idle ones do not dilute the relay. */
const keepAliveMs = 20_000;

/** Every target once: fresh processes, all connected at once, then measured one after the other. */
export async function playRound(
  stage: Stage,
  scene: Scene,
  { round, profile }: { readonly round: number; readonly profile: boolean },
): Promise<Reading[]> {
  const { connections } = scene;
  const title = profile ? `node, ${connections} connections` : undefined;
  const targets = new Map<TargetName, Target>();
  for (const name of scene.targets) {
    targets.set(name, await startTarget(stage, { name, connections, keepAliveMs, profile: title }));
  }
  const readings: Reading[] = [];
  for (const size of scene.sizes) {
    readings.push(...(await measureSize(scene, targets, { round, size, quick: stage.quick })));
  }
  for (const { server } of targets.values()) await server.stop();
  return readings;
}

async function measureSize(
  scene: Scene,
  targets: ReadonlyMap<TargetName, Target>,
  { round, size, quick }: { readonly round: number; readonly size: Size; readonly quick: boolean },
): Promise<Reading[]> {
  const { inFlight, warmMs, runMs } = scene;
  const saturated = await inTurn(round, scene.targets, name => {
    const { load, server } = targetOf(targets, name);
    const command = { name: "saturate", size, inFlight, warmMs, runMs, pids: server.pids } as const;
    return undisturbed(quick, () => load.ask(command));
  });
  const pacedTargets = scene.paced ? (["node", "peer"] as const) : [];
  // Half of what PeerServer can do with a core of its own, for both alike.
  const perSecond = Math.round(500_000 / toMicroseconds(saturated.peer));
  const paced: Partial<Record<TargetName, Pace>> = await inTurn(round, pacedTargets, name => {
    const { load, server } = targetOf(targets, name);
    return load.ask({ name: "pace", size, perSecond, warmMs, runMs, pids: server.pids });
  });
  return scene.targets.map(target => ({ size, target, saturated: saturated[target], paced: paced[target] }));
}

function targetOf(targets: ReadonlyMap<TargetName, Target>, name: TargetName): Target {
  const target = targets.get(name);
  if (!target) throw new Error(`${name} was not started.`);
  return target;
}
