import type { TimerEffect } from "../machine.ts";
import type { SipHeader, SipRequest, SipResponse } from "./message.ts";

/** A, B, D, M: INVITE. E, F, K: others. `cancel`: 64*T1 after a CANCEL (§9.1). */
export type ClientTimer = "A" | "B" | "D" | "M" | "cancel" | "E" | "F" | "K";

export type ClientEvent =
  /**
   * Source: the transport; a response whose `clientKey` is this transaction's.
   * Action: delivered to the user unless it is a retransmission; answered with an ACK where the transaction owes one.
   */
  | { readonly type: "response"; readonly response: SipResponse }
  /** Source: the clock. Action: sends again, gives up, or ends; a timer that the state does not run is nothing. */
  | { readonly type: "timer"; readonly timer: ClientTimer }
  /** Source: the transport, which could not send or has lost its connection. Action: the user is told; the end. */
  | { readonly type: "transport-error" }
  /**
   * Source: the user, who wants the INVITE no more (§9.1); `headers` (a Reason) go into the CANCEL.
   * Action: CANCEL at once after a provisional response, else when one comes; nothing for other requests.
   */
  | { readonly type: "cancel"; readonly headers: readonly SipHeader[] };

export type ClientEffect =
  /** To the transport: the request of the transaction, or its ACK of a 3xx-6xx. */
  | { readonly do: "send"; readonly request: SipRequest }
  /** To the user: a provisional response, a final one, each further 2xx of an INVITE. */
  | { readonly do: "deliver"; readonly response: SipResponse }
  /** To whoever runs transactions: open another one with this CANCEL, on the same transport to the same place. */
  | { readonly do: "cancel"; readonly request: SipRequest }
  /** To the user, as if a 408 or a 503 had come (§8.1.3.1). */
  | { readonly do: "fail"; readonly why: "timeout" | "transport-error" }
  | TimerEffect<ClientTimer>;

export interface ClientOptions {
  /** TCP, TLS and WebSocket are reliable, UDP is not (§17.1.1.2; RFC 7118 §5). */
  readonly reliable: boolean;
}
