import { readCpu, toDifference } from "../cpu.ts";
import type { Command, Reply } from "./command.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { peerjsDialect } from "./peerjs-dialect.ts";
import { pace, saturate } from "./relay-load.ts";

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
  switch (command.name) {
    case "open": {
      const before = readCpu(command.pids);
      load.fleet = createFleet({ ...command, dialect: peerjsDialect });
      const { seconds } = await load.fleet.open(command.limitMs);
      const cpu = toDifference(before, readCpu(command.pids));
      load.fleet.startKeepAlive(command.keepAliveMs);
      return { seconds, cpu };
    }
    case "saturate":
      return await saturate(theFleet(), command);
    case "pace":
      return await pace(theFleet(), command);
    case "check":
      return theFleet().assertWhole();
  }
}

function theFleet(): Fleet {
  if (!load.fleet) throw new Error("The load has no clients yet.");
  return load.fleet;
}
