import type { Step } from "../machine.ts";
import type { Call, StateKind } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { CallEvent, EventType } from "./call-event.ts";
import { incoming, invite } from "./incoming.ts";
import { dial, outgoing } from "./outgoing.ts";
import { over } from "./over.ts";
import { type CallStep, type ReactionsOf, stay } from "./reactions.ts";
import { changeOver } from "./standing.ts";
import { talking } from "./talking.ts";

const reactions: ReactionsOf<StateKind> = {
  new: { dial, invited: invite },
  ...outgoing,
  ...incoming,
  active: talking,
  held: talking,
  ...over,
};

/**
 * The call machine: one call, seen from one phone (DESIGN.md §3). Its states are drawn in call.ts, its events and
 * effects are described in call-event.ts and call-effect.ts, heard-in.ts says which state hears what.
 *
 * What holds on every path:
 *
 * - Nothing is done on the word of a message whose identity is not proven: no ringback on a 180, no connection
 *   on a 183, no microphone, no answer and no address on a 200; no ringtone on an INVITE.
 * - 180 is sent when the ringer says that it runs, never before.
 * - Tones, microphone, connections and timers follow from the state (standing.ts): an ended call has none.
 * - Each call ends with one `EndReason` and one log entry; of two crossing calls (glare.ts) only the one that
 *   lives has the entry.
 * - Every alive state but a talk has a timer that ends it. A talk ends by its two parties, or when its media is
 *   lost for longer than the restarts of ICE may take.
 *
 * What is left to others: transactions, dialogs and repetition (protocol/sip); what bodies say, and candidates,
 * which go between dialog and media while `tag` has media; the second call, do not disturb and block lists, which
 * answer `ask-admission`; times and names in the log.
 *
 * @example
 * let [call, effects] = transition(newCall(facts), { type: "dial" });
 * // effects: [{ do: "resolve-target" }, { do: "start-timer", timer: "resolve", ms: 15000 }]
 */
export function transition(call: Call, event: CallEvent): Step<Call, CallEffect> {
  const [next, effects] = react(call, event);
  if (next === call) return [call, effects];
  const { stops, starts } = changeOver(call, next);
  return [next, [...stops, ...effects, ...starts]];
}

function react(call: Call, event: CallEvent): CallStep {
  // TypeScript cannot see that state and event were matched by the two look-ups.
  const listening: Partial<Record<EventType, (call: never, event: never) => CallStep>> =
    reactions[call.state.kind];
  const reaction = listening[event.type];
  return reaction ? reaction(call as never, event as never) : stay(call);
}
