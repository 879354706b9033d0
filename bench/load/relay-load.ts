import { type CpuTime, readCpu, toDifference } from "../cpu.ts";
import type { Fleet } from "./fleet.ts";
import { readStamp, type Signal, toSignal, toStamped } from "./signals.ts";
import { drain, type Measured, measureLoop, type WindowOptions } from "./window.ts";

export interface SaturateOptions extends WindowOptions {
  readonly size: number;
  readonly inFlight: number;
}

export interface PaceOptions extends WindowOptions {
  readonly size: number;
  readonly perSecond: number;
}

export interface Pace {
  readonly messages: number;
  readonly perSecond: number;
  /** Microseconds from the moment a message was meant to be sent. */
  readonly p50: number;
  readonly p99: number;
  readonly cpu: CpuTime;
}

/** Microseconds that the load may fall behind: a busy machine stalls it now and then, a rate too high for ever. */
const longestStall = 5_000_000;

/**
 * Closed loop: `inFlight` messages are always under way; each that arrives sends the next one, from a random client
 * to a random other one, one frame a write.
 */
export async function saturate(fleet: Fleet, options: SaturateOptions): Promise<Measured> {
  const sendOne = toSender(fleet, options.size);
  let received = 0;
  let sending = true;
  let inFlight = 0;
  const loop = {
    start(pieces: number): void {
      for (; inFlight < pieces; inFlight++) sendOne();
    },
    stop(): void {
      sending = false;
    },
    finished: () => received,
    underWay: () => inFlight,
  };
  fleet.onText = () => {
    received++;
    if (sending) sendOne();
    else inFlight--;
  };
  return await measureLoop(fleet, loop, { ...options, pieces: options.inFlight });
}

/**
 * Open loop: messages leave at a steady rate whatever comes back, and carry the time at which they were meant to
 * leave, so that a server (or load) that stalls is charged for everything that had to wait meanwhile.
 */
export async function pace(fleet: Fleet, options: PaceOptions): Promise<Pace> {
  const sendOne = toSender(fleet, options.size);
  const origin = performance.now();
  const warmUntil = options.warmMs * 1000;
  const until = warmUntil + options.runMs * 1000;
  const interval = 1_000_000 / options.perSecond;
  const waits = new Float64Array(Math.ceil(((options.runMs + 10) / 1000) * options.perSecond));
  let measured = 0;
  let inFlight = 0;
  fleet.onText = (_client, text) => {
    inFlight--;
    const stamp = readStamp(text);
    if (stamp >= warmUntil && measured < waits.length) {
      waits[measured++] = (performance.now() - origin) * 1000 - stamp;
    }
  };
  let begin = readCpu(options.pids);
  let warm = true;
  for (let now = 0, due = 0; now < until; now = (performance.now() - origin) * 1000) {
    if (now - due > longestStall)
      throw new Error(`The load cannot send ${options.perSecond} messages a second.`);
    for (; due <= now; due += interval, inFlight++) sendOne(Math.floor(due));
    if (warm && now >= warmUntil) {
      warm = false;
      begin = readCpu(options.pids);
    }
    // Looks at the sockets without sleeping: a timer would be up to a millisecond late.
    await new Promise(setImmediate);
  }
  const cpu = toDifference(begin, readCpu(options.pids));
  await drain(fleet, () => inFlight);
  const sorted = waits.subarray(0, measured).sort();
  const at = (share: number): number => sorted[Math.floor(measured * share)] ?? Number.NaN;
  return { messages: measured, perSecond: options.perSecond, p50: at(0.5), p99: at(0.99), cpu };
}

/** Sends one message, with a stamp when there is one to carry, between a random pair. */
function toSender(fleet: Fleet, size: number): (stamp?: number) => void {
  const { clients } = fleet;
  const signals: readonly Signal[] = clients.map(client => toSignal(client.index, client.id, size));
  const random = createRandom();
  return stamp => {
    const from = random(clients.length);
    const signal = signals[(from + 1 + random(clients.length - 1)) % clients.length];
    if (signal) clients[from]?.socket?.write(stamp === undefined ? signal.frame : toStamped(signal, stamp));
  };
}

/** xorshift32: fast, and good enough to pick pairs by. */
function createRandom(): (below: number) => number {
  let state = (Math.random() * 0xffffffff) | 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
