import type { CallId } from "../../ids.ts";
import { type Call, isOver, isTalking, type Outcome } from "../call.ts";
import type { CallEffect } from "../call-effect.ts";
import type { CallEvent } from "../call-event.ts";
import type { EndReason } from "../end-reason.ts";
import type { Facts } from "./user-agent.suite.ts";

/** A call as one phone keeps it, with all that its effects have started. */
export interface Kept {
  readonly facts: Facts;
  call: Call;
  tone: "ringtone" | "ringback" | "none";
  isAlerting: boolean;
  hasRung: boolean;
  isMicrophoneOpen: boolean;
  readonly timers: Map<string, () => void>;
  /** `of tag` of every message whose identity was proven, or waived where anyone may talk. */
  readonly proven: Set<string>;
  isAccepted: boolean;
  isMediaBroken: boolean;
  logs: number;
  notices: string[];
  handedOverTo: CallId | undefined;
  /** What the user last asked for while talking. */
  wantsHold: boolean;
  /** Changes of the network while talking, and restarts that were begun. */
  networkChanges: number;
  restarts: number;
  readonly trace: string[];
}

export function newKept(facts: Facts, call: Call): Kept {
  return {
    facts,
    call,
    tone: "none",
    isAlerting: false,
    hasRung: false,
    isMicrophoneOpen: false,
    timers: new Map(),
    proven: new Set(),
    isAccepted: false,
    isMediaBroken: false,
    logs: 0,
    notices: [],
    handedOverTo: undefined,
    wantsHold: false,
    networkChanges: 0,
    restarts: 0,
    trace: [],
  };
}

/** What must hold when an effect is asked for. `call` is the state that it leads to. */
export function judgeEffect(kept: Kept, effect: CallEffect): string | undefined {
  switch (effect.do) {
    case "start-ringtone":
    case "start-ringback":
    case "stop-ringtone":
    case "stop-ringback":
      return judgeTone(kept, effect.do);
    case "send-ringing":
      return kept.isAlerting ? undefined : "180 while nothing alerts";
    case "open-microphone":
      return judgeMicrophone(kept);
    case "make-answer": {
      const isFree = kept.call.direction === "incoming";
      return isFree || kept.proven.has(`early ${effect.tag}`) || kept.proven.has(`answer ${effect.tag}`)
        ? undefined
        : "answers the offer of an unproven device";
    }
    case "send-ok":
      return kept.isAccepted ? undefined : "200 without acceptance";
    case "write-log":
      return kept.logs === 0 ? undefined : "a second log entry";
    default:
      return undefined;
  }
}

function judgeTone(kept: Kept, asked: `${"start" | "stop"}-${"ringtone" | "ringback"}`): string | undefined {
  if (asked.startsWith("stop"))
    return asked === `stop-${kept.tone}` ? undefined : `${asked} while ${kept.tone} runs`;
  if (kept.tone !== "none") return `${asked} while ${kept.tone} runs`;
  const carrier = asked === "start-ringtone" ? "invite" : "ringing";
  return isProven(kept, carrier) ? undefined : `${asked} for somebody who is not proven`;
}

function judgeMicrophone(kept: Kept): string | undefined {
  if (kept.isMicrophoneOpen) return "opens the microphone twice";
  if (kept.call.direction === "outgoing") {
    return isProven(kept, "answer") ? undefined : "microphone for an unproven callee";
  }
  return kept.isAccepted ? undefined : "microphone without acceptance";
}

function isProven({ proven }: Kept, carrier: string): boolean {
  return [...proven].some(each => each.startsWith(`${carrier} `));
}

/** Timers that stand behind the wire and the machine itself: in fair weather none of them runs out. */
const PATIENCE = new Set([
  "resolve",
  "reach",
  "screen",
  "setup",
  "first-media",
  "lost-media",
  "renegotiate",
  "cancel",
  "ack",
  "bye",
]);

/** What must not be heard while the network is fair and everybody does their part in time. */
export function judgeEvent(event: CallEvent): string | undefined {
  switch (event.type) {
    case "timer-fired":
      return PATIENCE.has(event.timer) ? `timer ${event.timer} ran out in fair weather` : undefined;
    case "ack-missing":
    case "prack-missing":
      return `${event.type} in fair weather`;
    case "rejected":
    case "reinvite-rejected":
      return event.status === 408 ? `${event.type} by a timeout in fair weather` : undefined;
    default:
      return undefined;
  }
}

/** What must hold after every event. */
export function judgeState(kept: Kept, openEnds: number): string[] {
  const { state } = kept.call;
  const problems = isOver(state) ? judgeOver(kept, state, openEnds) : [];
  if (!isOver(state) && kept.logs > 0) problems.push(`log entry of a call that is ${state.kind}`);
  if (state.kind === "ended" && kept.timers.size > 0) {
    problems.push(`timers in an ended call: ${[...kept.timers.keys()].join(", ")}`);
  }
  if (isTalking(state) && kept.isMicrophoneOpen !== (state.kind === "active")) {
    problems.push(`microphone ${kept.isMicrophoneOpen ? "open" : "closed"} while ${state.kind}`);
  }
  const waits = state.kind !== "new" && state.kind !== "ended" && !isTalking(state);
  if (waits && kept.timers.size === 0) problems.push(`${state.kind} has no bound`);
  return problems;
}

function judgeOver(kept: Kept, { reason, successor }: Outcome, openEnds: number): string[] {
  const problems: string[] = [];
  const { direction } = kept.call;
  if (kept.tone !== "none") problems.push(`${kept.tone} runs in a call that is over`);
  if (kept.isMicrophoneOpen) problems.push("microphone open in a call that is over");
  if (openEnds > 0) problems.push("media open in a call that is over");
  const isMerged = successor !== undefined || (direction === "incoming" && reason === "glare");
  if (kept.logs !== (isMerged ? 0 : 1)) problems.push(`${kept.logs} log entries of a call that is over`);
  if (direction === "outgoing" && kept.handedOverTo !== successor)
    problems.push("not handed over to its successor");
  if (isMissed(kept.call, reason) !== kept.notices.includes("missed-call")) {
    problems.push(`notices ${kept.notices.join(", ") || "none"} of a call that ended by ${reason}`);
  }
  return problems;
}

function isMissed({ direction }: Call, reason: EndReason): boolean {
  return direction === "incoming" && ["cancelled", "no-answer", "offline", "busy"].includes(reason);
}
