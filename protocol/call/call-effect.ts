import type { CallId, DialogTag } from "../ids.ts";
import type { ByteText } from "../sip/message.ts";
import type { Carrier } from "./call-event.ts";
import type { CallTimerEffect } from "./call-timers.ts";
import type { EndReason, Refusal } from "./end-reason.ts";

/** All that a call asks of the outside. Effects are carried out in their order. */
export type CallEffect = WireEffect | MediaEffect | PhoneEffect | CallTimerEffect;

/**
 * For the user agent, which owns transactions and dialogs: it repeats what the wire wants repeated (requests, a
 * 200 until its ACK, a 183 until its PRACK), and says so by `ack-missing`, `prack-missing`, `rejected`.
 */
export type WireEffect =
  | { readonly do: "send-invite" }
  | { readonly do: "send-cancel"; readonly reason?: ByteText }
  /** 180. */
  | { readonly do: "send-ringing" }
  /** A reliable 183 with our offer. */
  | { readonly do: "send-prepared"; readonly offer: ByteText }
  | { readonly do: "send-prack"; readonly tag: DialogTag; readonly answer: ByteText }
  /** 200 to the INVITE; `body` is an offer or an answer, none after a prepared connection. */
  | { readonly do: "send-ok"; readonly body?: ByteText }
  | { readonly do: "send-refusal"; readonly refusal: Refusal }
  | { readonly do: "send-ack"; readonly tag: DialogTag; readonly ack: Ack }
  | { readonly do: "send-bye"; readonly tag: DialogTag; readonly reason?: ByteText }
  | { readonly do: "answer-bye"; readonly tag: DialogTag }
  | { readonly do: "send-reinvite"; readonly tag: DialogTag; readonly offer: ByteText }
  | { readonly do: "ack-reinvite"; readonly tag: DialogTag }
  /** 200 to their re-INVITE. */
  | { readonly do: "accept-reinvite"; readonly tag: DialogTag; readonly body: ByteText }
  /** `retryAfter` in seconds. */
  | {
      readonly do: "refuse-reinvite";
      readonly tag: DialogTag;
      readonly status: 481 | 487 | 488 | 491 | 500;
      readonly retryAfter?: number;
    };

/**
 * The ACK of a 200. `refusal`: the answer that an offer must have (RFC 3261 §13.2.2.4) refuses every line and
 * tells nothing. `again`: the one sent before.
 */
export type Ack =
  | { readonly body: "answer"; readonly answer: ByteText }
  | { readonly body: "nothing" | "refusal" | "again" };

/** For the home of media. `tag` names the connection: one for each device that prepares or talks. */
export type MediaEffect =
  /** `hold`: send nothing and want nothing. `restart`: new ICE credentials. */
  | { readonly do: "make-offer"; readonly tag: DialogTag; readonly hold: boolean; readonly restart: boolean }
  | { readonly do: "make-answer"; readonly tag: DialogTag; readonly offer: ByteText; readonly hold: boolean }
  | { readonly do: "take-answer"; readonly tag: DialogTag; readonly answer: ByteText }
  /** The offer was refused: back to what was agreed. */
  | { readonly do: "drop-offer"; readonly tag: DialogTag }
  | { readonly do: "close-media"; readonly tag: DialogTag }
  | { readonly do: "open-microphone" }
  | { readonly do: "close-microphone" };

/** For the phone. */
export type PhoneEffect =
  | { readonly do: "resolve-target" }
  | { readonly do: "verify"; readonly of: Carrier; readonly tag: DialogTag }
  /** Asks what screens calls; the answer is `admitted` or `refused`. */
  | { readonly do: "ask-admission" }
  /** Tone, notification and ringing window; the answer is `alerting` or `alerting-failed`. */
  | { readonly do: "start-ringtone" }
  | { readonly do: "stop-ringtone" }
  | { readonly do: "start-ringback" }
  | { readonly do: "stop-ringback" }
  /** Glare: window, user's acts and log entry belong to `to` from now on. */
  | { readonly do: "hand-over"; readonly to: CallId }
  | { readonly do: "notify"; readonly notice: "missed-call" | "hold-refused" }
  /** Once in the life of a call, when it is over for people; never for one that goes on in another. */
  | { readonly do: "write-log"; readonly reason: EndReason; readonly talked: boolean };
