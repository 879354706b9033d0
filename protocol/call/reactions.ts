import type { Step } from "../machine.ts";
import type { Call, StateKind, StateOf } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { EventOf, EventType } from "./call-event.ts";
import type { heardIn } from "./heard-in.ts";

export type CallStep = Step<Call, CallEffect>;

/** The events that a state listens to, as `heardIn` lists them. */
export type HeardBy<Kind extends StateKind> = {
  [Type in EventType]: Kind extends (typeof heardIn)[Type][number] ? Type : never;
}[EventType];

/** What a state does on each event that it listens to: no more and no fewer than `heardIn` lists. */
export type Reactions<Kind extends StateKind> = {
  readonly [Type in HeardBy<Kind>]: (call: Call<StateOf<Kind>>, event: EventOf<Type>) => CallStep;
};

export type ReactionsOf<Kinds extends StateKind> = { readonly [Kind in Kinds]: Reactions<Kind> };

/** What the phone said of its line, for when it matters. */
export const lineNoted = {
  "line-lost": (call: Call): CallStep => [{ ...call, line: "down" }, []],
  "line-restored": (call: Call): CallStep => [{ ...call, line: "up" }, []],
} as const;

/** Nothing is to be done, and nothing has changed. */
export function stay(call: Call): CallStep {
  return [call, []];
}
