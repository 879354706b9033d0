import type { CallId, DeviceId, DialogTag } from "../ids.ts";
import type { Context } from "../words/context.ts";
import { type Call, type CallState, type Fork, newCall, type StateKind } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { EventOf, EventType } from "./call-event.ts";
import { newTalk, type Talk, toTalkState } from "./talk.ts";

export const tagA = "tag-a" as DialogTag;
export const tagB = "tag-b" as DialogTag;
export const device = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" as DeviceId;
export const winner = "winner@example" as CallId;

const order: Context = { chainId: 1, order: "7", origin: "https://app.example" };

export const outgoingCall = newCall({
  id: "out@example" as CallId,
  direction: "outgoing",
  me: "alice",
  peer: "bob",
  context: order,
  expects: "account",
  line: "up",
});

export const incomingCall = newCall({
  id: "in@example" as CallId,
  direction: "incoming",
  me: "bob",
  peer: "alice",
  context: order,
  expects: "account",
  line: "up",
});

export function fork(tag: DialogTag, learnt: Partial<Fork> = {}): Fork {
  return { tag, rang: "no", early: { at: "none" }, stage: "heard", ...learnt };
}

const rang = fork(tagA, { rang: "proven" });
const prepared = fork(tagA, { rang: "proven", early: { at: "prepared", connected: true } });
const over = { reason: "hung-up-by-me", talked: true } as const;

function out(state: CallState, ...forks: Fork[]): Call {
  return { ...outgoingCall, forks, state };
}

function into(state: CallState): Call {
  return { ...incomingCall, state };
}

export function talkingCall(change: Partial<Talk> = {}, base: Call = outgoingCall): Call {
  const talk: Talk = { ...newTalk(tagA, true), ...change };
  return { ...base, forks: base === outgoingCall ? [rang] : [], state: toTalkState(talk) };
}

const holding = { wantsHold: true, holdByMe: true } as const;
const offered = { negotiation: { at: "offered", hold: true, restart: false }, wantsHold: true } as const;

/** One call for each state, and one more for each step inside it that hears something differently. */
export const samples = {
  new: outgoingCall,
  resolving: out({ kind: "resolving" }),
  inviting: out({ kind: "inviting", provisional: true }),
  "inviting/unheard": out({ kind: "inviting", provisional: false }),
  "inviting/rang-unproven": out(
    { kind: "inviting", provisional: true },
    fork(tagA, { rang: "unproven", early: { at: "unproven", offer: "offer" } }),
  ),
  "inviting/anyone": {
    ...out({ kind: "inviting", provisional: true }, fork(tagA, { rang: "unproven" })),
    expects: "anyone",
  },
  "inviting/disbelieved": out({ kind: "inviting", provisional: true }, fork(tagA, { rang: "refused" })),
  "inviting/making-answer": out(
    { kind: "inviting", provisional: true },
    fork(tagA, { early: { at: "making-answer" } }),
  ),
  "ringing-out": out({ kind: "ringing-out" }, rang),
  "ringing-out/second": out(
    { kind: "ringing-out" },
    rang,
    fork(tagB, { rang: "unproven", early: { at: "unproven", offer: "offer" } }),
  ),
  "ringing-out/making-answer": out({ kind: "ringing-out" }, { ...rang, early: { at: "making-answer" } }),
  "ringing-out/gone": out({ kind: "ringing-out" }, { ...rang, stage: "gone" }),
  "early-out": out({ kind: "early-out" }, prepared),
  "early-out/second": out(
    { kind: "early-out" },
    prepared,
    fork(tagB, { rang: "unproven", early: { at: "unproven", offer: "offer" } }),
  ),
  "early-out/making-answer": out(
    { kind: "early-out" },
    prepared,
    fork(tagB, { early: { at: "making-answer" } }),
  ),
  "connecting-out": out({ kind: "connecting-out", tag: tagA, step: { at: "proving", offer: "offer" } }, rang),
  "connecting-out/prepared": out({ kind: "connecting-out", tag: tagA, step: { at: "proving" } }, prepared),
  "connecting-out/no-offer": out({ kind: "connecting-out", tag: tagA, step: { at: "proving" } }, rang),
  "connecting-out/making-answer": out(
    { kind: "connecting-out", tag: tagA, step: { at: "making-answer" } },
    rang,
  ),
  yielding: out({ kind: "yielding" }),
  screening: into({ kind: "screening", tag: tagA, at: "asking" }),
  "screening/proving": into({ kind: "screening", tag: tagA, at: "proving" }),
  "screening/offer": into({ kind: "screening", tag: tagA, at: "asking", offer: "offer" }),
  "ringing-in": into({ kind: "ringing-in", tag: tagA, alerting: true, early: "none" }),
  "ringing-in/silent": into({ kind: "ringing-in", tag: tagA, alerting: false, early: "none" }),
  "ringing-in/offer": into({
    kind: "ringing-in",
    tag: tagA,
    alerting: true,
    early: "none",
    offer: "offer",
  }),
  "ringing-in/making-offer": into({ kind: "ringing-in", tag: tagA, alerting: true, early: "making-offer" }),
  "ringing-in/offered": into({ kind: "ringing-in", tag: tagA, alerting: true, early: "offered" }),
  "early-in": into({ kind: "early-in", tag: tagA, alerting: true, connected: true }),
  "early-in/silent": into({ kind: "early-in", tag: tagA, alerting: false, connected: false }),
  "connecting-in": into({
    kind: "connecting-in",
    tag: tagA,
    step: { at: "awaiting-ack", expects: "answer", connected: false },
  }),
  "connecting-in/prepared": into({
    kind: "connecting-in",
    tag: tagA,
    step: { at: "awaiting-ack", expects: "nothing", connected: true },
  }),
  "connecting-in/making-offer": into({ kind: "connecting-in", tag: tagA, step: { at: "making-offer" } }),
  "connecting-in/making-answer": into({ kind: "connecting-in", tag: tagA, step: { at: "making-answer" } }),
  "connecting-in/awaiting-prack": into({
    kind: "connecting-in",
    tag: tagA,
    step: { at: "awaiting-prack" },
  }),
  active: talkingCall(),
  "active/incoming": talkingCall({}, incomingCall),
  "active/opening": talkingCall({ media: "opening" }),
  "active/lost": talkingCall({ media: "lost", restart: { at: "later", ms: 8000 } }),
  "active/line-down": { ...talkingCall({ media: "lost" }), line: "down" },
  "active/making-offer": talkingCall({
    wantsHold: true,
    negotiation: { at: "making-offer", hold: true, restart: false },
  }),
  "active/offered": talkingCall(offered),
  "active/offered-incoming": talkingCall(offered, incomingCall),
  "active/restarting": talkingCall({
    media: "lost",
    restarts: 1,
    negotiation: { at: "offered", hold: false, restart: true },
  }),
  "active/waiting": talkingCall({ wantsHold: true, retryMs: 2500 }),
  "active/making-reply": talkingCall({ negotiation: { at: "making-reply", hold: true, reply: "answer" } }),
  "active/making-reply-offer": talkingCall({
    negotiation: { at: "making-reply", hold: true, reply: "offer" },
  }),
  "active/replied": talkingCall({ negotiation: { at: "replied", reply: "answer" } }),
  "active/replied-offer": talkingCall({ negotiation: { at: "replied", reply: "offer" } }),
  held: talkingCall(holding),
  "held/by-them": talkingCall({ holdByThem: true }),
  "held/lost": talkingCall({ ...holding, media: "lost", restart: { at: "later", ms: 8000 } }),
  "held/line-down": { ...talkingCall({ ...holding, media: "lost" }), line: "down" },
  "held/making-offer": talkingCall({
    holdByMe: true,
    negotiation: { at: "making-offer", hold: false, restart: false },
  }),
  "held/offered": talkingCall({
    holdByMe: true,
    negotiation: { at: "offered", hold: false, restart: false },
  }),
  "held/making-reply": talkingCall({
    ...holding,
    negotiation: { at: "making-reply", hold: true, reply: "answer" },
  }),
  "held/replied": talkingCall({
    ...holding,
    holdByThem: true,
    negotiation: { at: "replied", reply: "answer" },
  }),
  ending: out(
    { kind: "ending", ...over, closing: { by: "bye", tag: tagA } },
    { ...rang, stage: "dismissed" },
  ),
  "ending/cancel": out({
    kind: "ending",
    reason: "cancelled",
    talked: false,
    closing: { by: "cancel", sent: true },
  }),
  "ending/cancel-unsent": out({
    kind: "ending",
    reason: "cancelled",
    talked: false,
    closing: { by: "cancel", sent: false },
  }),
  "ending/ack": into({ kind: "ending", ...over, closing: { by: "ack", tag: tagA } }),
  ended: out({ kind: "ended", ...over }, { ...rang, stage: "dismissed" }),
} as const satisfies Record<string, Call>;

export type SampleName = keyof typeof samples;

export const sampleEvents: { readonly [Type in EventType]: EventOf<Type> } = {
  dial: { type: "dial" },
  invited: { type: "invited", tag: tagA },
  resolved: { type: "resolved" },
  "resolve-failed": { type: "resolve-failed", reason: "changed-hands" },
  admitted: { type: "admitted", how: "ring" },
  refused: { type: "refused", reason: "busy" },
  accept: { type: "accept" },
  decline: { type: "decline" },
  "hang-up": { type: "hang-up" },
  "window-closed": { type: "window-closed" },
  hold: { type: "hold" },
  resume: { type: "resume" },
  "glare-lost": { type: "glare-lost", winner },
  "identity-proven": { type: "identity-proven", of: "ringing", tag: tagA, device },
  "identity-waived": { type: "identity-waived", of: "ringing", tag: tagA },
  "identity-failed": { type: "identity-failed", of: "ringing", tag: tagA },
  alerting: { type: "alerting" },
  "alerting-failed": { type: "alerting-failed" },
  provisional: { type: "provisional" },
  "peer-ringing": { type: "peer-ringing", tag: tagB },
  "peer-prepared": { type: "peer-prepared", tag: tagB, offer: "offer" },
  "peer-answered": { type: "peer-answered", tag: tagA, offer: "offer" },
  rejected: { type: "rejected", status: 486, reasons: [] },
  pracked: { type: "pracked", answer: "answer" },
  "prack-missing": { type: "prack-missing" },
  cancelled: { type: "cancelled", reasons: [] },
  acked: { type: "acked", answer: "answer" },
  "ack-missing": { type: "ack-missing" },
  "peer-hung-up": { type: "peer-hung-up", tag: tagA, reasons: [] },
  "bye-answered": { type: "bye-answered", tag: tagA },
  reinvited: { type: "reinvited", tag: tagA, hold: true, offer: "offer", random: 0.5 },
  "reinvite-accepted": { type: "reinvite-accepted", tag: tagA, answer: "answer" },
  "reinvite-rejected": { type: "reinvite-rejected", tag: tagA, status: 491, random: 0.5 },
  "offer-made": { type: "offer-made", offer: "offer" },
  "answer-made": { type: "answer-made", tag: tagA, answer: "answer" },
  "media-connected": { type: "media-connected", tag: tagA },
  "media-lost": { type: "media-lost", tag: tagA },
  "media-failed": { type: "media-failed", tag: tagA, why: "media" },
  "line-lost": { type: "line-lost" },
  "line-restored": { type: "line-restored" },
  "network-changed": { type: "network-changed" },
  "timer-fired": { type: "timer-fired", timer: "glare-retry" },
};

export const stateKinds = [...new Set(Object.values(samples).map(call => call.state.kind))] as StateKind[];
export const eventTypes = Object.keys(sampleEvents) as EventType[];

/** An effect in one short line, as the tables of the tests write it. */
export function brief(effect: CallEffect): string {
  switch (effect.do) {
    case "start-timer":
      return `+${effect.timer}`;
    case "stop-timer":
      return `-${effect.timer}`;
    case "verify":
      return `verify ${effect.of}`;
    case "send-ack":
      return `send-ack ${effect.ack.body}`;
    case "send-refusal":
      return `send-refusal ${effect.refusal.status}`;
    case "refuse-reinvite":
      return `refuse-reinvite ${effect.status}`;
    case "write-log":
      return `write-log ${effect.reason}`;
    case "send-bye":
    case "send-cancel":
      return effect.reason ? `${effect.do} ${effect.reason}` : effect.do;
    case "make-offer":
    case "make-answer":
      return [effect.do, effect.hold && "hold", "restart" in effect && effect.restart && "restart"]
        .filter(Boolean)
        .join(" ");
    default:
      return effect.do;
  }
}
