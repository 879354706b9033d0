import type { CallId, DeviceId } from "../../ids.ts";
import { type Call, isOver, isTalking, newCall } from "../call.ts";
import type { CallEffect } from "../call-effect.ts";
import type { CallEvent } from "../call-event.ts";
import type { transition } from "../call-machine.ts";
import { settleGlare } from "../glare.ts";
import { heardIn } from "../heard-in.ts";
import type { Clock } from "./clock.suite.ts";
import { judgeEffect, judgeEvent, judgeState, type Kept, newKept } from "./kept.suite.ts";
import type { MediaPlane } from "./media.suite.ts";
import type { Network } from "./network.suite.ts";
import { createUserAgent, deviceOf, type Facts, type UserAgent } from "./user-agent.suite.ts";

export type UserAct =
  | "dial"
  | "accept"
  | "decline"
  | "hang-up"
  | "hold"
  | "resume"
  | "close-window"
  | "break-media"
  | "change-network"
  | "sell-number";

export interface World {
  readonly clock: Clock;
  readonly network: Network;
  readonly media: MediaPlane;
  readonly random: () => number;
  readonly transition: typeof transition;
  /** Whether phones prepare connections while they ring. */
  readonly prepares: boolean;
  /** Devices whose identity does not hold. */
  readonly imposters: readonly string[];
  /** Foreign clients, which prove nothing; callers expect anyone when there are some. */
  readonly foreigners: readonly string[];
  /** Devices that cannot alert. */
  readonly mute: readonly string[];
  /** Whether whoever is dialled is found. */
  readonly resolves: boolean;
  /** The chance that resolver, verifier or media take very long. */
  readonly lag: number;
  /** Nothing gets lost for good, nobody is late or false: then nothing may end by impatience. */
  readonly isFair: boolean;
  readonly problems: string[];
  /** A device alerts now. */
  alerting(phone: Phone, callId: CallId): void;
  /** A call is over now, for the people at this phone. */
  over(phone: Phone, kept: Kept): void;
}

export interface Phone {
  readonly name: string;
  readonly account: string;
  readonly calls: ReadonlyMap<CallId, Kept>;
  act(act: UserAct, peer: string): void;
  setLine(isUp: boolean): void;
  judgeWire(): string[];
}

export function createPhone(world: World, name: string, account: string): Phone {
  const { clock, network, media, random } = world;
  const calls = new Map<CallId, Kept>();
  const queue: { readonly kept: Kept; readonly event: CallEvent }[] = [];
  let isBusy = false;

  const object = (problem: string | undefined): void => {
    if (problem !== undefined) world.problems.push(`${clock.now()} ${name}: ${problem}`);
  };

  const keep = (facts: Facts, direction: Call["direction"]): Kept => {
    const { callId: id, me, peer, context } = facts;
    const expects = world.foreigners.length > 0 ? "anyone" : "account";
    const kept = newKept(
      facts,
      newCall({
        id,
        direction,
        me,
        peer,
        context: { chainId: 1, order: context, origin: "https://app.example" },
        expects,
        line: network.hasLine(name) ? "up" : "down",
      }),
    );
    calls.set(id, kept);
    return kept;
  };

  /** One queue: an event that comes of an effect waits until the effects before it are done. */
  const deliver = (callId: CallId, event: CallEvent): boolean => {
    const kept = calls.get(callId);
    if (!kept) return false;
    const isHeard = (heardIn[event.type] as readonly string[]).includes(kept.call.state.kind);
    queue.push({ kept, event });
    if (isBusy) return isHeard;
    isBusy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) hear(next.kept, next.event);
    isBusy = false;
    return isHeard;
  };

  const hear = (kept: Kept, event: CallEvent): void => {
    const before = kept.call;
    const [after, effects] = world.transition(before, event);
    kept.call = after;
    const asked = effects.map(effect => effect.do).join(", ");
    kept.trace.push(
      `${clock.now()} ${name} ${before.state.kind} -> ${JSON.stringify(event)} -> ${after.state.kind}: ${asked}`,
    );
    // What connects after the change has found its way already.
    if (event.type === "media-connected") kept.networkChanges = 0;
    const isExpected = event.type === "timer-fired" && event.timer === "reach" && world.imposters.length > 0;
    if (world.isFair && after !== before && !isExpected) object(judgeEvent(event));
    for (const effect of effects) perform(kept, effect);
    if (!isOver(before.state) && isOver(after.state)) world.over(phone, kept);
    for (const problem of judgeState(kept, media.openEnds(name, kept.facts.callId))) object(problem);
  };

  const lag = (): number => (random() < world.lag ? random() * 50_000 : 0);

  const perform = (kept: Kept, effect: CallEffect): void => {
    object(judgeEffect(kept, effect));
    const { callId } = kept.facts;
    if (effect.do === "send-reinvite" && !network.hasLine(name)) object("re-INVITE without a line");
    userAgent.perform(kept.facts, effect);
    media.perform({ device: name, callId, tell: event => deliver(callId, event), object }, effect);
    switch (effect.do) {
      case "resolve-target":
        clock.after(20 + random() * 300 + lag(), () =>
          deliver(
            callId,
            world.resolves ? { type: "resolved" } : { type: "resolve-failed", reason: "not-found" },
          ),
        );
        return;
      case "verify":
        verify(kept, effect);
        return;
      case "ask-admission":
        admit(kept);
        return;
      case "start-timer":
        kept.timers.get(effect.timer)?.();
        kept.timers.set(
          effect.timer,
          clock.after(effect.ms, () => {
            kept.timers.delete(effect.timer);
            deliver(callId, { type: "timer-fired", timer: effect.timer });
          }),
        );
        return;
      case "stop-timer":
        kept.timers.get(effect.timer)?.();
        kept.timers.delete(effect.timer);
        return;
      default:
        note(kept, effect);
    }
  };

  /** What is heard and seen of a call. */
  const note = (kept: Kept, effect: CallEffect): void => {
    switch (effect.do) {
      case "start-ringtone":
        kept.tone = "ringtone";
        kept.hasRung = true;
        startRinger(kept);
        return;
      case "start-ringback":
        kept.tone = "ringback";
        return;
      case "stop-ringtone":
      case "stop-ringback":
        kept.tone = "none";
        kept.isAlerting = false;
        return;
      case "open-microphone":
      case "close-microphone":
        kept.isMicrophoneOpen = effect.do === "open-microphone";
        return;
      case "hand-over":
        kept.handedOverTo = effect.to;
        return;
      case "write-log":
        kept.logs += 1;
        return;
      case "notify":
        kept.notices.push(effect.notice);
        return;
      case "make-offer":
        if (effect.restart) kept.restarts += 1;
        return;
      default:
        return;
    }
  };

  const startRinger = (kept: Kept): void => {
    clock.after(5 + random() * (random() < 0.1 ? 1000 : 50), () => {
      if (kept.tone !== "ringtone") return;
      if (world.mute.includes(name)) {
        deliver(kept.facts.callId, { type: "alerting-failed" });
        if (!isOver(kept.call.state)) object("rings where nobody hears it");
        return;
      }
      kept.isAlerting = true;
      deliver(kept.facts.callId, { type: "alerting" });
      world.alerting(phone, kept.facts.callId);
    });
  };

  const verify = (kept: Kept, { of, tag }: Extract<CallEffect, { do: "verify" }>): void => {
    const isOf = (devices: readonly string[]): boolean =>
      devices.some(device => tag.startsWith(`${device}-`));
    clock.after(5 + random() * 80 + lag(), () => {
      const verdict = isOf(world.imposters) ? "failed" : isOf(world.foreigners) ? "waived" : "proven";
      if (verdict !== "failed") kept.proven.add(`${of} ${tag}`);
      const device = deviceOf(tag) as DeviceId;
      if (verdict === "proven") deliver(kept.facts.callId, { type: "identity-proven", of, tag, device });
      else deliver(kept.facts.callId, { type: `identity-${verdict}`, of, tag });
    });
  };

  /** What screens calls: glare first, then one call at a time. */
  const admit = (kept: Kept): void => {
    const { callId } = kept.facts;
    for (const other of calls.values()) {
      const settled = settleGlare(other.call, kept.call);
      if (settled === "incoming-lives") {
        kept.isAccepted = true;
        deliver(other.facts.callId, { type: "glare-lost", winner: callId });
        deliver(callId, { type: "admitted", how: "answer" });
        return;
      }
      if (settled === "outgoing-lives") {
        deliver(callId, { type: "refused", reason: "glare", successor: other.facts.callId });
        return;
      }
    }
    const isBusyLine = [...calls.values()].some(other => other !== kept && isEngaged(other.call));
    if (isBusyLine) deliver(callId, { type: "refused", reason: "busy" });
    else deliver(callId, { type: "admitted", how: world.prepares ? "prepare" : "ring" });
  };

  const userAgent: UserAgent = createUserAgent({
    name,
    clock,
    network,
    random,
    invited: facts => keep(facts, "incoming"),
    deliver,
    object,
  });

  const current = (): Kept | undefined => [...calls.values()].find(({ call }) => isEngaged(call));

  const dial = (peer: string): void => {
    const kept = current();
    if (!kept) {
      const id = `${Math.floor(random() * 2 ** 40).toString(16)}@${name}` as CallId;
      keep({ callId: id, me: account, peer, context: "7" }, "outgoing");
      deliver(id, { type: "dial" });
    } else if (kept.call.direction === "incoming" && kept.facts.peer === peer) {
      // Who dials whom they are being rung by, accepts.
      accept(kept);
    }
  };

  const accept = (kept: Kept): void => {
    const { kind } = kept.call.state;
    const isRinging = kind === "ringing-in" || kind === "early-in";
    if (isRinging) kept.isAccepted = true;
    deliver(kept.facts.callId, { type: "accept" });
    if (isRinging && kept.call.state.kind !== "connecting-in") object("accepted, and nothing happened");
  };

  /** The user wants it to be over, and it is. */
  const finish = (kept: Kept, type: "hang-up" | "window-closed" | "decline"): void => {
    const { direction, state } = kept.call;
    if (
      type === "decline" &&
      (direction === "outgoing" || isTalking(state) || state.kind === "connecting-in")
    )
      return;
    deliver(kept.facts.callId, { type });
    if (!isOver(kept.call.state)) object(`${type}, and the call goes on in ${kept.call.state.kind}`);
  };

  const breakMedia = (kept: Kept): void => {
    const { state } = kept.call;
    const tag = "talk" in state ? state.talk.tag : "tag" in state ? state.tag : kept.call.forks[0]?.tag;
    if (!tag) return;
    kept.isMediaBroken = true;
    deliver(kept.facts.callId, { type: "media-failed", tag, why: "media" });
    const mustEnd = isTalking(state) || state.kind.startsWith("connecting") || state.kind === "early-in";
    if (mustEnd && !isOver(kept.call.state)) object("media failed, and the call goes on");
  };

  const wish = (kept: Kept, type: "hold" | "resume"): void => {
    if (isTalking(kept.call.state)) kept.wantsHold = type === "hold";
    deliver(kept.facts.callId, { type });
  };

  const perhaps = (kept: Kept, act: UserAct): void => {
    switch (act) {
      case "accept":
        accept(kept);
        return;
      case "decline":
      case "hang-up":
        finish(kept, act);
        return;
      case "close-window":
        finish(kept, "window-closed");
        return;
      case "break-media":
        breakMedia(kept);
        return;
      case "hold":
      case "resume":
        wish(kept, act);
        return;
      case "change-network":
        if (isTalking(kept.call.state) && kept.call.state.talk.media === "flowing") kept.networkChanges += 1;
        deliver(kept.facts.callId, { type: "network-changed" });
        return;
      case "sell-number":
        deliver(kept.facts.callId, { type: "refused", reason: "gone" });
        if (kept.tone === "ringtone") object("rings for a number that was sold");
        return;
      case "dial":
        return;
    }
  };

  const phone: Phone = {
    name,
    account,
    calls,
    act(act, peer) {
      const kept = current();
      if (act === "dial") dial(peer);
      else if (kept) perhaps(kept, act);
    },
    setLine(isUp) {
      network.setLine(name, isUp);
      for (const { facts } of [...calls.values()]) {
        deliver(facts.callId, { type: isUp ? "line-restored" : "line-lost" });
      }
    },
    judgeWire: () =>
      userAgent.judge(callId => {
        const state = calls.get(callId)?.call.state;
        return state && isTalking(state) ? state.talk.tag : undefined;
      }),
  };
  return phone;
}

function isEngaged(call: Call): boolean {
  return call.state.kind !== "new" && call.state.kind !== "screening" && !isOver(call.state);
}
