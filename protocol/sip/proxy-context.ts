import type { TimerEffect } from "../machine.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";
import type { ProxyConfig } from "./proxy-config.ts";

/** One place to forward a request to. */
export interface ProxyTarget {
  /** The Request-URI of what is forwarded: a device's Contact, or the request's own where it stays (§16.6 step 2). */
  readonly uri: ByteText;
  /** Where to send it, in words of whoever runs the machine: a connection, a peer. The machine only hands it on. */
  readonly hop: string | number;
  /** Another way to the same device: tried when this one fails, never beside it (RFC 5626 §5.3). */
  readonly otherwise?: ProxyTarget;
}

/**
 * The response context of one forwarded request (RFC 3261 §16.7): its server transaction above, one client
 * transaction per branch below.
 *
 *     request with its targets: forward to all of the first group, INVITE: 100
 *         |
 *         |     a group has answered, none with 2xx or 6xx: forward to the next group
 *         v
 *     searching --CANCEL, 6xx--> closing          cancel every branch that rings, open no new one
 *         |                         |
 *         |  2xx of any branch:     |             send it, cancel the other branches
 *         |  all have answered:     |             send the best response
 *         v                         |
 *     answered  <-------------------+             of an INVITE each further 2xx is sent as well
 *         |
 *         |  every client transaction has ended
 *         v
 *       ended
 */
export type ProxyContext = Searching | Closing | Answered | Ended;

export interface Searching {
  readonly name: "searching";
  readonly search: Search;
  readonly branches: readonly Branch[];
  readonly finals: readonly SipResponse[];
  /** Groups of targets that wait for their turn. */
  readonly groups: readonly (readonly ProxyTarget[])[];
}
export interface Closing {
  readonly name: "closing";
  readonly search: Search;
  readonly branches: readonly Branch[];
  readonly finals: readonly SipResponse[];
}
export interface Answered {
  readonly name: "answered";
  readonly invite: boolean;
  readonly branches: readonly Branch[];
}
export interface Ended {
  readonly name: "ended";
}

/**
 * One client transaction. `trying`: nothing came yet. `proceeding`: 1xx. `final`: it has given its answer, or
 * will be heard no more. `closed`: its transaction has ended.
 */
export interface Branch {
  readonly id: number;
  readonly name: "trying" | "proceeding" | "final" | "closed";
  readonly otherwise: ProxyTarget | undefined;
}

/** What stays the same while targets are tried. */
export interface Search {
  readonly request: SipRequest;
  readonly invite: boolean;
  readonly config: ProxyConfig;
  readonly random: string;
  readonly loop: string;
}

export type ProxyTimer = `C${number}`;

export type ProxyEvent =
  /** Source: a branch's client transaction delivers. Action: see the drawing; 100 goes no further (§16.7 step 5). */
  | { readonly type: "response"; readonly branch: number; readonly response: SipResponse }
  /** Source: a branch's client transaction fails. Action: as if a 408 or a 503 had come (§16.8, §16.9). */
  | { readonly type: "fail"; readonly branch: number; readonly why: "timeout" | "transport-error" }
  /** Source: a branch's client transaction has terminated. Action: the context ends with the last one. */
  | { readonly type: "closed"; readonly branch: number }
  /** Source: the clock; timer C of a branch (§16.8). Action: the branch is cancelled. */
  | { readonly type: "timer"; readonly timer: ProxyTimer }
  /**
   * Source: a CANCEL whose INVITE this is (§16.10), which its own transaction has answered already.
   * Action: each pending branch is cancelled; `headers` (its Reason) go along.
   */
  | { readonly type: "cancel"; readonly headers: readonly SipHeader[] };

export type ProxyEffect =
  /** Open a client transaction with this request, as `branch`, to `target.hop`. */
  | {
      readonly do: "forward";
      readonly branch: number;
      readonly target: ProxyTarget;
      readonly request: SipRequest;
    }
  /** To the server transaction. */
  | { readonly do: "respond"; readonly response: SipResponse }
  /** To the client transaction of the branch. */
  | { readonly do: "cancel"; readonly branch: number; readonly headers: readonly SipHeader[] }
  /** To the server transaction: nothing will be said (RFC 4320 §4.2). */
  | { readonly do: "abandon" }
  | TimerEffect<ProxyTimer>;
