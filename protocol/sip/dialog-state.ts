import type { TimerEffect } from "../machine.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";

/**
 * The dialog of an INVITE, with the INVITEs inside it (RFC 3261 §12 to §15).
 *
 *     INVITE sent, 1xx or 2xx     INVITE received
 *     with a To tag               (tag chosen)
 *            |                        |
 *            +--------> early <-------+
 *                         |
 *          2xx            |  3xx-6xx, timeout, CANCEL, BYE of the caller --> terminated
 *                         v
 *                     confirmed       requests both ways, re-INVITE, its ACK
 *                         |
 *       we say BYE        |  they say BYE --> terminated
 *       481, 408, no ACK: |
 *       BYE for the lost  v
 *                      leaving        our BYE is out; whatever else comes gets 481
 *                         |
 *                         |  any answer to the BYE, or none
 *                         v
 *                     terminated
 */
export type Dialog = EarlyCaller | EarlyCallee | Confirmed | Leaving | Terminated;

export interface EarlyCaller {
  readonly name: "early-caller";
  readonly peer: DialogPeer;
  /** CSeq of the INVITE. */
  readonly seq: number;
}
export interface EarlyCallee {
  readonly name: "early-callee";
  readonly peer: DialogPeer;
  readonly seq: number;
  readonly invite: SipRequest;
}
export interface Confirmed {
  readonly name: "confirmed";
  readonly peer: DialogPeer;
  readonly exchange: InviteExchange;
  readonly acked: Acked | undefined;
}
export interface Leaving {
  readonly name: "leaving";
  readonly peer: DialogPeer;
  readonly acked: Acked | undefined;
}
export interface Terminated {
  readonly name: "terminated";
}

/** Our ACK of the last 2xx, sent again for each retransmission of that (§13.2.2.4). */
export interface Acked {
  readonly seq: number;
  readonly ack: SipRequest;
}

/**
 * The INVITE that is under way within a confirmed dialog; one at a time, in either direction (§14.1).
 *
 *     none --we send--> asking --2xx--> owing --our ACK--> none
 *                         +--3xx-6xx----------------------> none
 *     none --they send--> asked --our 2xx--> answering --their ACK--> none
 *                           +--our 3xx-6xx--------------------------> none
 */
export type InviteExchange =
  | { readonly name: "none" }
  | { readonly name: "asking"; readonly seq: number; readonly invite: SipRequest }
  /** Their 2xx is here, the user owes the ACK: it may have to carry the answer to an offer. */
  | { readonly name: "owing"; readonly seq: number }
  | { readonly name: "asked"; readonly seq: number; readonly invite: SipRequest }
  | Answering;

/** Our 2xx is out, sent again until its ACK comes (§13.3.1.4). */
export interface Answering {
  readonly name: "answering";
  readonly seq: number;
  readonly invite: SipRequest;
  readonly response: SipResponse;
  /** Of the timer `2xx`. */
  readonly wait: number;
  /** "The callee's UA MUST NOT send a BYE on a confirmed dialog until it has received an ACK" (§15). */
  readonly bye: readonly SipHeader[] | undefined;
}

/** What a dialog is beside its state (§12): the same at both ends, seen from ours. */
export interface DialogPeer {
  readonly callId: ByteText;
  readonly localTag: ByteText;
  readonly remoteTag: ByteText;
  /** From and To of what we send, tags included. */
  readonly local: ByteText;
  readonly remote: ByteText;
  /** Where requests go: the other end's Contact. */
  readonly target: ByteText;
  /** Route of what we send, in order, as written in Record-Route. */
  readonly routes: readonly ByteText[];
  /** Contact of what we send. */
  readonly contact: ByteText;
  /** The caller chose the Call-ID, which decides who waits longer after a glare (§14.1). */
  readonly ownsCallId: boolean;
  /** CSeq of the last request we sent, 0 before the first; and of the last we got, -1 before the first. */
  readonly localSeq: number;
  readonly remoteSeq: number;
}

/** `2xx`: send our 2xx again. `ack`: give up waiting for its ACK. */
export type DialogTimer = "2xx" | "ack";

export type DialogEnd =
  /** The other end hung up, or we did. */
  | "bye"
  | "hang-up"
  /** The INVITE got 3xx to 6xx, from them or from us; or was cancelled by the caller. */
  | "refused"
  | "cancelled"
  /** 481, 408, or no answer at all: there is nobody any more (§12.2.1.2). */
  | "lost"
  /** Our 2xx was never confirmed (§13.3.1.4). */
  | "no-ack";

export type DialogEvent =
  /** Source: the network, a request whose `dialogKey` is this one's, an ACK included. Action: order is checked. */
  | { readonly type: "request"; readonly request: SipRequest }
  /** Source: the user, its answer to a delivered request. Action: sent with our tag, and Contact where it counts. */
  | { readonly type: "respond"; readonly request: SipRequest; readonly answer: Answer }
  /**
   * Source: a CANCEL of the INVITE that waits for our answer, itself answered already (§9.2). Action: 487, and the
   * end where it was the INVITE that made the dialog.
   */
  | { readonly type: "cancelled" }
  /** Source: a client transaction, a response to the INVITE that made the dialog or to one of ours inside it. */
  | { readonly type: "response"; readonly response: SipResponse }
  /** Source: a client transaction that failed. Action: no answer ends the dialog; a lost connection does not. */
  | { readonly type: "fail"; readonly method: string; readonly why: "timeout" | "transport-error" }
  /** Source: the user. Action: a request within the dialog; INVITE only where no other is under way. */
  | { readonly type: "send"; readonly method: string; readonly content: Content }
  /** Source: the user, who owes the ACK of a 2xx. */
  | { readonly type: "ack"; readonly content: Content }
  /** Source: the user hangs up. Action: BYE, when §15 allows; a call that is not answered yet is refused by `respond`. */
  | { readonly type: "bye"; readonly headers: readonly SipHeader[] }
  /** Source: the clock. */
  | { readonly type: "timer"; readonly timer: DialogTimer };

export interface Content {
  readonly headers?: readonly SipHeader[];
  readonly body?: ByteText;
}

export interface Answer extends Content {
  readonly status: number;
  readonly reason?: ByteText;
}

export type DialogEffect =
  /** Open a client transaction; whoever sends puts its Via on top. */
  | { readonly do: "request"; readonly request: SipRequest }
  /**
   * To the client transaction of this INVITE: cancel it. The dialog is over, and nobody will send its 2xx again,
   * so that it might wait for ever.
   */
  | { readonly do: "withdraw"; readonly request: SipRequest }
  /** To the transport without a transaction, with a Via of its own (§13.2.2.4). */
  | { readonly do: "ack"; readonly request: SipRequest }
  /** To the server transaction of `request`. */
  | { readonly do: "respond"; readonly request: SipRequest; readonly response: SipResponse }
  /** To the user, who answers by `respond`; an ACK wants no answer. */
  | { readonly do: "deliver"; readonly request: SipRequest }
  /** To the user: what came of its INVITE or of another request. */
  | { readonly do: "answer"; readonly response: SipResponse }
  /** To the user: its request had no answer, and the dialog lives on. */
  | { readonly do: "fail"; readonly method: string; readonly why: "timeout" | "transport-error" }
  /** To the user: it asked for what may not be done now (an INVITE beside another, anything after the end). */
  | { readonly do: "decline"; readonly method: string }
  /** To the user, once: the call is over. */
  | { readonly do: "end"; readonly why: DialogEnd }
  | TimerEffect<DialogTimer>;
