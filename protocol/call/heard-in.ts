import type { StateKind } from "./call.ts";
import type { EventType } from "./call-event.ts";

const CALLING = ["inviting", "ringing-out", "early-out"] as const;
const ALERTING = ["ringing-in", "early-in"] as const;
const BEFORE_OK = ["screening", ...ALERTING] as const;
const TALKING = ["active", "held"] as const;
const ALIVE = [
  "resolving",
  ...CALLING,
  "connecting-out",
  "yielding",
  ...BEFORE_OK,
  "connecting-in",
  ...TALKING,
] as const;
const PREPARED = ["early-out", "connecting-out", "early-in", "connecting-in", ...TALKING] as const;
const MAKING = [...CALLING, "connecting-out", ...ALERTING, "connecting-in", ...TALKING] as const;
const IN_DIALOG = [...CALLING, "connecting-out", ...BEFORE_OK, "connecting-in", ...TALKING] as const;
const OVER = ["ending", "ended"] as const;

/**
 * Which state listens to which event. Every pair that is not here is ignored, on purpose: the event is too late
 * (what it speaks of is past), too early (a peer that breaks the order), or speaks to the other direction. The
 * types of the reactions follow from this table, so that no state can forget one or add one.
 */
export const heardIn = {
  dial: ["new"],
  invited: ["new"],
  resolved: ["resolving"],
  "resolve-failed": ["resolving"],
  admitted: ["screening"],
  refused: BEFORE_OK,
  accept: ALERTING,
  decline: BEFORE_OK,
  "hang-up": ALIVE,
  "window-closed": ALIVE,
  hold: TALKING,
  resume: TALKING,
  "glare-lost": ["resolving", ...CALLING, "yielding"],
  "identity-proven": [...CALLING, "connecting-out", "screening"],
  "identity-waived": [...CALLING, "connecting-out", "screening"],
  "identity-failed": [...CALLING, "connecting-out", "screening"],
  alerting: ALERTING,
  "alerting-failed": ALERTING,
  provisional: ["inviting", "ending"],
  "peer-ringing": [...CALLING, "ending"],
  "peer-prepared": [...CALLING, "ending"],
  "peer-answered": [...CALLING, "connecting-out", "yielding", ...TALKING, ...OVER],
  rejected: [...CALLING, "ending"],
  pracked: ["ringing-in", "connecting-in"],
  "prack-missing": ["ringing-in", "connecting-in"],
  cancelled: [...BEFORE_OK, "connecting-in"],
  acked: ["connecting-in", ...TALKING, "ending"],
  "ack-missing": ["connecting-in", ...TALKING, "ending"],
  "peer-hung-up": [...IN_DIALOG, ...OVER],
  "bye-answered": ["ending"],
  reinvited: ["connecting-in", ...TALKING, ...OVER],
  "reinvite-accepted": [...TALKING, ...OVER],
  "reinvite-rejected": TALKING,
  "offer-made": ["ringing-in", "connecting-in", ...TALKING],
  "answer-made": [...CALLING, "connecting-out", "connecting-in", ...TALKING],
  "media-connected": PREPARED,
  "media-lost": PREPARED,
  "media-failed": MAKING,
  "line-lost": ALIVE,
  "line-restored": ALIVE,
  "network-changed": TALKING,
  "timer-fired": [...ALIVE, "ending"],
} as const satisfies Record<EventType, readonly StateKind[]>;
