import type { Pace } from "./load/relay-load.ts";
import { type Measured as Saturation, toMicroseconds } from "./load/window.ts";
import { startTarget, type Target, type TargetName } from "./peers/target.ts";
import { inTurn } from "./rounds.ts";
import type { Stage } from "./stage.ts";
import { undisturbed } from "./undisturbed.ts";

export interface Scene {
  readonly suffix: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly targets: readonly TargetName[];
  /** Whether latency at half load is measured too. */
  readonly paced: boolean;
  readonly warmMs: number;
  readonly runMs: number;
}

export const sizes = [200, 1200] as const;
export type Size = (typeof sizes)[number];

export interface Measured {
  readonly saturated: Partial<Record<TargetName, Saturation>>;
  readonly paced: Partial<Record<TargetName, Pace>>;
}

export type RelayRound = Readonly<Record<Size, Measured>>;

/** Stock clients speak every 5 s; here every 20 s, so that heartbeats of 10,000 idle ones do not dilute the relay. */
const keepAliveMs = 20_000;

/** Every target once: fresh processes, all connected at once, then measured one after the other. */
export async function playRound(
  stage: Stage,
  scene: Scene,
  { round, profile }: { readonly round: number; readonly profile: boolean },
): Promise<RelayRound> {
  const targets = new Map<TargetName, Target>();
  for (const name of scene.targets) {
    const title = profile && name === "node" ? `node, ${scene.connections} connections` : undefined;
    const options = { name, connections: scene.connections, keepAliveMs, profile: title };
    targets.set(name, await startTarget(stage, options));
  }
  const measured = {
    200: await measure(scene, targets, { round, size: 200, quick: stage.quick }),
    1200: await measure(scene, targets, { round, size: 1200, quick: stage.quick }),
  };
  for (const { server } of targets.values()) await server.stop();
  return measured;
}

async function measure(
  scene: Scene,
  targets: ReadonlyMap<TargetName, Target>,
  { round, size, quick }: { readonly round: number; readonly size: Size; readonly quick: boolean },
): Promise<Measured> {
  const { inFlight, warmMs, runMs } = scene;
  const saturated: Partial<Record<TargetName, Saturation>> = await inTurn(round, scene.targets, name => {
    const { load, server } = targetOf(targets, name);
    const command = { name: "saturate", size, inFlight, warmMs, runMs, pids: server.pids } as const;
    return undisturbed(quick, () => load.ask(command));
  });
  if (!scene.paced || !saturated.peer) return { saturated, paced: {} };
  // Half of what PeerServer can do with a core of its own, for both alike.
  const perSecond = Math.round(500_000 / toMicroseconds(saturated.peer));
  const paced = await inTurn(round, ["node", "peer"] as const, name => {
    const { load, server } = targetOf(targets, name);
    return load.ask({ name: "pace", size, perSecond, warmMs, runMs, pids: server.pids });
  });
  return { saturated, paced };
}

function targetOf(targets: ReadonlyMap<TargetName, Target>, name: TargetName): Target {
  const target = targets.get(name);
  if (!target) throw new Error(`${name} was not started.`);
  return target;
}
