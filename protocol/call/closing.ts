import type { CallId, DialogTag } from "../ids.ts";
import type { Call, Ended, Ending, Inviting } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import { type EndReason, toReason, toResponse } from "./end-reason.ts";
import { forkOf, withFork } from "./forks.ts";
import type { CallStep } from "./reactions.ts";

/** The call is over and the wire owes nothing. */
export function end(call: Call, reason: EndReason, successor?: CallId): CallStep {
  return [{ ...call, state: { kind: "ended", reason, talked: false, ...given({ successor }) } }, []];
}

/** Refuses the INVITE finally. */
export function refuse(call: Call, reason: EndReason, successor?: CallId): CallStep {
  const [ended] = end(call, reason, successor);
  return [ended, [{ do: "send-refusal", refusal: toResponse(reason) }]];
}

/** Takes the INVITE back. Before the first 1xx nothing may be sent (RFC 3261 §9.1); a 200 may cross it. */
export function cancel(call: Call, reason: EndReason, successor?: CallId): CallStep {
  const sent = !isUnheard(call.state);
  const state: Ending = {
    kind: "ending",
    reason,
    talked: false,
    ...given({ successor }),
    closing: { by: "cancel", sent },
  };
  return [{ ...call, state }, sent ? [sendCancel(reason)] : []];
}

export function sendCancel(reason: EndReason): CallEffect {
  return { do: "send-cancel", ...given({ reason: toReason(reason) }) };
}

/** Ends a dialog that stands: BYE, then wait for its answer. */
export function hangUp(call: Call, tag: DialogTag, outcome: Omit<Ended, "kind">): CallStep {
  const state: Ending = { ...outcome, kind: "ending", closing: { by: "bye", tag } };
  return [{ ...withFork(call, tag, { stage: "dismissed" }), state }, [sendBye(tag, outcome.reason)]];
}

export function sendBye(tag: DialogTag, reason: EndReason): CallEffect {
  return { do: "send-bye", tag, ...given({ reason: toReason(reason) }) };
}

/**
 * Another device answered, or one answered that must not be talked to. Its 200 needs an ACK, its dialog a BYE
 * (RFC 3261 §13.2.2.4); when it repeats the 200, only the ACK was lost.
 */
export function dismiss(call: Call, tag: DialogTag, reason: EndReason): CallStep {
  if (forkOf(call, tag).stage === "dismissed")
    return [call, [{ do: "send-ack", tag, ack: { body: "again" } }]];
  return [
    withFork(call, tag, { stage: "dismissed" }),
    [{ do: "send-ack", tag, ack: { body: "refusal" } }, sendBye(tag, reason)],
  ];
}

/** `exactOptionalPropertyTypes`: a key is there with a value, or not at all. */
export function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}

function isUnheard(state: Call["state"]): state is Inviting {
  return state.kind === "inviting" && !state.provisional;
}
