import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { ChainError } from "./chain.ts";
import { chainLimits } from "./limits.ts";
import type { Server } from "./server.ts";

/** What a server said. */
export interface Heard<T> {
  readonly server: Server;
  readonly word: T;
}

/** Servers in the order in which they are asked: as they are liked, those that failed lately last. */
export interface TurnList {
  waiting(): Server[];
  /** How many have not failed lately. */
  awake(): number;
  rest(server: Server, why: string): void;
  /**
   * The answer of the first of `waiting` that has one; whom it asks is taken off the list.
   *
   * @throws ChainError the last one's, when all have failed
   */
  next<T>(waiting: Server[], ask: (server: Server) => Promise<T>): Promise<Heard<T>>;
}

export function createTurnList(servers: readonly Server[], clock: Clock, log: Log): TurnList {
  /** When a server that failed is liked again. */
  const resting = new Map<Server, number>();

  function rest(server: Server, why: string): void {
    resting.set(server, clock.elapsed() + chainLimits.restMs);
    log.warn("chain.server.rests", { server: servers.indexOf(server), why });
  }

  let silence: { readonly failure: ChainError; readonly until: number } | undefined;
  const isAwake = (server: Server) => (resting.get(server) ?? 0) <= clock.elapsed();

  return {
    rest,
    waiting: () => [...servers.filter(isAwake), ...servers.filter(it => !isAwake(it))],
    awake: () => servers.filter(isAwake).length,
    async next(waiting, ask) {
      if (silence !== undefined && clock.elapsed() < silence.until) throw silence.failure;
      let failure = noServer();
      for (let server = waiting.shift(); server !== undefined; server = waiting.shift()) {
        try {
          const word = await ask(server);
          silence = undefined;
          return { server, word };
        } catch (error) {
          if (!(error instanceof ChainError)) throw error;
          rest(server, error.code);
          failure = error;
        }
      }
      // Not when another seat has had the last of them: it may still be answered.
      if (servers.every(server => !isAwake(server))) {
        silence = { failure, until: clock.elapsed() + chainLimits.silenceMs };
      }
      throw failure;
    },
  };
}

function noServer(): ChainError {
  return new ChainError("chain.none", "No server of this chain is configured; add one in the settings.");
}
