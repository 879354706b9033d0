import { readMemory } from "../cpu.ts";
import type { Opened } from "../load/command.ts";
import { type Load, startLoad } from "../load/load.ts";
import { type Stage, settle } from "../stage.ts";
import { startNode } from "./node.ts";
import { startPeerServer } from "./peer-server.ts";
import { startRelay } from "./relay-server.ts";
import type { Server } from "./server.ts";

export type TargetName = "node" | "peer" | "ws" | "bare";

/** A server that speaks the PeerJS wire, and a load of its own that is connected to it. */
export interface Target {
  readonly server: Server;
  readonly load: Load;
  readonly opened: Opened;
  /** Memory of the server before the first client came, in bytes. */
  readonly memoryBefore: number;
}

export interface TargetOptions {
  readonly name: TargetName;
  readonly connections: number;
  readonly keepAliveMs: number;
  /** Registers SIP users of this domain at our node, instead of connecting PeerJS clients. */
  readonly sipDomain?: string | undefined;
  /** Profiles our node, under this title. */
  readonly profile?: string | undefined;
}

/** Connections of one address: some tens, as behind an office's router; the limits of our node stay as shipped. */
export const connectionsPerAddress = 50;
const handshakesAtOnce = 256;

export async function startTarget(stage: Stage, options: TargetOptions): Promise<Target> {
  const server = await startServer(stage, options);
  await settle(stage, server.pids);
  const memoryBefore = readMemory(server.pids);
  const load = startLoad(stage);
  const opened = await load.ask({
    name: "open",
    port: server.port,
    count: options.connections,
    perAddress: connectionsPerAddress,
    parallel: handshakesAtOnce,
    sipDomain: options.sipDomain,
    keepAliveMs: options.keepAliveMs,
    limitMs: 30_000,
    pids: server.pids,
  });
  return { server, load, opened, memoryBefore };
}

async function startServer(stage: Stage, { name, sipDomain, profile }: TargetOptions): Promise<Server> {
  if (name === "node") {
    return await startNode(stage, {
      profile,
      options: sipDomain === undefined ? [] : ["--domain", sipDomain],
    });
  }
  return await (name === "peer" ? startPeerServer(stage) : startRelay(stage, name));
}
