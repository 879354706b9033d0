import type { DialogTag } from "../ids.ts";
import type {
  Call,
  ConnectingOut,
  EarlyOut,
  Fork,
  Inviting,
  New,
  Resolving,
  RingingOut,
  Yielding,
} from "./call.ts";
import type { Ack, CallEffect } from "./call-effect.ts";
import type { EventOf, MediaFailure } from "./call-event.ts";
import { cancel, dismiss, end, given, hangUp } from "./closing.ts";
import { type EndReason, fromBye, fromResponse } from "./end-reason.ts";
import { forkOf, hasMedia, isOnlyDisbelieved, rings, withFork, withoutFork } from "./forks.ts";
import { type CallStep, lineNoted, type ReactionsOf, stay } from "./reactions.ts";
import { newTalk, toTalkState } from "./talk.ts";

type Calling = Call<Inviting | RingingOut | EarlyOut>;
type Connecting = Call<ConnectingOut>;
type Identity = EventOf<"identity-proven" | "identity-waived" | "identity-failed">;

const cancelledByUser = (call: Calling): CallStep => cancel(call, "cancelled");

const calling = {
  ...lineNoted,
  "hang-up": cancelledByUser,
  "window-closed": cancelledByUser,
  "glare-lost": (call: Calling, { winner }: EventOf<"glare-lost">): CallStep => {
    const [next, effects] = cancel(call, "glare", winner);
    return [next, [{ do: "hand-over", to: winner }, ...effects]];
  },
  "identity-proven": believe,
  "identity-waived": believe,
  "identity-failed": believe,
  "peer-ringing": hearRinging,
  "peer-prepared": hearPrepared,
  "peer-answered": hearAnswer,
  "peer-hung-up": (call: Calling, { tag }: EventOf<"peer-hung-up">): CallStep => [
    withoutFork(call, tag),
    [{ do: "answer-bye", tag }],
  ],
  rejected: hearRefusal,
  "answer-made": prepare,
  "media-failed": (call: Calling, { tag }: EventOf<"media-failed">): CallStep =>
    hasMedia(forkOf(call, tag)) ? [withFork(call, tag, { early: { at: "refused" } }), []] : stay(call),
} as const;

const ringing = {
  ...calling,
  "timer-fired": (call: Calling, { timer }: EventOf<"timer-fired">): CallStep =>
    timer === "no-answer" ? cancel(call, "no-answer") : stay(call),
} as const;

/** What an outgoing call does until it talks. */
export const outgoing: ReactionsOf<
  "resolving" | "inviting" | "ringing-out" | "early-out" | "connecting-out" | "yielding"
> = {
  resolving: {
    ...lineNoted,
    resolved: (call, { peer = call.peer }) => [
      { ...call, peer, state: { kind: "inviting", provisional: false } },
      [{ do: "send-invite" }],
    ],
    "resolve-failed": (call, { reason }) => end(call, reason),
    "hang-up": call => end(call, "cancelled"),
    "window-closed": call => end(call, "cancelled"),
    "glare-lost": (call, { winner }) => handOver(call, winner),
    "timer-fired": (call, { timer }) => (timer === "resolve" ? end(call, "network-lost") : stay(call)),
  },
  inviting: {
    ...calling,
    provisional: call => [markHeard(call), []],
    "timer-fired": (call, { timer }) => {
      if (timer !== "reach") return stay(call);
      return cancel(call, isOnlyDisbelieved(call) ? "identity-failed" : "offline");
    },
  },
  "ringing-out": ringing,
  "early-out": {
    ...ringing,
    "media-connected": (call, { tag }) => notePath(call, tag, true),
    "media-lost": (call, { tag }) => notePath(call, tag, false),
  },
  "connecting-out": {
    ...lineNoted,
    "identity-proven": judgeAnswer,
    "identity-waived": judgeAnswer,
    "identity-failed": judgeAnswer,
    "answer-made": (call, { tag, answer }) => {
      if (tag !== call.state.tag || call.state.step.at !== "making-answer") return stay(call);
      return talk(call, { body: "answer", answer });
    },
    "peer-answered": (call, { tag }) =>
      tag === call.state.tag ? stay(call) : dismiss(call, tag, "answered-elsewhere"),
    "peer-hung-up": (call, { tag, reasons }) => {
      const answered: CallEffect = { do: "answer-bye", tag };
      if (tag !== call.state.tag) return [withoutFork(call, tag), [answered]];
      const [ended] = end(withFork(call, tag, { stage: "dismissed" }), fromBye(reasons));
      return [ended, [answered, { do: "send-ack", tag, ack: { body: "refusal" } }]];
    },
    "media-connected": (call, { tag }) => notePath(call, tag, true),
    "media-lost": (call, { tag }) => notePath(call, tag, false),
    "media-failed": (call, { tag, why }) =>
      tag === call.state.tag ? abandon(call, failureOf(why)) : stay(call),
    "hang-up": call => abandon(call, "hung-up-by-me"),
    "window-closed": call => abandon(call, "hung-up-by-me"),
    "timer-fired": (call, { timer }) => (timer === "setup" ? abandon(call, "media-failed") : stay(call)),
  },
  yielding: {
    ...lineNoted,
    "glare-lost": (call, { winner }) => handOver(call, winner),
    "hang-up": call => end(call, "cancelled"),
    "window-closed": call => end(call, "cancelled"),
    "peer-answered": (call, { tag }) => dismiss(call, tag, "glare"),
    "timer-fired": (call, { timer }) => (timer === "yield" ? end(call, "glare") : stay(call)),
  },
};

/** The user dialled. */
export function dial(call: Call<New>): CallStep {
  return [{ ...call, state: { kind: "resolving" } }, [{ do: "resolve-target" }]];
}

/** The word for a failure of media: an unsigned fingerprint is somebody else's connection. */
export function failureOf(why: MediaFailure): EndReason {
  return failures[why];
}

const failures: Readonly<Record<MediaFailure, EndReason>> = {
  media: "media-failed",
  microphone: "no-microphone",
  fingerprint: "identity-failed",
};

/** What a verdict means: a waiver is none where an account was dialled. */
export function verdictOn(call: Call, event: Identity): "proven" | "waived" | "failed" {
  if (event.type === "identity-proven") return "proven";
  return event.type === "identity-waived" && call.expects === "anyone" ? "waived" : "failed";
}

/** Which device was proven. */
export function deviceIn(event: Identity): Partial<Pick<Call, "peer" | "peerDevice">> {
  if (event.type !== "identity-proven") return {};
  const { device: peerDevice, peer } = event;
  return peer === undefined ? { peerDevice } : { peerDevice, peer };
}

function handOver(call: Call<Resolving | Yielding>, winner: Call["id"]): CallStep {
  const [ended] = end(call, "glare", winner);
  return [ended, [{ do: "hand-over", to: winner }]];
}

function markHeard(call: Calling): Calling {
  if (call.state.kind !== "inviting" || call.state.provisional) return call;
  return { ...call, state: { kind: "inviting", provisional: true } };
}

function hearRinging(call: Calling, { tag }: EventOf<"peer-ringing">): CallStep {
  const heard = markHeard(call);
  const known = withFork(heard, tag, {});
  if (!isNews(known, tag, fork => fork.rang === "no")) return [heard, []];
  return [withFork(known, tag, { rang: "unproven" }), [{ do: "verify", of: "ringing", tag }]];
}

function hearPrepared(call: Calling, { tag, offer }: EventOf<"peer-prepared">): CallStep {
  const heard = markHeard(call);
  const known = withFork(heard, tag, {});
  if (!isNews(known, tag, fork => fork.early.at === "none")) return [heard, []];
  return [withFork(known, tag, { early: { at: "unproven", offer } }), [{ do: "verify", of: "early", tag }]];
}

/** Said for the first time, by a device that is remembered and has not gone. */
function isNews(call: Calling, tag: DialogTag, first: (fork: Fork) => boolean): boolean {
  const fork = call.forks.find(each => each.tag === tag);
  return fork !== undefined && fork.stage === "heard" && first(fork);
}

function hearAnswer(call: Calling, { tag, offer }: EventOf<"peer-answered">): CallStep {
  if (forkOf(call, tag).stage === "gone") {
    const [ended] = end(withFork(call, tag, { stage: "dismissed" }), "hung-up-by-them");
    return [ended, [{ do: "send-ack", tag, ack: { body: "refusal" } }]];
  }
  const state: ConnectingOut = {
    kind: "connecting-out",
    tag,
    step: { at: "proving", ...given({ offer }) },
  };
  return [{ ...withFork(call, tag, {}), state }, [{ do: "verify", of: "answer", tag }]];
}

function hearRefusal(call: Calling, { status, reasons }: EventOf<"rejected">): CallStep {
  const reason = fromResponse(status, reasons);
  if (reason === "glare") return [{ ...call, state: { kind: "yielding" } }, []];
  // A 408 without anybody having rung: nobody was reached (RFC 3261 §16.8 says it in both cases).
  return end(call, status === 408 && !rings(call) ? "offline" : reason);
}

function believe(call: Calling, event: Identity): CallStep {
  const { tag, of } = event;
  const verdict = verdictOn(call, event);
  const fork = forkOf(call, tag);
  if (fork.stage !== "heard") return stay(call);
  if (of === "ringing" && fork.rang === "unproven") {
    if (verdict === "failed") return [withFork(call, tag, { rang: "refused" }), []];
    const believed = { ...withFork(call, tag, { rang: "proven" }), proof: verdict };
    return [call.state.kind === "inviting" ? { ...believed, state: { kind: "ringing-out" } } : believed, []];
  }
  if (of === "early" && fork.early.at === "unproven") {
    if (verdict === "failed") return [withFork(call, tag, { early: { at: "refused" } }), []];
    return [
      { ...withFork(call, tag, { early: { at: "making-answer" } }), proof: verdict },
      [{ do: "make-answer", tag, offer: fork.early.offer, hold: false }],
    ];
  }
  return stay(call);
}

function prepare(call: Calling, { tag, answer }: EventOf<"answer-made">): CallStep {
  if (forkOf(call, tag).early.at !== "making-answer") return stay(call);
  const prepared = withFork(call, tag, { early: { at: "prepared", connected: false } });
  return [{ ...prepared, state: { kind: "early-out" } }, [{ do: "send-prack", tag, answer }]];
}

function notePath(call: Call, tag: DialogTag, connected: boolean): CallStep {
  if (forkOf(call, tag).early.at !== "prepared") return stay(call);
  return [withFork(call, tag, { early: { at: "prepared", connected } }), []];
}

function judgeAnswer(call: Connecting, event: Identity): CallStep {
  const { tag, step } = call.state;
  if (event.of !== "answer" || event.tag !== tag || step.at !== "proving") return stay(call);
  const verdict = verdictOn(call, event);
  if (verdict === "failed") return abandon(call, "identity-failed");
  const proven: Connecting = { ...call, proof: verdict, ...deviceIn(event) };
  const { early } = forkOf(call, tag);
  if (early.at === "prepared") return talk(proven, { body: "nothing" });
  // A 200 while its own 183 is not acknowledged, or disbelieved, breaks RFC 3262 §3.
  if (early.at !== "none" || step.offer === undefined) return abandon(proven, "media-failed");
  return [
    { ...proven, state: { ...call.state, step: { at: "making-answer" } } },
    [{ do: "make-answer", tag, offer: step.offer, hold: false }],
  ];
}

function talk(call: Connecting, ack: Ack): CallStep {
  const { tag } = call.state;
  const { early } = forkOf(call, tag);
  const connected = early.at === "prepared" && early.connected;
  return [{ ...call, state: toTalkState(newTalk(tag, connected)) }, [{ do: "send-ack", tag, ack }]];
}

/** Its 200 needs an ACK all the same (RFC 3261 §13.2.2.4). */
function abandon(call: Connecting, reason: EndReason): CallStep {
  const { tag } = call.state;
  const [next, effects] = hangUp(call, tag, { reason, talked: false });
  return [next, [{ do: "send-ack", tag, ack: { body: "refusal" } }, ...effects]];
}
