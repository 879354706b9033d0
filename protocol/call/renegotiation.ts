import { glareWait } from "../sip/dialog.ts";
import type { ByteText } from "../sip/message.ts";
import type { Active, Call, Held } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { EventOf } from "./call-event.ts";
import { callTimes } from "./call-timers.ts";
import { hangUp } from "./closing.ts";
import { type CallStep, stay } from "./reactions.ts";
import { type Restart, type Talk, toTalkState } from "./talk.ts";

type Talking = Call<Active | Held>;

const MAX_RESTARTS = 4;
const MAX_RETRY_AFTER = 10;
const IDLE = { at: "idle" } as const;
/** Their phone has no connection with its node at this moment (RFC 5626 §11.5): that refuses nothing. */
const away: ReadonlySet<number> = new Set([430, 480]);

/** Starts what is wished, as soon as the dialog and the line are free for it. */
export function goOn(call: Talking): CallStep {
  const { talk } = call.state;
  const { tag, negotiation, restart, wantsHold, holdByMe } = talk;
  const free = negotiation.at === "idle" && call.line === "up" && talk.retryMs === undefined;
  const restarts = restart.at === "now" && talk.restarts < MAX_RESTARTS;
  if (!free || (!restarts && wantsHold === holdByMe)) return stay(call);
  return withTalk(
    call,
    {
      restart: restart.at === "later" ? restart : { at: "none" },
      restarts: talk.restarts + (restarts ? 1 : 0),
      negotiation: { at: "making-offer", hold: wantsHold, restart: restarts },
    },
    [{ do: "make-offer", tag, hold: wantsHold, restart: restarts }],
  );
}

/** How long the second party, or the next attempt, waits. */
export function restartLater(which: "second" | "again"): Restart {
  return { at: "later", ms: which === "second" ? callTimes.restartSecond : callTimes.restartAgain };
}

/** Media made an offer: for a re-INVITE of ours, or for one of theirs that came without. */
export function sendOffer(call: Talking, offer: ByteText): CallStep {
  const { negotiation, tag } = call.state.talk;
  if (negotiation.at === "making-offer") {
    if (call.line === "down") return putOff(call, {});
    return withTalk(call, { negotiation: { ...negotiation, at: "offered" } }, [
      { do: "send-reinvite", tag, offer },
    ]);
  }
  return negotiation.at === "making-reply" && negotiation.reply === "offer" ? reply(call, offer) : stay(call);
}

/** Media answered their re-INVITE. */
export function answerReinvite(call: Talking, answer: ByteText): CallStep {
  const { negotiation } = call.state.talk;
  return negotiation.at === "making-reply" && negotiation.reply === "answer"
    ? reply(call, answer)
    : stay(call);
}

/** A re-INVITE of theirs: answered when the dialog is free, sent back otherwise (RFC 3261 §14.2). */
export function hearReinvite(call: Talking, event: EventOf<"reinvited">): CallStep {
  const { tag, negotiation, holdByMe } = call.state.talk;
  const { hold, offer, random } = event;
  switch (negotiation.at) {
    case "making-offer":
    case "offered":
      return [call, [{ do: "refuse-reinvite", tag, status: 491 }]];
    case "making-reply":
    case "replied": {
      const retryAfter = Math.floor(random * (MAX_RETRY_AFTER + 1));
      return [call, [{ do: "refuse-reinvite", tag, status: 500, retryAfter }]];
    }
    case "idle": {
      const replies = offer === undefined ? "offer" : "answer";
      const effect: CallEffect =
        offer === undefined
          ? { do: "make-offer", tag, hold: holdByMe, restart: false }
          : { do: "make-answer", tag, offer, hold: holdByMe };
      return withTalk(call, { negotiation: { at: "making-reply", hold, reply: replies } }, [effect]);
    }
  }
}

/** The ACK of our 200 to their re-INVITE. */
export function replyAcked(call: Talking, { answer }: EventOf<"acked">): CallStep {
  const { negotiation, tag } = call.state.talk;
  if (negotiation.at !== "replied") return stay(call);
  if (negotiation.reply === "answer") return free(call, {}, []);
  if (answer === undefined) return hangUp(call, tag, { reason: "media-failed", talked: true });
  return free(call, {}, [{ do: "take-answer", tag, answer }]);
}

/** They accepted our re-INVITE: what it offered is agreed. */
export function takeAcceptance(call: Talking, { answer }: EventOf<"reinvite-accepted">): CallStep {
  const { negotiation, tag, media } = call.state.talk;
  const acked: CallEffect = { do: "ack-reinvite", tag };
  if (negotiation.at !== "offered") return [call, [acked]];
  if (answer === undefined) {
    const [next, effects] = hangUp(call, tag, { reason: "media-failed", talked: true });
    return [next, [acked, ...effects]];
  }
  const again = media === "lost" ? { restart: restartLater("again") } : { restarts: 0 };
  return free(call, { holdByMe: negotiation.hold, ...again }, [acked, { do: "take-answer", tag, answer }]);
}

/** They refused our re-INVITE; the call is as it was before it (RFC 3261 §14.1). */
export function takeRefusal(call: Talking, event: EventOf<"reinvite-rejected">): CallStep {
  const { negotiation, tag, media, holdByMe } = call.state.talk;
  if (negotiation.at !== "offered") return stay(call);
  // The connection was lost under it, and nobody has refused anything: a path that this side believes in may be one
  // that only it can send on.
  if (call.line === "down") return putOff(call, {});
  const retryMs = retryTime(call, event);
  if (retryMs !== undefined) return putOff(call, { retryMs });
  const dropped: CallEffect = { do: "drop-offer", tag };
  const refused = negotiation.hold !== holdByMe;
  const again = media === "lost" ? { restart: restartLater("again") } : {};
  return free(call, { ...again, ...(refused ? { wantsHold: holdByMe } : {}) }, [
    dropped,
    // 487: their BYE is on its way.
    ...(refused && event.status !== 487 ? [{ do: "notify", notice: "hold-refused" } as const] : []),
  ]);
}

/** Takes the offer back and keeps the wish behind it, until the line or a timer lets it be tried again. */
function putOff(call: Talking, change: Partial<Talk>): CallStep {
  const { negotiation, restart, restarts, tag } = call.state.talk;
  const restarted = "restart" in negotiation && negotiation.restart;
  return free(
    call,
    {
      ...change,
      restart: restarted ? { at: "now" } : restart,
      restarts: restarts - (restarted ? 1 : 0),
    },
    [{ do: "drop-offer", tag }],
  );
}

function retryTime(call: Talking, event: EventOf<"reinvite-rejected">): number | undefined {
  if (event.status === 491) return glareWait(call.direction === "outgoing", event.random);
  if (away.has(event.status)) return callTimes.away;
  if (event.retryAfter === undefined) return undefined;
  return 1_000 * Math.min(Math.max(event.retryAfter, 0), MAX_RETRY_AFTER);
}

function reply(call: Talking, body: ByteText): CallStep {
  const { negotiation, tag, media } = call.state.talk;
  if (negotiation.at !== "making-reply") return stay(call);
  // Their offer may be the restart that we were about to make.
  const again = media === "lost" ? { restart: restartLater("again") } : {};
  return withTalk(
    call,
    { ...again, holdByThem: negotiation.hold, negotiation: { at: "replied", reply: negotiation.reply } },
    [{ do: "accept-reinvite", tag, body }],
  );
}

/** The dialog is free again: note what changed, then start what waited. */
function free(call: Talking, change: Partial<Talk>, effects: readonly CallEffect[]): CallStep {
  const state = toTalkState({ ...call.state.talk, ...change, negotiation: IDLE });
  const [next, more] = goOn({ ...call, state });
  return [next, [...effects, ...more]];
}

function withTalk(call: Talking, change: Partial<Talk>, effects: readonly CallEffect[]): CallStep {
  return [{ ...call, state: toTalkState({ ...call.state.talk, ...change }) }, effects];
}
