import { setTimeout as wait } from "node:timers/promises";
import { DialError, type DialOptions, dial } from "../link/client-socket.ts";
import type { Log } from "../log.ts";
import type { Receiver, Wire } from "../wire.ts";
import type { FollowLimits } from "./limits.ts";

export interface NewHeadsConfig {
  /** Of the chain's servers, in the order they are liked. */
  readonly urls: readonly string[];
  readonly limits: FollowLimits;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** There may be a new block: nothing more is believed of what was said. */
  heard(): void;
}

export interface NewHeads {
  /** A server tells of blocks, as far as is known. */
  readonly isTelling: boolean;
  /** A block was found of which nobody had told. It is believed again with the next one that is told of. */
  doubt(): void;
}

const subscribe = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}';

/**
 * Has one of a chain's servers tell of new blocks by WebSocket, where one of them does that at its own address: then a
 * block is known as soon as it is there, and not with the next look. Ends with its signal.
 */
export function startNewHeads(config: NewHeadsConfig): NewHeads {
  const state: State = { isSubscribed: false, doubts: 0, leave: undefined };
  void keepListening(config, state);
  return {
    get isTelling() {
      return state.isSubscribed && state.doubts === 0;
    },
    doubt() {
      state.doubts++;
      if (state.doubts < MOST_DOUBTS) return;
      state.doubts = 1;
      state.leave?.();
    },
  };
}

interface State {
  isSubscribed: boolean;
  /** Blocks in a row of which it has not told. */
  doubts: number;
  /** Ends the connection: the next server may do better. */
  leave: (() => void) | undefined;
}

/** One block may be seen just before it is told of; who misses so many in a row tells nothing. */
const MOST_DOUBTS = 3;

async function keepListening(config: NewHeadsConfig, state: State): Promise<void> {
  const { urls, limits, log, signal } = config;
  let waitMs = limits.tellAgainMs;
  while (!signal.aborted) {
    let hasTold = false;
    for (const url of urls) {
      if (signal.aborted) return;
      hasTold = await listen(url, config, state);
      Object.assign(state, { isSubscribed: false, leave: undefined });
      // One that did tell comes first again, when it is back.
      if (hasTold) break;
    }
    // Most servers will do so next time, or never.
    waitMs = hasTold ? limits.tellAgainMs : Math.min(waitMs * 2, limits.longestTellAgainMs);
    log("debug", "chain.untold", { againMs: waitMs });
    await wait(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** As long as the connection lasts. Whether the server told of anything. */
async function listen(url: string, config: NewHeadsConfig, state: State): Promise<boolean> {
  const { limits, log, signal } = config;
  const ended = Promise.withResolvers<void>();
  let hasTold = false;
  const options: DialOptions = {
    messageBytes: limits.tellBytes,
    unsentBytes: limits.tellBytes,
    handshakeMs: limits.tellMs,
    silenceMs: limits.tellSilenceMs,
    signal,
    onBug: error =>
      log("error", "chain.bug", { stack: error instanceof Error ? error.stack : String(error) }),
  };
  const open = (wire: Wire): Receiver => ({
    onMessage(payload) {
      const word = readWord(payload);
      if (word === "refused") wire.close(1000, "");
      if (word === "subscribed") state.isSubscribed = true;
      if (word !== "told") return;
      hasTold = true;
      state.doubts = 0;
      config.heard();
    },
    onClose: () => ended.resolve(),
  });
  try {
    await dial(toWebSocket(url), options, wire => {
      wire.send(subscribe);
      state.leave = () => wire.close(1000, "");
      return open(wire);
    });
    await ended.promise;
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    // It speaks HTTP alone, which is enough.
  }
  return hasTold;
}

function readWord(payload: Buffer): "subscribed" | "refused" | "told" | undefined {
  let message: unknown;
  try {
    message = JSON.parse(payload.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return "refused";
    throw error;
  }
  if (typeof message !== "object" || message === null) return "refused";
  if ("method" in message) return message.method === "eth_subscription" ? "told" : undefined;
  return "result" in message && typeof message.result === "string" ? "subscribed" : "refused";
}

function toWebSocket(url: string): string {
  return url.replace(/^http/, "ws");
}
