import type { CallId, DeviceId, DialogTag } from "../ids.ts";
import type { ByteText } from "../sip/message.ts";
import type { Context } from "../words/context.ts";
import type { EndReason } from "./end-reason.ts";
import type { Talk } from "./talk.ts";

/**
 * One call, seen from one phone: what `transition` (call-machine.ts) takes and gives back. It holds what must be
 * known to decide, and nothing else; names, pictures, times and statistics are beside it, in the phone.
 */
export interface Call<State extends CallState = CallState> {
  /** Its Call-ID, the same on both sides. */
  readonly id: CallId;
  readonly direction: CallDirection;
  /** The two parties, accounts or addresses in their one written form. */
  readonly me: string;
  readonly peer: string;
  /** The business it is about. Parties and business make two crossing calls one: glare.ts. */
  readonly context?: Context;
  /**
   * `account`: an account was dialled, and whoever answers must prove that they are it. `anyone`: a foreign
   * client was dialled, or is calling, and nobody can be proven.
   */
  readonly expects: "account" | "anyone";
  readonly proof: "none" | "proven" | "waived";
  /** The device of the other side that is talked to, or called from, when it was proven. */
  readonly peerDevice?: DeviceId;
  /** Whether this phone has its node: without, nothing is begun that the wire would have to carry. */
  readonly line: "up" | "down";
  /** The callee's devices that were heard of (RFC 3261 §12.1: one early dialog each). Outgoing calls only. */
  readonly forks: readonly Fork[];
  readonly state: State;
}

export type CallDirection = "outgoing" | "incoming";

/** One device of the callee. Nothing that it says is acted upon before the identity in that message is proven. */
export interface Fork {
  readonly tag: DialogTag;
  /** Its 180. `refused`: its identity did not hold, and it is not believed any more. */
  readonly rang: "no" | "unproven" | "proven" | "refused";
  /** Its reliable 183 with an offer (RFC 3262), for contacts. */
  readonly early: ForkEarly;
  /** `gone`: it sent a BYE before its 200. `dismissed`: its 200 got an ACK, its dialog a BYE. */
  readonly stage: "heard" | "gone" | "dismissed";
}

export type ForkEarly =
  | { readonly at: "none" | "making-answer" | "refused" }
  | { readonly at: "unproven"; readonly offer: ByteText }
  | { readonly at: "prepared"; readonly connected: boolean };

/**
 * The states. Every alive state also goes to `ending` or `ended` by hang-up, a refusal, a timer or a failure;
 * these lines are left out. `(out)` and `(in)`: outgoing and incoming calls.
 *
 *   ┌─────┐ dial   ┌───────────┐ resolved ┌──────────┐ 180 proven ┌─────────────┐
 *   │ new ├───────►│ resolving ├─────────►│ inviting ├───────────►│ ringing-out │
 *   └──┬──┘        └───────────┘          └─┬──────┬─┘            └──┬───┬──────┘
 *      │                486 glare heard ┌───┘      │ 183 prepared    │   │
 *      │                          ┌─────▼────┐     └──────┐  ┌───────┘   │
 *      │ invited                  │ yielding │◄─────────┐ │  │           │
 *      │                          └──────────┘        ┌─┴─▼──▼────┐      │ 200
 *      │                    waits for the call of     │ early-out │      │
 *      │                    theirs that lives (glare) └─────┬─────┘      │
 *      │                                                200 │            │
 *      │                                           ┌────────▼────────────▼─┐ 200 proven, ACK sent
 *      │                                           │ connecting-out        ├───────────┐
 *      │                                           └───────────────────────┘           │
 *   ┌──▼────────┐ admitted: ring    ┌────────────┐ accept                              ▼
 *   │ screening ├──────────────────►│ ringing-in ├───────────────┐       ┌────────┐ hold  ┌──────┐
 *   └─────┬─────┘                   └──┬─────────┘               │       │ active ├──────►│ held │
 *         │ admitted: answer           │ 183 and its PRACK       │       │        │◄──────┤      │
 *         │                         ┌──▼───────┐ accept          │       └──┬─────┘ both  └──┬───┘
 *         │                         │ early-in ├───────────┐     │          │  ▲    resumed  │
 *         │                         └──────────┘       ┌───▼─────▼─────┐    │  │             │
 *         └───────────────────────────────────────────►│ connecting-in ├────┼──┘ ACK         │
 *                                                      └───────────────┘    │               │
 *                                     ┌───────┐ BYE, CANCEL settled     ┌───▼────┐          │
 *                                     │ ended │◄────────────────────────┤ ending │◄─────────┘
 *                                     └───────┘                         └────────┘
 *
 * To people `ending` and `ended` are one: sound and microphone are off in both. `ending` is the while in which
 * the wire is being settled: a CANCEL that a 200 may cross, a BYE not answered yet.
 */
export type CallState =
  | New
  | Resolving
  | Inviting
  | RingingOut
  | EarlyOut
  | ConnectingOut
  | Yielding
  | Screening
  | RingingIn
  | EarlyIn
  | ConnectingIn
  | Active
  | Held
  | Ending
  | Ended;

export type StateKind = CallState["kind"];
export type StateOf<Kind extends StateKind> = Extract<CallState, { readonly kind: Kind }>;

export interface New {
  readonly kind: "new";
}

/** The target is being looked up (number, name, owner, providers); nothing has been sent. */
export interface Resolving {
  readonly kind: "resolving";
}

/** The INVITE is out; no device has been heard to alert. */
export interface Inviting {
  readonly kind: "inviting";
  /** A 1xx came: only from then on may a CANCEL be sent (RFC 3261 §9.1). */
  readonly provisional: boolean;
}

/** A proven device alerts. */
export interface RingingOut {
  readonly kind: "ringing-out";
}

/** A proven device has prepared the connection: silent, no microphone. It rings when one of `forks` rang. */
export interface EarlyOut {
  readonly kind: "early-out";
}

/** A device answered. `proving`: its 200 is being verified; `making-answer`: it holds, media builds our answer. */
export interface ConnectingOut {
  readonly kind: "connecting-out";
  readonly tag: DialogTag;
  readonly step: { readonly at: "proving"; readonly offer?: ByteText } | { readonly at: "making-answer" };
}

/** Our INVITE was refused because theirs lives, and theirs is not here yet. */
export interface Yielding {
  readonly kind: "yielding";
}

/** An INVITE came. `proving`: its identity is being verified; `asking`: it holds, the phone decides. */
export interface Screening {
  readonly kind: "screening";
  readonly tag: DialogTag;
  readonly offer?: ByteText;
  readonly at: "proving" | "asking";
}

/** This phone is asked to alert; `alerting` when it does, and 180 was sent. */
export interface RingingIn {
  readonly kind: "ringing-in";
  readonly tag: DialogTag;
  /** A foreign client may offer in its INVITE; then our 200 answers. */
  readonly offer?: ByteText;
  readonly alerting: boolean;
  readonly early: "none" | "making-offer" | "offered";
}

/** The connection is prepared, silent, and the phone goes on alerting. */
export interface EarlyIn {
  readonly kind: "early-in";
  readonly tag: DialogTag;
  readonly alerting: boolean;
  readonly connected: boolean;
}

/** Accepted. From here on the microphone is open. */
export interface ConnectingIn {
  readonly kind: "connecting-in";
  readonly tag: DialogTag;
  readonly step:
    | { readonly at: "making-offer" | "making-answer" }
    /** The 183 is out: no 200 before its PRACK (RFC 3262 §3). */
    | { readonly at: "awaiting-prack" }
    /** The 200 is out. `expects`: whether the ACK must bring their answer. */
    | { readonly at: "awaiting-ack"; readonly expects: "answer" | "nothing"; readonly connected: boolean };
}

export interface Active {
  readonly kind: "active";
  readonly talk: Talk;
}

/** Somebody holds: see `holderOf`. Our microphone is closed. */
export interface Held {
  readonly kind: "held";
  readonly talk: Talk;
}

export interface Ending extends Outcome {
  readonly kind: "ending";
  readonly closing: /** `sent` is false until a 1xx allows the CANCEL. */
    | { readonly by: "cancel"; readonly sent: boolean }
    /** Our 200 is out: a callee sends no BYE before the ACK (RFC 3261 §15). */
    | { readonly by: "ack"; readonly tag: DialogTag }
    | { readonly by: "bye"; readonly tag: DialogTag };
}

export interface Ended extends Outcome {
  readonly kind: "ended";
}

export interface Outcome {
  readonly reason: EndReason;
  /** Whether the two were ever connected. */
  readonly talked: boolean;
  /** Glare: the call that this one goes on in. It also has the log entry. */
  readonly successor?: CallId;
}

/** A call before its first event, which is `dial` or `invited`. */
export function newCall(
  facts: Pick<Call, "id" | "direction" | "me" | "peer" | "context" | "expects" | "line">,
): Call<New> {
  return { ...facts, proof: "none", forks: [], state: { kind: "new" } };
}

/** Over for people: nothing sounds, nothing is open, nobody can be reached by it any more. */
export function isOver(state: CallState): state is Ending | Ended {
  switch (state.kind) {
    case "ending":
    case "ended":
      return true;
    case "new":
    case "resolving":
    case "inviting":
    case "ringing-out":
    case "early-out":
    case "connecting-out":
    case "yielding":
    case "screening":
    case "ringing-in":
    case "early-in":
    case "connecting-in":
    case "active":
    case "held":
      return false;
  }
}

/** The two are connected. */
export function isTalking(state: CallState): state is Active | Held {
  switch (state.kind) {
    case "active":
    case "held":
      return true;
    case "new":
    case "resolving":
    case "inviting":
    case "ringing-out":
    case "early-out":
    case "connecting-out":
    case "yielding":
    case "screening":
    case "ringing-in":
    case "early-in":
    case "connecting-in":
    case "ending":
    case "ended":
      return false;
  }
}

/** Our INVITE is out and no device has answered it. */
export function isCalling(state: CallState): state is Inviting | RingingOut | EarlyOut {
  switch (state.kind) {
    case "inviting":
    case "ringing-out":
    case "early-out":
      return true;
    case "new":
    case "resolving":
    case "connecting-out":
    case "yielding":
    case "screening":
    case "ringing-in":
    case "early-in":
    case "connecting-in":
    case "active":
    case "held":
    case "ending":
    case "ended":
      return false;
  }
}
