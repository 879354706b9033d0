import type { Active, Call, Held } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import { dismiss, end, hangUp } from "./closing.ts";
import { type EndReason, fromBye } from "./end-reason.ts";
import { withFork, withoutFork } from "./forks.ts";
import { failureOf } from "./outgoing.ts";
import { type CallStep, lineNoted, type Reactions, stay } from "./reactions.ts";
import {
  answerReinvite,
  goOn,
  hearReinvite,
  replyAcked,
  restartLater,
  sendOffer,
  takeAcceptance,
  takeRefusal,
} from "./renegotiation.ts";
import { type Talk, toTalkState } from "./talk.ts";

type Talking = Call<Active | Held>;

/** What a connected call does; the same whether it is active or held. */
export const talking: Reactions<"active"> & Reactions<"held"> = {
  hold: call => renegotiate(call, { wantsHold: true }),
  resume: call => renegotiate(call, { wantsHold: false }),
  "hang-up": call => leave(call, "hung-up-by-me"),
  "window-closed": call => leave(call, "hung-up-by-me"),

  "offer-made": (call, { offer }) => sendOffer(call, offer),
  "answer-made": (call, { tag, answer }) => (isOurs(call, tag) ? answerReinvite(call, answer) : stay(call)),
  // A device that was dismissed, and has not heard so.
  reinvited: (call, event) =>
    isOurs(call, event.tag)
      ? hearReinvite(call, event)
      : [call, [{ do: "refuse-reinvite", tag: event.tag, status: 481 }]],
  "reinvite-accepted": (call, event) => (isOurs(call, event.tag) ? takeAcceptance(call, event) : stay(call)),
  "reinvite-rejected": (call, event) => {
    if (!isOurs(call, event.tag) || call.state.talk.negotiation.at !== "offered") return stay(call);
    // RFC 3261 §12.2.1.2. 481: it is over there, and their BYE late or lost. 408: nobody is there.
    if (event.status === 481) return leave(call, "hung-up-by-them");
    return event.status === 408 ? leave(call, "network-lost") : takeRefusal(call, event);
  },
  acked: (call, event) => replyAcked(call, event),
  "ack-missing": call =>
    call.state.talk.negotiation.at === "replied" ? leave(call, "network-lost") : stay(call),

  "peer-answered": (call, { tag }) =>
    isOurs(call, tag)
      ? [call, [{ do: "send-ack", tag, ack: { body: "again" } }]]
      : dismiss(call, tag, "answered-elsewhere"),
  "peer-hung-up": (call, { tag, reasons }) => {
    const answered: CallEffect = { do: "answer-bye", tag };
    if (!isOurs(call, tag)) return [withoutFork(call, tag), [answered]];
    const [ended] = end(withFork(call, tag, { stage: "dismissed" }), fromBye(reasons));
    const talked: Call = { ...ended, state: { kind: "ended", reason: fromBye(reasons), talked: true } };
    return [talked, [answered, ...owedRefusal(call)]];
  },

  "media-connected": (call, { tag }) =>
    isOurs(call, tag)
      ? renegotiate(call, { media: "flowing", restarts: 0, ...stillWanted(call) })
      : stay(call),
  "media-lost": (call, { tag }) => {
    if (!isOurs(call, tag) || call.state.talk.media === "lost") return stay(call);
    const first = call.direction === "outgoing" ? ({ at: "now" } as const) : restartLater("second");
    return renegotiate(call, { media: "lost", restart: first });
  },
  "media-failed": (call, { tag, why }) => (isOurs(call, tag) ? leave(call, failureOf(why)) : stay(call)),

  "line-lost": lineNoted["line-lost"],
  "line-restored": call =>
    renegotiate({ ...call, line: "up" }, call.state.talk.media === "lost" ? { restart: { at: "now" } } : {}),
  "network-changed": call => renegotiate(call, { restart: { at: "now" } }),

  "timer-fired": (call, { timer }) => {
    const { talk } = call.state;
    if (timer === "first-media" && talk.media === "opening") return leave(call, "media-failed");
    if (timer === "lost-media" && talk.media === "lost") return leave(call, "network-lost");
    if (timer === "renegotiate") return giveUpNegotiation(call);
    if (timer === "restart" && talk.restart.at === "later")
      return renegotiate(call, { restart: { at: "now" } });
    if (timer === "glare-retry" && talk.retryMs !== undefined) {
      const { retryMs: _, ...free } = talk;
      return goOn({ ...call, state: toTalkState(free) });
    }
    return stay(call);
  },
};

function isOurs(call: Talking, tag: Talk["tag"]): boolean {
  return call.state.talk.tag === tag;
}

/** Media owes an offer or answer, or the wire an end of the transaction, and neither came. */
function giveUpNegotiation(call: Talking): CallStep {
  switch (call.state.talk.negotiation.at) {
    case "idle":
      return stay(call);
    case "making-offer":
    case "making-reply":
      return leave(call, "media-failed");
    case "offered":
    case "replied":
      return leave(call, "network-lost");
  }
}

/**
 * A restart that was offered and got no answer is carried through: a path that seems to be there with our half of it
 * alone may be one that only we can send on.
 */
function stillWanted({ state }: Talking): Pick<Talk, "restart"> {
  const { restart } = state.talk;
  return { restart: restart.at === "now" ? restart : { at: "none" } };
}

function renegotiate(call: Talking, change: Partial<Talk>): CallStep {
  return goOn({ ...call, state: toTalkState({ ...call.state.talk, ...change }) });
}

function leave(call: Talking, reason: EndReason): CallStep {
  const [next, effects] = hangUp(call, call.state.talk.tag, { reason, talked: true });
  return [next, [...owedRefusal(call), ...effects]];
}

/** A re-INVITE of theirs that is not answered yet still needs its final response (RFC 3261 §15.1.2). */
function owedRefusal(call: Talking): readonly CallEffect[] {
  const { negotiation, tag } = call.state.talk;
  return negotiation.at === "making-reply" ? [{ do: "refuse-reinvite", tag, status: 487 }] : [];
}
