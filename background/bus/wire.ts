import type { Envelope, ReplyEnvelope } from "../../protocol/bus/envelope.ts";

/** What carries envelopes between the contexts of one extension: the browser's messages, or a test's. */
export interface Wire {
  /** Gives what one of the others replied; undefined where none did. */
  send(envelope: Envelope): Promise<unknown>;
  receive(receiver: Receiver, signal: AbortSignal): void;
}

/** Decides in the same turn whether it answers: another context may be the one that does. */
export type Receiver = (message: unknown, sender: WireSender) => Promise<ReplyEnvelope> | undefined;

/** Who sent a message, as the browser vouches for it; a part of `chrome.runtime.MessageSender`. */
export interface WireSender {
  readonly id?: string | undefined;
  readonly origin?: string | undefined;
  readonly url?: string | undefined;
  readonly tab?: { readonly id?: number | undefined } | undefined;
  readonly frameId?: number | undefined;
  readonly documentId?: string | undefined;
}
