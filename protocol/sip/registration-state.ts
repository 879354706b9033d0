import type { TimerEffect } from "../machine.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";
import type { GrantedBinding } from "./register-request.ts";

/**
 * A device's registration (RFC 3261 §10.2, RFC 5626 §4), over one connection after the other.
 *
 *      idle --start--> offline <-------------- socket-lost, no answer: from every state below
 *                        |                     connect again after a growing wait
 *                        | socket-open
 *                        v
 *      +--------------> asking                 a REGISTER is out, each with a higher number
 *      |               |  |  |  |
 *      | credentials   |  |  |  +-- 423 -----> asking, for longer
 *      +-- authorizing +  |  |     408, 5xx -> waiting --retry--> asking
 *           401, 407      |  +-- other 3xx-6xx --> refused --start--> offline
 *                         | 2xx
 *                         v
 *                     registered --refresh---> asking
 *
 *      stop: registered, waiting --> asking to leave --any answer--> idle; authorizing, offline --> idle;
 *            asking --> asking, and then to leave
 */
export type Registration = Idle | Offline | Asking | Authorizing | Waiting | Registered | Refused;

export interface Idle {
  readonly name: "idle";
  readonly series: Series;
}
export interface Offline {
  readonly name: "offline";
  readonly series: Series;
  /** Connections in a row that led to no registration. */
  readonly failures: number;
}
export interface Asking {
  readonly name: "asking";
  readonly series: Series;
  readonly purpose: Purpose;
  readonly failures: number;
  /** Challenges and 423s in a row. */
  readonly retries: number;
}
export interface Authorizing {
  readonly name: "authorizing";
  readonly series: Series;
  readonly purpose: Purpose;
  readonly failures: number;
  readonly retries: number;
}
export interface Waiting {
  readonly name: "waiting";
  readonly series: Series;
  readonly failures: number;
}
export interface Registered {
  readonly name: "registered";
  readonly series: Series;
}
export interface Refused {
  readonly name: "refused";
  readonly series: Series;
}

/** What the REGISTER that is out is for. */
export type Purpose = "register" | "register-and-leave" | "leave";

/** All REGISTERs of one device to one registrar: one Call-ID, rising numbers (§10.2). */
export interface Series {
  readonly account: Account;
  /** CSeq of the last REGISTER. */
  readonly seq: number;
  /** Seconds to ask for; a 423 raises it. */
  readonly expires: number;
}

export interface Account {
  /** Request-URI: the domain (`sip:a.example`). */
  readonly registrar: ByteText;
  /** Of From and To, without a tag: `<sip:alice.eth@a.example>`. */
  readonly address: ByteText;
  readonly tag: ByteText;
  readonly callId: ByteText;
  /** Of Contact, without expires: `<sip:…>;+sip.instance="<urn:uuid:…>";reg-id=1`. */
  readonly contact: ByteText;
  /** Seconds to ask for. */
  readonly expires: number;
  /** Into every REGISTER: Supported, Allow, User-Agent. */
  readonly headers: readonly SipHeader[];
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/** `refresh`, `expiry`: of what the registrar granted. `retry`: after a 503. `connect`: after a lost connection. */
export type RegistrationTimer = "refresh" | "expiry" | "retry" | "connect";

/** `random`: a fresh number in [0, 1). */
export type RegistrationEvent =
  /** Source: the user. Action: connects; forgets a refusal. */
  | { readonly type: "start" }
  /** Source: the user. Action: the binding is taken back, where there is one. */
  | { readonly type: "stop" }
  /** Source: the socket. Action: registers. */
  | { readonly type: "socket-open" }
  /** Source: the socket: it dropped, or did not come about. Action: connects again after a wait. */
  | { readonly type: "socket-lost"; readonly random: number }
  /** Source: the client transaction of the last REGISTER. Action: see the drawing. */
  | { readonly type: "response"; readonly response: SipResponse; readonly random: number }
  /** Source: the same: no answer, or not sent. Action: as if the connection were lost. */
  | { readonly type: "fail"; readonly random: number }
  /** Source: the user, who has answered `authorize`. Action: registers with these headers. */
  | { readonly type: "credentials"; readonly headers: readonly SipHeader[] }
  /** Source: the clock. */
  | { readonly type: "timer"; readonly timer: RegistrationTimer };

export type RegistrationEffect =
  /** Open a connection, a new one even if an old one seems alive; answer by `socket-open` or `socket-lost`. */
  | { readonly do: "connect" }
  /** Open a client transaction; whoever sends puts its Via on top. */
  | { readonly do: "request"; readonly request: SipRequest }
  /** Sign for this challenge, for a REGISTER numbered `seq`; answer by `credentials`. */
  | { readonly do: "authorize"; readonly response: SipResponse; readonly seq: number }
  /** To the user: reachable, after every successful REGISTER. */
  | { readonly do: "registered"; readonly granted: GrantedBinding }
  /** To the user: what was granted has run out, and refreshing it fails. */
  | { readonly do: "lapsed" }
  /** To the user: no connection; trying again. */
  | { readonly do: "offline" }
  /** To the user: `stop` is done; the connection may be closed. */
  | { readonly do: "stopped" }
  /** To the user: the registrar will not have it. Nothing more is tried. */
  | { readonly do: "refused"; readonly response: SipResponse }
  | TimerEffect<RegistrationTimer>;
