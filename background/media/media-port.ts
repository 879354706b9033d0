import type { MediaEffect } from "../../protocol/call/call-effect.ts";
import type { EventOf } from "../../protocol/call/call-event.ts";
import type { CallId, DialogTag } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import type { MediaKey } from "../../protocol/words/media-key.ts";

/**
 * What the phone tells the home of media of one call: what the call machine asks for, with bodies opened and their
 * fingerprints checked, and candidates of the other side (RFC 8840 fragments, each with all so far), which may come
 * before the offer or answer that they belong to.
 */
export type MediaCommand =
  | MediaEffect
  | { readonly do: "take-candidates"; readonly tag: DialogTag; readonly fragment: ByteText };

/** What the home of media tells the phone. A fragment holds all candidates so far. */
export type MediaEvent =
  | EventOf<
      "offer-made" | "answer-made" | "media-connected" | "media-lost" | "media-failed" | "window-closed"
    >
  /** Made while it rings, and kept in case that one is asked for. */
  | { readonly type: "offer-ahead"; readonly offer: ByteText }
  | { readonly type: "candidates-made"; readonly tag: DialogTag; readonly fragment: ByteText }
  /** Nothing is heard of them for a moment: not yet the call's business, but a reason to look at the line. */
  | { readonly type: "media-silent"; readonly tag: DialogTag };

export interface MediaOpening {
  readonly id: CallId;
  /** Otherwise the other side takes no candidates later: offers and answers are made when all are known. */
  readonly trickle: boolean;
  /** This side is going to offer once the user accepts. */
  readonly offers: boolean;
  hear(event: MediaEvent): void;
}

/** The media of one call, wherever it lives. Commands are taken in their order and answered by events. */
export interface CallMedia {
  /** Of the certificate that this call will use, and no other: signed before anything else is done. */
  readonly keys: readonly MediaKey[];
  command(command: MediaCommand): void;
  /** The call is over: window, microphone and connections go. */
  close(): void;
}

export interface MediaPort {
  /** Sets a certificate aside for a call. No window, no microphone and no connection yet. */
  open(opening: MediaOpening): Promise<CallMedia>;
}
