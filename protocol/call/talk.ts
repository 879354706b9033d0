import type { DialogTag } from "../ids.ts";
import type { Active, Held } from "./call.ts";

/** What two connected parties have. It is the same while somebody holds. */
export interface Talk {
  readonly tag: DialogTag;
  readonly media: "opening" | "flowing" | "lost";
  /** What the user wants, and what both sides have agreed on. */
  readonly wantsHold: boolean;
  readonly holdByMe: boolean;
  readonly holdByThem: boolean;
  readonly restart: Restart;
  /** Restarts tried since media was last there. */
  readonly restarts: number;
  readonly negotiation: Negotiation;
  /** A 491 or a Retry-After: no re-INVITE of ours before this many milliseconds have passed. */
  readonly retryMs?: number;
}

/** The wish to restart ICE. */
export type Restart = { readonly at: "none" | "now" } | { readonly at: "later"; readonly ms: number };

/**
 * One offer and answer inside the dialog, by re-INVITE (RFC 3261 §14):
 *
 *           wish of ours                     200: answer
 *   ┌──────┬────────────► making-offer ──► offered ────────┐
 *   │ idle │◄──────────────────────────────────────────────┤ refused, 491
 *   └──┬───┘                                               │
 *      │ reinvited                           ACK           │
 *      └────────────────► making-reply ──► replied ────────┘
 */
export type Negotiation =
  | { readonly at: "idle" }
  | { readonly at: "making-offer" | "offered"; readonly hold: boolean; readonly restart: boolean }
  /** `reply`: a re-INVITE without an offer (RFC 3261 §14.1) is replied to with one. */
  | { readonly at: "making-reply"; readonly hold: boolean; readonly reply: "answer" | "offer" }
  | { readonly at: "replied"; readonly reply: "answer" | "offer" };

/** A talk at its beginning; `connected` when media was prepared while it rang. */
export function newTalk(tag: DialogTag, connected: boolean): Talk {
  return {
    tag,
    media: connected ? "flowing" : "opening",
    wantsHold: false,
    holdByMe: false,
    holdByThem: false,
    restart: { at: "none" },
    restarts: 0,
    negotiation: { at: "idle" },
  };
}

/** The state that a talk is in: held as soon as one of the two holds. */
export function toTalkState(talk: Talk): Active | Held {
  return { kind: talk.holdByMe || talk.holdByThem ? "held" : "active", talk };
}

/**
 * Who holds.
 *
 * @example
 * holderOf(talk) // "me", "them", "both" or "nobody"
 */
export function holderOf(talk: Talk): "me" | "them" | "both" | "nobody" {
  if (talk.holdByMe) return talk.holdByThem ? "both" : "me";
  return talk.holdByThem ? "them" : "nobody";
}
