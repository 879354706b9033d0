import { type Call, isTalking, type StateKind } from "../call.ts";
import type { CallEffect } from "../call-effect.ts";
import type { CallEvent, EventType } from "../call-event.ts";
import { transition } from "../call-machine.ts";
import { type Talk, toTalkState } from "../talk.ts";

export type Machine = typeof transition;
type When = (call: Call, event: CallEvent) => boolean;

const always: When = () => true;

/** A machine that never asks for an effect. */
function without(name: CallEffect["do"]): Machine {
  return (call, event) => {
    const [next, effects] = transition(call, event);
    return [next, effects.filter(effect => effect.do !== name)];
  };
}

/** A machine that does not listen to an event in some states. */
export function deafTo(type: EventType, kinds: readonly StateKind[], when: When = always): Machine {
  return (call, event) =>
    event.type === type && kinds.includes(call.state.kind) && when(call, event)
      ? [call, []]
      : transition(call, event);
}

/** A machine that asks for one effect too many when it hears an event. */
function overeager(type: EventType, effect: (event: CallEvent) => CallEffect, when: When = always): Machine {
  return (call, event) => {
    const [next, effects] = transition(call, event);
    return event.type === type && when(call, event) && next !== call
      ? [next, [...effects, effect(event)]]
      : [next, effects];
  };
}

/** A machine that keeps something wrong about the talk. */
function misremembering(change: (talk: Talk) => Partial<Talk>): Machine {
  return (call, event) => {
    const [next, effects] = transition(call, event);
    if (!isTalking(next.state)) return [next, effects];
    const { talk } = next.state;
    return [{ ...next, state: toTalkState({ ...talk, ...change(talk) }) }, effects];
  };
}

function tagIn(event: CallEvent): Extract<CallEvent, { type: "peer-answered" }>["tag"] {
  if (!("tag" in event)) throw new Error(`${event.type} has no tag`);
  return event.tag;
}

/** What somebody could get wrong in the machine. The simulation has to notice each. */
export const plantedBugs: readonly (readonly [name: string, machine: Machine])[] = [
  ["the ringtone is never stopped", without("stop-ringtone")],
  ["the ringback is never stopped", without("stop-ringback")],
  ["the microphone is never closed", without("close-microphone")],
  ["media is never closed", without("close-media")],
  ["timers are never stopped", without("stop-timer")],
  ["timers are never started", without("start-timer")],
  ["no log entry", without("write-log")],
  [
    "a second log entry",
    overeager(
      "bye-answered",
      () => ({ do: "write-log", reason: "failed", talked: true }),
      call => call.state.kind === "ending",
    ),
  ],
  ["no notice of a missed call", without("notify")],
  ["glare hands nothing over", without("hand-over")],
  ["the loser of glare is not told", deafTo("glare-lost", ["resolving", "inviting", "ringing-out"])],
  ["rings for a caller before the proof", overeager("invited", () => ({ do: "start-ringtone" }))],
  ["180 before anything alerts", overeager("admitted", () => ({ do: "send-ringing" }))],
  ["180 is never sent", without("send-ringing")],
  ["the microphone opens before the proof", overeager("peer-answered", () => ({ do: "open-microphone" }))],
  [
    "an unproven device is answered",
    overeager("peer-answered", event => ({
      do: "make-answer",
      tag: tagIn(event),
      offer: "offer 0",
      hold: false,
    })),
  ],
  [
    "CANCEL before a 1xx",
    overeager(
      "hang-up",
      () => ({ do: "send-cancel" }),
      ({ state }) => state.kind === "inviting" && !state.provisional,
    ),
  ],
  ["CANCEL is not heard", deafTo("cancelled", ["ringing-in", "early-in"])],
  ["a 200 that crosses the CANCEL is not heard", deafTo("peer-answered", ["ending", "ended"])],
  ["a second device that answers is not dismissed", deafTo("peer-answered", ["active", "held"])],
  [
    "BYE of a callee before the ACK",
    overeager(
      "hang-up",
      () => ({ do: "send-bye", tag: "alice-1" as ReturnType<typeof tagIn> }),
      ({ state }) => state.kind === "connecting-in" && state.step.at === "awaiting-ack",
    ),
  ],
  ["BYE is not answered", without("answer-bye")],
  ["BYE is not sent", without("send-bye")],
  ["a re-INVITE in an ended call is not refused", deafTo("reinvited", ["ending", "ended"])],
  ["491 is not heard", deafTo("reinvite-rejected", ["active", "held"])],
  ["a refused offer is not dropped", without("drop-offer")],
  ["their hold is not noted", misremembering(() => ({ holdByThem: false }))],
  [
    "the last wish is forgotten while the wire is busy",
    deafTo(
      "resume",
      ["active", "held"],
      ({ state }) => isTalking(state) && state.talk.negotiation.at !== "idle",
    ),
  ],
  ["lost media is not restarted", misremembering(() => ({ restart: { at: "none" } }))],
  ["a change of the network restarts nothing", deafTo("network-changed", ["active", "held"])],
  ["a false answer is believed", mistakeIdentity()],
  ["PRACK is not heard", deafTo("pracked", ["ringing-in", "connecting-in"])],
  [
    "200 before the PRACK",
    overeager(
      "accept",
      () => ({ do: "send-ok" }),
      ({ state }) => state.kind === "ringing-in" && state.early === "offered",
    ),
  ],
];

function mistakeIdentity(): Machine {
  return (call, event) =>
    event.type === "identity-failed"
      ? transition(call, {
          ...event,
          type: "identity-proven",
          device: "nobody" as NonNullable<Call["peerDevice"]>,
        })
      : transition(call, event);
}
