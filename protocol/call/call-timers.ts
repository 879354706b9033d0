import type { TimerEffect } from "../machine.ts";

export type CallTimer =
  | "resolve"
  | "reach"
  | "no-answer"
  | "screen"
  | "ring"
  | "setup"
  | "yield"
  | "first-media"
  | "lost-media"
  | "restart"
  | "glare-retry"
  | "renegotiate"
  | "cancel"
  | "ack"
  | "bye";

export type CallTimerEffect = TimerEffect<CallTimer>;

/**
 * How long a call waits, in milliseconds. The wire's own patience is 64·T1 = 32 s (RFC 3261 §17); waits that
 * stand behind one of the wire are a little longer, so that the wire, which knows more, speaks first.
 */
export const callTimes = {
  resolve: 15_000,
  /** INVITE to the first alerting device. */
  reach: 40_000,
  /** The caller's patience, a little more than the callee's, so that the callee's refusal says why. */
  "no-answer": 75_000,
  /** INVITE received to the decision whether to ring: chain reads included. */
  screen: 15_000,
  ring: 60_000,
  /** Accepted, or answered, to ACK. */
  setup: 40_000,
  /** 486 for glare to the arrival of the INVITE that lives. */
  yield: 20_000,
  /** ACK to the first packets. */
  "first-media": 30_000,
  /** Path lost to giving up, restarts included. */
  "lost-media": 45_000,
  /** The callee lets the caller restart ICE first, so that two re-INVITEs cross less often. */
  restartSecond: 1_500,
  restartAgain: 8_000,
  /** Between two offers to somebody whose phone is away just now, and back within seconds as a rule. */
  away: 2_000,
  /** For media to make an offer or answer inside a talk. */
  renegotiateMedia: 10_000,
  /** For the wire to bring the other half, or its failure. */
  renegotiateWire: 40_000,
  cancel: 34_000,
  ack: 34_000,
  bye: 34_000,
} as const;
