import type { Call, Ending } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { EventOf } from "./call-event.ts";
import { dismiss, hangUp, sendCancel } from "./closing.ts";
import { withoutFork } from "./forks.ts";
import { type CallStep, type ReactionsOf, stay } from "./reactions.ts";

type Over = Call<Ending | Extract<Call["state"], { kind: "ended" }>>;

const late = {
  "peer-hung-up": (call: Over, { tag }: EventOf<"peer-hung-up">): CallStep => [
    call,
    [{ do: "answer-bye", tag }],
  ],
  // While our BYE is on its way, 481 would be read as a lost connection; the BYE says what happened.
  reinvited: (call: Over, { tag }: EventOf<"reinvited">): CallStep => [
    call,
    [{ do: "refuse-reinvite", tag, status: call.state.kind === "ending" ? 487 : 481 }],
  ],
  "reinvite-accepted": (call: Over, { tag }: EventOf<"reinvite-accepted">): CallStep => [
    call,
    [{ do: "ack-reinvite", tag }],
  ],
} as const;

/** What a call does that is over for people: it settles what is still under way on the wire. */
export const over: ReactionsOf<"ending" | "ended"> = {
  ending: {
    ...late,
    provisional: cancelNow,
    "peer-ringing": cancelNow,
    "peer-prepared": cancelNow,
    "peer-answered": (call, { tag }) => {
      const { reason, closing } = call.state;
      if (closing.by !== "cancel") return dismiss(call, tag, "answered-elsewhere");
      // The 200 crossed our CANCEL.
      const [next, effects] = dismiss(call, tag, reason);
      return [{ ...next, state: { ...call.state, closing: { by: "bye", tag } } }, effects];
    },
    rejected: call => (call.state.closing.by === "cancel" ? done(call) : stay(call)),
    acked: byeNow,
    "ack-missing": byeNow,
    "bye-answered": (call, { tag }) =>
      call.state.closing.by === "bye" && call.state.closing.tag === tag ? done(call) : stay(call),
    "peer-hung-up": (call, { tag }) => {
      const { closing } = call.state;
      const answered: CallEffect = { do: "answer-bye", tag };
      if (closing.by === "cancel") return [withoutFork(call, tag), [answered]];
      return closing.tag === tag ? [done(call)[0], [answered]] : [call, [answered]];
    },
    "timer-fired": (call, { timer }) => {
      const { closing } = call.state;
      if (closing.by !== timer) return stay(call);
      return closing.by === "ack" ? byeNow(call) : done(call);
    },
  },
  ended: {
    ...late,
    "peer-answered": (call, { tag }) => dismiss(call, tag, call.state.reason),
  },
};

function cancelNow(call: Call<Ending>): CallStep {
  const { closing, reason } = call.state;
  if (closing.by !== "cancel" || closing.sent) return stay(call);
  return [{ ...call, state: { ...call.state, closing: { by: "cancel", sent: true } } }, [sendCancel(reason)]];
}

function byeNow(call: Call<Ending>): CallStep {
  const { closing, kind: _, ...outcome } = call.state;
  return closing.by === "ack" ? hangUp(call, closing.tag, outcome) : stay(call);
}

function done(call: Call<Ending>): CallStep {
  const { closing: _, ...outcome } = call.state;
  return [{ ...call, state: { ...outcome, kind: "ended" } }, []];
}
