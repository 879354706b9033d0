import { createLog, formatLogLine, type Log } from "../background/base/log.ts";
import { type Bus, createBus } from "../background/bus/bus.ts";
import { createRuntimeWire } from "../background/bus/runtime-wire.ts";
import { createTrust } from "../background/bus/trust.ts";
import type {} from "../background/worker/worker-contract.ts";
import type {} from "../protocol/bus/mark-contract.ts";
import type { AskId } from "../protocol/ids.ts";
import { api } from "./platform.ts";

export interface Context {
  readonly bus: Bus;
  readonly log: Log;
  /** What a loop of this context caught. */
  readonly failed: (name: string, error: unknown) => void;
}

/** This context's end of the bus. Whoever asks the phone while it is not there has the worker bring it back. */
export function openBus(signal: AbortSignal): Context {
  const log = createLog({
    now: Date.now,
    level: "info",
    write: line => console[line.level](formatLogLine(line)),
  });
  const failed = (name: string, error: unknown) => log.failed(`bus.${name}.failed`, error);
  const bus = createBus({
    wire: createRuntimeWire(api.runtime),
    trust: createTrust({
      id: api.runtime.id,
      origin: new URL(api.runtime.getURL("/")).origin,
      elapsed: () => performance.now(),
    }),
    newId: () => crypto.randomUUID() as string as AskId,
    failed,
    wake: async owner => {
      if (owner !== "worker") await bus.ask("worker.phone.wake", null);
    },
    signal,
  });
  return { bus, log, failed };
}
