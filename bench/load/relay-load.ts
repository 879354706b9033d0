import { type CpuTime, readCpu, toDifference } from "../cpu.ts";
import type { Fleet } from "./fleet.ts";
import { readStamp, type Signal, toSignal, toStamped } from "./signals.ts";

export interface SaturateOptions {
  readonly size: number;
  readonly inFlight: number;
  readonly warmMs: number;
  readonly runMs: number;
  /** Whose CPU is read at both ends of the run. */
  readonly pids: readonly number[];
}

export interface Saturation {
  readonly messages: number;
  readonly seconds: number;
  readonly cpu: CpuTime;
  /** The load's own, to see that it is the cheaper side. */
  readonly loadCpu: CpuTime;
}

export interface PaceOptions {
  readonly size: number;
  readonly perSecond: number;
  readonly warmMs: number;
  readonly runMs: number;
  readonly pids: readonly number[];
}

export interface Pace {
  readonly messages: number;
  /** Microseconds from the moment a message was meant to be sent. */
  readonly p50: number;
  readonly p99: number;
  readonly cpu: CpuTime;
}

/** Longest silence with messages under way before they count as lost. */
const silenceMs = 3000;

/**
 * Closed loop: `inFlight` messages are always under way; each that arrives sends the next one, from a random client
 * to a random other one, one frame a write.
 */
export async function saturate(fleet: Fleet, options: SaturateOptions): Promise<Saturation> {
  const signals = toSignals(fleet, options.size);
  const random = createRandom();
  let received = 0;
  let sending = true;
  let inFlight = 0;
  const sendOne = (): void => {
    const from = random(signals.length);
    const to = (from + 1 + random(signals.length - 1)) % signals.length;
    const signal = signals[to];
    if (signal) fleet.clients[from]?.socket?.write(signal.frame);
  };
  fleet.onText = () => {
    received++;
    if (sending) sendOne();
    else inFlight--;
  };
  for (; inFlight < options.inFlight; inFlight++) sendOne();
  const progress = (): number => received;
  await passTime(options.warmMs, progress, fleet);
  const begin = takeMark(options.pids);
  const counted = received;
  await passTime(options.runMs, progress, fleet);
  const end = takeMark(options.pids);
  const messages = received - counted;
  sending = false;
  await drain(() => inFlight, fleet);
  return {
    messages,
    seconds: (end.at - begin.at) / 1000,
    cpu: toDifference(begin.cpu, end.cpu),
    loadCpu: toDifference(begin.own, end.own),
  };
}

/**
 * Open loop: messages leave at a steady rate whatever comes back, and carry the time at which they were meant to
 * leave, so that a server (or load) that stalls is charged for everything that had to wait meanwhile.
 */
export async function pace(fleet: Fleet, options: PaceOptions): Promise<Pace> {
  const signals = toSignals(fleet, options.size);
  const random = createRandom();
  const origin = performance.now();
  const warmUntil = options.warmMs * 1000;
  const until = warmUntil + options.runMs * 1000;
  const interval = 1_000_000 / options.perSecond;
  const waits = new Float64Array(Math.ceil(((options.runMs + 10) / 1000) * options.perSecond));
  let measured = 0;
  let inFlight = 0;
  fleet.onText = (_client, buffer, start, end) => {
    inFlight--;
    const stamp = readStamp(buffer, start, end);
    if (stamp >= warmUntil && measured < waits.length) {
      waits[measured++] = (performance.now() - origin) * 1000 - stamp;
    }
  };
  const sendDue = (now: number, due: number): number => {
    let next = due;
    for (; next <= now; next += interval) {
      const from = random(signals.length);
      const to = (from + 1 + random(signals.length - 1)) % signals.length;
      const signal = signals[to];
      if (signal) fleet.clients[from]?.socket?.write(toStamped(signal, Math.floor(next)));
      inFlight++;
    }
    return next;
  };
  let begin = takeMark(options.pids);
  let warm = true;
  for (let now = 0, due = 0; now < until; now = (performance.now() - origin) * 1000) {
    if (now - due > 1_000_000) throw new Error(`The load cannot send ${options.perSecond} messages a second.`);
    due = sendDue(now, due);
    if (warm && now >= warmUntil) {
      warm = false;
      begin = takeMark(options.pids);
    }
    // Looks at the sockets without sleeping: a timer would be up to a millisecond late.
    await new Promise(setImmediate);
  }
  const end = takeMark(options.pids);
  await drain(() => inFlight, fleet);
  const sorted = waits.subarray(0, measured).sort();
  return {
    messages: measured,
    p50: sorted[Math.floor(measured * 0.5)] ?? Number.NaN,
    p99: sorted[Math.floor(measured * 0.99)] ?? Number.NaN,
    cpu: toDifference(begin.cpu, end.cpu),
  };
}

/** One message to each client, of all three types in turn. */
function toSignals(fleet: Fleet, size: number): Signal[] {
  return fleet.clients.map(client => toSignal(client.index, client.id, size));
}

function takeMark(pids: readonly number[]): { at: number; cpu: CpuTime; own: CpuTime } {
  return { at: performance.now(), cpu: readCpu(pids), own: readCpu([process.pid]) };
}

/**
 * Looks at the sockets over and over without ever sleeping. A load that sleeps has to be woken by the server, which
 * on a virtual machine costs the server 15 % of its CPU for something that no client on another machine would cost it.
 */
async function passTime(milliseconds: number, progress: () => number, fleet: Fleet): Promise<void> {
  const until = performance.now() + milliseconds;
  let seen = -1;
  let movedAt = performance.now();
  for (let now = movedAt; now < until; now = performance.now()) {
    await new Promise(setImmediate);
    fleet.assertWhole();
    if (progress() !== seen) movedAt = now;
    else if (now - movedAt > silenceMs) throw new Error("Messages were lost: nothing arrives any more.");
    seen = progress();
  }
}

/** Waits for what is still under way; what never arrives was lost, and then no figure is right. */
async function drain(inFlight: () => number, fleet: Fleet): Promise<void> {
  const until = performance.now() + silenceMs;
  while (inFlight() > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 5));
  fleet.onText = () => undefined;
  fleet.assertWhole();
  if (inFlight() > 0) throw new Error(`${inFlight()} messages were lost.`);
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
