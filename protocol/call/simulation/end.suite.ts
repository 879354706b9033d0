import { isOver, isTalking } from "../call.ts";
import type { EndReason } from "../end-reason.ts";
import type { Talk } from "../talk.ts";
import type { Kept } from "./kept.suite.ts";
import type { Phone, World } from "./phone.suite.ts";
import { deviceOf } from "./user-agent.suite.ts";

interface Place {
  readonly phones: readonly Phone[];
  readonly phone: Phone;
  readonly kept: Kept;
}

/** The network is healed and enough time has passed: each call is ended at both sides, or talks at both alike. */
export function judgeEnd(world: World, phones: readonly Phone[]): string[] {
  const problems: string[] = [];
  for (const phone of phones) {
    const talks = [...phone.calls.values()].filter(({ call }) => isTalking(call.state));
    if (talks.length > 1) problems.push(`${phone.name} talks in ${talks.length} calls`);
    problems.push(...phone.judgeWire().map(problem => `${phone.name} ${problem}`));
    for (const kept of phone.calls.values()) {
      const problem = judgeCall(world, { phones, phone, kept });
      if (problem) problems.push(`${phone.name} ${kept.facts.callId}: ${problem}`);
    }
  }
  return problems;
}

function judgeCall(world: World, place: Place): string | undefined {
  const { phones, phone, kept } = place;
  const { state } = kept.call;
  if (state.kind === "ended") return world.isFair ? judgeReasons(world, place) : undefined;
  if (!isTalking(state)) return `stuck in ${state.kind}`;
  const peer = phones.find(({ name }) => name === deviceOf(state.talk.tag));
  const theirs = peer?.calls.get(kept.facts.callId)?.call.state;
  if (!theirs || !isTalking(theirs)) return `talks while the other side is ${theirs?.kind ?? "not there"}`;
  if (deviceOf(theirs.talk.tag) !== phone.name) return "talks with somebody who talks with another";
  if (kept.timers.size > 0) return `timers left: ${[...kept.timers.keys()].join(", ")}`;
  if (!world.media.isFlowing(phone.name, kept.facts.callId)) return "talks without media";
  if (state.talk.wantsHold !== kept.wantsHold) return "the user's last wish was forgotten";
  if (kept.networkChanges > 0 && kept.restarts === 0) return "the network changed, and nothing was restarted";
  return judgeTalk(state.talk, theirs.talk);
}

function judgeTalk(mine: Talk, theirs: Talk): string | undefined {
  if (mine.holdByMe !== theirs.holdByThem || mine.holdByThem !== theirs.holdByMe) return "holds disagree";
  if (mine.wantsHold !== mine.holdByMe) return "the user's wish was not carried out";
  if (mine.negotiation.at !== "idle") return `negotiation stuck in ${mine.negotiation.at}`;
  return mine.media === "flowing" ? undefined : `believes that media is ${mine.media}`;
}

/** In fair weather both sides tell the same story. */
function judgeReasons(world: World, { phones, kept }: Place): string | undefined {
  const { call, facts } = kept;
  if (call.direction === "incoming" || !isOver(call.state)) return undefined;
  const { reason, talked } = call.state;
  if (!world.resolves && !["not-found", "cancelled", "glare"].includes(reason)) return `${reason} of nobody`;
  const allFalse = world.imposters.length === 2 && world.mute.length === 0;
  if (allFalse && (reason === "offline" || reason === "media-failed"))
    return `${reason}, where identity failed`;
  const theirs = phones
    .flatMap(phone => [...phone.calls.values()])
    .filter(other => other !== kept && other.facts.callId === facts.callId)
    .flatMap(({ call: { state } }) => (isOver(state) ? [state] : []));
  const said = theirs.map(state => state.reason);
  if (talked) {
    return said.some(other => isSameStory(reason, other))
      ? undefined
      : `${reason}, but they say ${said.join(", ")}`;
  }
  const comesFromThem: readonly EndReason[] = [
    "declined",
    "busy",
    "gone",
    "media-failed",
    "no-answer",
    "offline",
  ];
  if (!comesFromThem.includes(reason) || said.some(other => isSameStory(reason, other))) return undefined;
  // The caller's own patience ends by no-answer too; the callees then hear a CANCEL.
  if (reason === "no-answer" && said.includes("cancelled")) return undefined;
  return `${reason}, but they say ${said.join(", ")}`;
}

/** Both may hang up at once; then each says that it did. */
function isSameStory(mine: EndReason, theirs: EndReason): boolean {
  if (mine === "hung-up-by-them") return theirs === "hung-up-by-me";
  if (theirs === "hung-up-by-them") return mine === "hung-up-by-me";
  return mine === theirs || mine === "hung-up-by-me" || theirs === "hung-up-by-me";
}
