import type { DialogTag } from "../ids.ts";
import { type Call, type CallState, isOver, type Outcome } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import { type CallTimer, callTimes } from "./call-timers.ts";
import { hasMedia, rings } from "./forks.ts";
import type { Talk } from "./talk.ts";

type Tone = "ringtone" | "ringback" | "none";
type Timer = readonly [name: CallTimer, ms: number];

/** Something that runs outside for as long as a call is in its state. */
interface Running {
  readonly key: string;
  /** Connections have none: the offer or answer that they make is asked for by name. */
  readonly start?: CallEffect;
  readonly stop: CallEffect;
}

interface Changeover {
  /** Silence first: stops stand before what is sent. */
  readonly stops: readonly CallEffect[];
  readonly starts: readonly CallEffect[];
}

/**
 * What runs is a function of the state, so that no path between two states can forget a tone, a microphone, a
 * connection or a timer. This compares what runs before and after.
 */
export function changeOver(before: Call, after: Call): Changeover {
  const was = runningIn(before);
  const is = runningIn(after);
  const stops = was.filter(({ key }) => !is.some(each => each.key === key)).map(({ stop }) => stop);
  const starts = is
    .filter(({ key }) => !was.some(each => each.key === key))
    .flatMap(({ start }) => (start ? [start] : []));
  return { stops, starts: [...starts, ...record(before, after)] };
}

function runningIn(call: Call): readonly Running[] {
  const tone = toneOf(call);
  return [
    ...(isMicrophoneOpen(call.state) ? [microphone] : []),
    ...(tone === "none" ? [] : [{ key: tone, start: starting(tone), stop: stopping(tone) }]),
    ...mediaOf(call).map((tag): Running => ({ key: `media ${tag}`, stop: { do: "close-media", tag } })),
    ...timersOf(call.state).map(
      ([timer, ms]): Running => ({
        key: `timer ${timer} ${ms}`,
        start: { do: "start-timer", timer, ms },
        stop: { do: "stop-timer", timer },
      }),
    ),
  ];
}

const microphone: Running = {
  key: "microphone",
  start: { do: "open-microphone" },
  stop: { do: "close-microphone" },
};

function starting(tone: "ringtone" | "ringback"): CallEffect {
  return tone === "ringtone" ? { do: "start-ringtone" } : { do: "start-ringback" };
}

function stopping(tone: "ringtone" | "ringback"): CallEffect {
  return tone === "ringtone" ? { do: "stop-ringtone" } : { do: "stop-ringback" };
}

function toneOf(call: Call): Tone {
  switch (call.state.kind) {
    case "ringing-in":
    case "early-in":
      return "ringtone";
    case "ringing-out":
    case "early-out":
      return rings(call) ? "ringback" : "none";
    case "new":
    case "resolving":
    case "inviting":
    case "connecting-out":
    case "yielding":
    case "screening":
    case "connecting-in":
    case "active":
    case "held":
    case "ending":
    case "ended":
      return "none";
  }
}

/** Open from acceptance on; for the caller from the moment in which the answer of the callee is proven. */
function isMicrophoneOpen(state: CallState): boolean {
  switch (state.kind) {
    case "connecting-in":
    case "active":
      return true;
    case "connecting-out":
      return state.step.at === "making-answer";
    case "new":
    case "resolving":
    case "inviting":
    case "ringing-out":
    case "early-out":
    case "yielding":
    case "screening":
    case "ringing-in":
    case "early-in":
    case "held":
    case "ending":
    case "ended":
      return false;
  }
}

function mediaOf({ state, forks }: Call): readonly DialogTag[] {
  const prepared = forks.filter(hasMedia).map(({ tag }) => tag);
  switch (state.kind) {
    case "inviting":
    case "ringing-out":
    case "early-out":
      return prepared;
    case "connecting-out":
      return state.step.at === "making-answer" ? [state.tag] : prepared.filter(tag => tag === state.tag);
    case "ringing-in":
      return state.early === "none" ? [] : [state.tag];
    case "early-in":
    case "connecting-in":
      return [state.tag];
    case "active":
    case "held":
      return [state.talk.tag];
    case "new":
    case "resolving":
    case "yielding":
    case "screening":
    case "ending":
    case "ended":
      return [];
  }
}

function timersOf(state: CallState): readonly Timer[] {
  switch (state.kind) {
    case "resolving":
      return [timer("resolve")];
    case "inviting":
      return [timer("reach")];
    case "ringing-out":
    case "early-out":
      return [timer("no-answer")];
    case "connecting-out":
    case "connecting-in":
      return [timer("setup")];
    case "yielding":
      return [timer("yield")];
    case "screening":
      return [timer("screen")];
    case "ringing-in":
    case "early-in":
      return [timer("ring")];
    case "active":
    case "held":
      return talkTimers(state.talk);
    case "ending":
      return [timer(state.closing.by)];
    case "new":
    case "ended":
      return [];
  }
}

function talkTimers(talk: Talk): readonly Timer[] {
  const timers: Timer[] = [];
  if (talk.media === "opening") timers.push(timer("first-media"));
  if (talk.media === "lost") timers.push(timer("lost-media"));
  if (talk.restart.at === "later") timers.push(["restart", talk.restart.ms]);
  if (talk.retryMs !== undefined) timers.push(["glare-retry", talk.retryMs]);
  const negotiating = negotiationTime(talk);
  if (negotiating !== undefined) timers.push(["renegotiate", negotiating]);
  return timers;
}

function negotiationTime({ negotiation }: Talk): number | undefined {
  switch (negotiation.at) {
    case "idle":
      return undefined;
    case "making-offer":
    case "making-reply":
      return callTimes.renegotiateMedia;
    case "offered":
    case "replied":
      return callTimes.renegotiateWire;
  }
}

function timer(name: CallTimer & keyof typeof callTimes): Timer {
  return [name, callTimes[name]];
}

/** One log entry when the call is over for people; none where another call goes on for it. */
function record(before: Call, after: Call): readonly CallEffect[] {
  if (isOver(before.state) || !isOver(after.state) || isMerged(after, after.state)) return [];
  const { reason, talked } = after.state;
  const log: CallEffect = { do: "write-log", reason, talked };
  const missed = ["cancelled", "no-answer", "offline", "busy"].includes(reason);
  return after.direction === "incoming" && missed ? [log, { do: "notify", notice: "missed-call" }] : [log];
}

/** Of two crossing calls this is the one that did not live; who receives it may not even have heard of it. */
function isMerged({ direction }: Call, { reason, successor }: Outcome): boolean {
  return successor !== undefined || (direction === "incoming" && reason === "glare");
}
