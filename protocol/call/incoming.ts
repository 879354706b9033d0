import type { DialogTag } from "../ids.ts";
import type { ByteText } from "../sip/message.ts";
import type { Call, ConnectingIn, EarlyIn, Ending, New, RingingIn, Screening } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { EventOf } from "./call-event.ts";
import { given, hangUp, refuse } from "./closing.ts";
import { type EndReason, fromBye, fromCancel } from "./end-reason.ts";
import { deviceIn, failureOf, verdictOn } from "./outgoing.ts";
import { type CallStep, lineNoted, type ReactionsOf, stay } from "./reactions.ts";
import { newTalk, toTalkState } from "./talk.ts";

type Waiting = Call<Screening | RingingIn | EarlyIn>;
type Alerting = Call<RingingIn | EarlyIn>;
type Connecting = Call<ConnectingIn>;
type Step = ConnectingIn["step"];

// Between two of these a second 183 or 200 may not be sent; the peer is asked to come back (RFC 3261 §14.2).
const MAX_RETRY_AFTER = 10;

const declined = (call: Waiting): CallStep => refuse(call, "declined");

const unanswered = {
  ...lineNoted,
  refused: (call: Waiting, { reason, successor }: EventOf<"refused">): CallStep =>
    refuse(call, reason, successor),
  decline: declined,
  "hang-up": declined,
  "window-closed": declined,
  cancelled: (call: Waiting, { reasons }: EventOf<"cancelled">): CallStep =>
    refuse(call, fromCancel(reasons)),
  "peer-hung-up": giveUp,
} as const;

const ringing = {
  ...unanswered,
  alerting: (call: Alerting): CallStep =>
    call.state.alerting
      ? stay(call)
      : [{ ...call, state: { ...call.state, alerting: true } }, [{ do: "send-ringing" }]],
  "alerting-failed": (call: Alerting): CallStep => refuse(call, "offline"),
  "timer-fired": (call: Alerting, { timer }: EventOf<"timer-fired">): CallStep =>
    timer === "ring" ? refuse(call, "no-answer") : stay(call),
} as const;

/** What an incoming call does until it talks. */
export const incoming: ReactionsOf<"screening" | "ringing-in" | "early-in" | "connecting-in"> = {
  screening: {
    ...unanswered,
    "identity-proven": believe,
    "identity-waived": believe,
    "identity-failed": believe,
    admitted: admit,
    "timer-fired": (call, { timer }) => {
      if (timer !== "screen") return stay(call);
      return refuse(call, call.state.at === "proving" ? "identity-failed" : "offline");
    },
  },
  "ringing-in": {
    ...ringing,
    accept: call => {
      if (call.state.early === "none") return connect(call);
      // The offer of the 183 serves the 200 where it comes too late for the 183.
      return toStep(call, call.state.early === "offered" ? { at: "awaiting-prack" } : { at: "making-offer" });
    },
    "offer-made": (call, { offer }) => {
      if (call.state.early !== "making-offer") return stay(call);
      return [{ ...call, state: { ...call.state, early: "offered" } }, [{ do: "send-prepared", offer }]];
    },
    pracked: (call, { answer }) => {
      const { tag, alerting, early } = call.state;
      if (early !== "offered") return stay(call);
      const state: EarlyIn = { kind: "early-in", tag, alerting, connected: false };
      return [{ ...call, state }, [{ do: "take-answer", tag, answer }]];
    },
    "prack-missing": call => (call.state.early === "offered" ? refuse(call, "network-lost") : stay(call)),
    "media-failed": (call, { tag, why }) => {
      if (tag !== call.state.tag || call.state.early === "none") return stay(call);
      // Nothing was promised yet: ring on, and make the offer when the user accepts.
      if (call.state.early === "making-offer") {
        return [{ ...call, state: { ...call.state, early: "none" } }, []];
      }
      return refuse(call, failureOf(why));
    },
  },
  "early-in": {
    ...ringing,
    accept: call => sendOk(call, { expects: "nothing", connected: call.state.connected }),
    "media-connected": (call, { tag }) => notePath(call, tag, true),
    "media-lost": (call, { tag }) => notePath(call, tag, false),
    "media-failed": (call, { tag, why }) =>
      tag === call.state.tag ? refuse(call, failureOf(why)) : stay(call),
  },
  "connecting-in": {
    ...lineNoted,
    "offer-made": (call, { offer }) => {
      if (call.state.step.at !== "making-offer") return stay(call);
      return sendOk(call, { expects: "answer", connected: false }, offer);
    },
    "answer-made": (call, { tag, answer }) => {
      if (tag !== call.state.tag || call.state.step.at !== "making-answer") return stay(call);
      return sendOk(call, { expects: "nothing", connected: false }, answer);
    },
    pracked: (call, { answer }) => {
      const { tag, step } = call.state;
      if (step.at !== "awaiting-prack") return stay(call);
      const [next, effects] = sendOk(call, { expects: "nothing", connected: false });
      return [next, [{ do: "take-answer", tag, answer }, ...effects]];
    },
    "prack-missing": call =>
      call.state.step.at === "awaiting-prack" ? refuse(call, "network-lost") : stay(call),
    acked: talk,
    "ack-missing": call =>
      call.state.step.at === "awaiting-ack"
        ? hangUp(call, call.state.tag, { reason: "network-lost", talked: false })
        : stay(call),
    cancelled: (call, { reasons }) =>
      call.state.step.at === "awaiting-ack" ? stay(call) : refuse(call, fromCancel(reasons)),
    "peer-hung-up": giveUp,
    reinvited: (call, { tag, random }) => {
      const retryAfter = Math.floor(random * (MAX_RETRY_AFTER + 1));
      return tag === call.state.tag
        ? [call, [{ do: "refuse-reinvite", tag, status: 500, retryAfter }]]
        : stay(call);
    },
    "media-connected": (call, { tag }) => notePath(call, tag, true),
    "media-lost": (call, { tag }) => notePath(call, tag, false),
    "media-failed": (call, { tag, why }) =>
      tag === call.state.tag ? backOut(call, failureOf(why), failureOf(why)) : stay(call),
    "hang-up": call => backOut(call, "declined", "hung-up-by-me"),
    "window-closed": call => backOut(call, "declined", "hung-up-by-me"),
    "timer-fired": (call, { timer }) =>
      timer === "setup" ? backOut(call, "media-failed", "network-lost") : stay(call),
  },
};

/** An INVITE came. */
export function invite(call: Call<New>, { tag, offer }: EventOf<"invited">): CallStep {
  const state: Screening = { kind: "screening", tag, ...given({ offer }), at: "proving" };
  return [{ ...call, state }, [{ do: "verify", of: "invite", tag }]];
}

function believe(
  call: Call<Screening>,
  event: EventOf<"identity-proven" | "identity-waived" | "identity-failed">,
): CallStep {
  if (event.of !== "invite" || event.tag !== call.state.tag || call.state.at !== "proving") return stay(call);
  const verdict = verdictOn(call, event);
  if (verdict === "failed") return refuse(call, "identity-failed");
  const proven = { ...call, proof: verdict, ...deviceIn(event) };
  return [{ ...proven, state: { ...call.state, at: "asking" } }, [{ do: "ask-admission" }]];
}

function admit(call: Call<Screening>, { how }: EventOf<"admitted">): CallStep {
  const { at, tag, offer } = call.state;
  if (at !== "asking") return stay(call);
  if (how === "answer") return connect(call);
  // Who offers in the INVITE cannot be offered anything in a 183.
  const prepares = how === "prepare" && offer === undefined;
  const state: RingingIn = {
    kind: "ringing-in",
    tag,
    ...given({ offer }),
    alerting: false,
    early: prepares ? "making-offer" : "none",
  };
  return [{ ...call, state }, prepares ? [makeOffer(tag)] : []];
}

function connect(call: Call<Screening | RingingIn>): CallStep {
  const { tag, offer } = call.state;
  if (offer === undefined) return toStep(call, { at: "making-offer" }, makeOffer(tag));
  return toStep(call, { at: "making-answer" }, { do: "make-answer", tag, offer, hold: false });
}

function makeOffer(tag: DialogTag): CallEffect {
  return { do: "make-offer", tag, hold: false, restart: false };
}

function toStep(
  call: Call<Screening | Alerting["state"] | ConnectingIn>,
  step: Step,
  effect?: CallEffect,
): CallStep {
  const state: ConnectingIn = { kind: "connecting-in", tag: call.state.tag, step };
  return [{ ...call, state }, effect ? [effect] : []];
}

function sendOk(
  call: Call<EarlyIn | ConnectingIn>,
  { expects, connected }: Omit<Extract<Step, { at: "awaiting-ack" }>, "at">,
  body?: ByteText,
): CallStep {
  return toStep(call, { at: "awaiting-ack", expects, connected }, { do: "send-ok", ...given({ body }) });
}

function talk(call: Connecting, { answer }: EventOf<"acked">): CallStep {
  const { tag, step } = call.state;
  if (step.at !== "awaiting-ack") return stay(call);
  if (step.expects === "answer" && answer === undefined) {
    return hangUp(call, tag, { reason: "media-failed", talked: false });
  }
  const next: Call = { ...call, state: toTalkState(newTalk(tag, step.connected)) };
  if (step.expects === "nothing" || answer === undefined) return [next, []];
  return [next, [{ do: "take-answer", tag, answer }]];
}

function notePath(call: Call<EarlyIn | ConnectingIn>, tag: DialogTag, connected: boolean): CallStep {
  const { state } = call;
  if (tag !== state.tag) return stay(call);
  if (state.kind === "early-in") return [{ ...call, state: { ...state, connected } }, []];
  if (state.step.at !== "awaiting-ack") return stay(call);
  return [{ ...call, state: { ...state, step: { ...state.step, connected } } }, []];
}

/** Refuses while the 200 is not out; afterwards a BYE must wait for the ACK (RFC 3261 §15). */
function backOut(call: Connecting, unsent: EndReason, sent: EndReason): CallStep {
  const { tag, step } = call.state;
  if (step.at !== "awaiting-ack") return refuse(call, unsent);
  const state: Ending = { kind: "ending", reason: sent, talked: false, closing: { by: "ack", tag } };
  return [{ ...call, state }, []];
}

/** A BYE in an early dialog: the INVITE still needs its final response (RFC 3261 §15.1.2). */
function giveUp(
  call: Call<Waiting["state"] | ConnectingIn>,
  { tag, reasons }: EventOf<"peer-hung-up">,
): CallStep {
  const answered: CallEffect = { do: "answer-bye", tag };
  const { state } = call;
  if (tag !== state.tag) return [call, [answered]];
  if (state.kind === "connecting-in" && state.step.at === "awaiting-ack") {
    const ended = { kind: "ended", reason: fromBye(reasons), talked: false } as const;
    return [{ ...call, state: ended }, [answered]];
  }
  const [refused, effects] = refuse(call, "cancelled");
  return [refused, [answered, ...effects]];
}
