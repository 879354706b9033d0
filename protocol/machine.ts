/**
 * What every machine of this room returns: the next state and what the outside is to do about it. A machine
 * has no clock and no socket: it asks for timers and messages by effects, and hears of them by events.
 */
export type Step<State, Effect> = readonly [state: State, effects: readonly Effect[]];

/** Timers are effects. Starting a timer that runs starts it anew; stopping one that does not run is nothing. */
export type TimerEffect<Name extends string> =
  | { readonly do: "start-timer"; readonly timer: Name; readonly ms: number }
  | { readonly do: "stop-timer"; readonly timer: Name };
