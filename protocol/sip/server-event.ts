import type { TimerEffect } from "../machine.ts";
import type { SipRequest, SipResponse } from "./message.ts";

/** G, H, I, L, `trying`: INVITE. J: others. */
export type ServerTimer = "G" | "H" | "I" | "L" | "trying" | "J";

export type ServerEvent =
  /**
   * Source: the transport; a request whose `serverKey` is this transaction's: the same again, or the ACK of an
   * INVITE. Action: the last response is sent again; an ACK ends the waiting for it.
   */
  | { readonly type: "request"; readonly request: SipRequest }
  /**
   * Source: the user. Action: sent, where this transaction may still send it: one final response, and after a
   * 2xx to INVITE further 2xx (RFC 6026 §8.7).
   */
  | { readonly type: "respond"; readonly response: SipResponse }
  /** Source: the clock. Action: sends again, gives up, or ends; a timer that the state does not run is nothing. */
  | { readonly type: "timer"; readonly timer: ServerTimer }
  /** Source: the transport, which could not send. Action: the user is told, the state stays (RFC 6026 §8.8). */
  | { readonly type: "transport-error" }
  /**
   * Source: the user, who will never answer: nobody sends a 408 to a non-INVITE request (RFC 4320 §4.2).
   * Action: the end, unless a final response was sent.
   */
  | { readonly type: "abandon" };

export type ServerEffect =
  /** To the transport, back the way the request came (§18.2.2). */
  | { readonly do: "send"; readonly response: SipResponse }
  /** To the user: the request, once; and the ACK of a 2xx where it bears the INVITE's branch (RFC 6026 §8.7). */
  | { readonly do: "deliver"; readonly request: SipRequest }
  /** To the user. `timeout`: no ACK came for a 3xx-6xx, and nothing is left to do. */
  | { readonly do: "fail"; readonly why: "timeout" | "transport-error" }
  | TimerEffect<ServerTimer>;

export interface ServerOptions {
  /** TCP, TLS and WebSocket are reliable, UDP is not (RFC 7118 §5). */
  readonly reliable: boolean;
  /**
   * Who says 100 to an INVITE. `transaction`: this machine, unless its user answers within 200 ms (§17.2.1);
   * `user`: a proxy, which sends it at once as its first response (§16.2).
   */
  readonly trying: "transaction" | "user";
}
