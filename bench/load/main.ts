import { readCpu, toDifference } from "../cpu.ts";
import type { Answers, Command, Opened, OpenOptions, Reply, StormOptions } from "./command.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { peerjsDialect } from "./peerjs-dialect.ts";
import { pace, saturate } from "./relay-load.ts";
import { toSipDialect } from "./sip-dialect.ts";
import { callAgain, registerAgain } from "./sip-load.ts";

/** The process that plays the clients: told what to do over IPC, and gone when its benchmark is. */
const load: { fleet: Fleet | undefined } = { fleet: undefined };

process.on("disconnect", () => process.exit(0));
process.on("message", message => {
  const { id, command } = message as { id: number; command: Command };
  obey(command).then(
    value => reply({ id, value }),
    error => reply({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});

function reply(answer: Reply): void {
  process.send?.(answer);
}

async function obey(command: Command): Promise<unknown> {
  if (command.name === "open") return await open(command);
  const { fleet } = load;
  if (!fleet) throw new Error("The load has no clients yet.");
  switch (command.name) {
    case "saturate":
      return await saturate(fleet, command);
    case "pace":
      return await pace(fleet, command);
    case "storm":
      return await storm(fleet, command);
    case "register":
      return await registerAgain(fleet, command);
    case "call":
      return await callAgain(fleet, command);
    case "check":
      return fleet.assertWhole();
  }
}

async function open({ sipDomain, ...options }: OpenOptions): Promise<Opened> {
  const before = readCpu(options.pids);
  const dialect = sipDomain === undefined ? peerjsDialect : toSipDialect(sipDomain);
  const fleet = createFleet({ ...options, dialect });
  load.fleet = fleet;
  const { seconds } = await fleet.open(options.parallel, options.limitMs);
  fleet.startKeepAlive(options.keepAliveMs);
  return { seconds, cpu: toDifference(before, readCpu(options.pids)) };
}

/** Under the same ids and tokens, as after a lost network. */
async function storm(fleet: Fleet, { limitMs, pids }: StormOptions): Promise<Answers["storm"]> {
  const before = readCpu(pids);
  const came = await fleet.storm(limitMs);
  return { ...came, cpu: toDifference(before, readCpu(pids)) };
}
