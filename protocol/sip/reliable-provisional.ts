import type { Step, TimerEffect } from "../machine.ts";
import { toHeader } from "./edit-message.ts";
import { header } from "./fields.ts";
import type { ByteText, SipRequest, SipResponse } from "./message.ts";
import { sipTimers } from "./timers.ts";

/**
 * The side that answers an INVITE by provisional responses which must arrive (RFC 3262 §3), one at a time.
 *
 *              provisional: send             PRACK that fits: accept it, send the next
 *      idle ------------------> waiting --+------------------> idle, or waiting for the next
 *        |                         |      |
 *        |                         |      +-- again: send again, T1 doubled
 *        |                         |      +-- give-up, 64*T1: fail ----------> closed
 *        |  final: send            |      +-- 2xx: sent when the PRACK has come
 *        v                         |
 *      closed <--------------------+ 3xx-6xx: send
 */
export type ReliableProvisional = Idle | Waiting | Closed;

interface Idle {
  readonly name: "idle";
  /** Of the INVITE: `4711 INVITE`, as RAck repeats it. */
  readonly cseq: string;
  /** RSeq of the next response. */
  readonly next: number;
}
interface Waiting {
  readonly name: "waiting";
  readonly cseq: string;
  readonly next: number;
  readonly sent: SipResponse;
  /** Of the timer `again`. */
  readonly wait: number;
  /** What follows when the PRACK has come: more of the same, and the 2xx at last. */
  readonly queue: readonly SipResponse[];
}
interface Closed {
  readonly name: "closed";
  readonly cseq: string;
  /** RSeq of the response that had no PRACK when the final one was sent; 0 where there is none. */
  readonly open: number;
}

export type ReliableTimer = "again" | "give-up";

export type ReliableEvent =
  /** Source: the user, a response of 101 to 199, without RSeq. Action: sent, or queued behind the one before. */
  | { readonly type: "provisional"; readonly response: SipResponse }
  /**
   * Source: the user, the final response to the INVITE, a 2xx as often as it likes. Action: sent; a 2xx not before
   * the PRACK.
   */
  | { readonly type: "final"; readonly response: SipResponse }
  /** Source: the dialog, a PRACK. Action: accepted where it names the response that waits, else refused. */
  | { readonly type: "prack"; readonly request: SipRequest }
  /** Source: the clock. Action: sends again, or gives up. */
  | { readonly type: "timer"; readonly timer: ReliableTimer };

export type ReliableEffect =
  /** To the server transaction of the INVITE. */
  | { readonly do: "send"; readonly response: SipResponse }
  /** To the user: answer this PRACK with 2xx; its body may be the answer to an offer (RFC 3262 §5). */
  | { readonly do: "accept"; readonly request: SipRequest }
  /** To the server transaction of the PRACK: 481 (RFC 3262 §3). */
  | { readonly do: "refuse"; readonly request: SipRequest }
  /** To the user: "the UAS SHOULD reject the original request with a 5xx response" (RFC 3262 §3). */
  | { readonly do: "fail" }
  | TimerEffect<ReliableTimer>;

type ReliableStep = Step<ReliableProvisional, ReliableEffect>;

const NOTHING: readonly ReliableEffect[] = [];
const STOP: readonly ReliableEffect[] = [
  { do: "stop-timer", timer: "again" },
  { do: "stop-timer", timer: "give-up" },
];
/** More than a call ever says before it is answered; beyond it the newest is dropped. */
const MAX_QUEUE = 16;

/** @param firstRSeq "uniformly in the range 1 to 2^31 - 1" (RFC 3262 §3), from outside as all randomness is. */
export function openReliableProvisional(invite: SipRequest, firstRSeq: number): ReliableProvisional {
  return { name: "idle", cseq: words(header(invite, "cseq")).join(" "), next: firstRSeq };
}

export function stepReliableProvisional(state: ReliableProvisional, event: ReliableEvent): ReliableStep {
  switch (state.name) {
    case "idle":
      return whileIdle(state, event);
    case "waiting":
      return whileWaiting(state, event);
    case "closed":
      return whileClosed(state, event);
  }
}

function whileIdle(state: Idle, event: ReliableEvent): ReliableStep {
  switch (event.type) {
    case "provisional":
      return sent(state, event.response, []);
    case "final":
      return [{ name: "closed", cseq: state.cseq, open: 0 }, [{ do: "send", response: event.response }]];
    case "prack":
      return [state, [{ do: "refuse", request: event.request }]];
    case "timer":
      return [state, NOTHING];
  }
}

function whileWaiting(state: Waiting, event: ReliableEvent): ReliableStep {
  switch (event.type) {
    case "provisional":
      return [queued(state, event.response), NOTHING];
    case "final":
      // Its session may have been described in the response that nobody confirmed: "the UAS MUST NOT send a
      // final response until those provisional responses are acknowledged" (RFC 3262 §3).
      if (event.response.status < 300) return [queued(state, event.response), NOTHING];
      return [
        { name: "closed", cseq: state.cseq, open: state.next - 1 },
        [...STOP, { do: "send", response: event.response }],
      ];
    case "prack":
      return acknowledged(state, event.request);
    case "timer":
      return event.timer === "again"
        ? sentAgain(state)
        : [{ name: "closed", cseq: state.cseq, open: 0 }, [...STOP, { do: "fail" }]];
  }
}

function whileClosed(state: Closed, event: ReliableEvent): ReliableStep {
  // The 2xx sent again, or the refusal after `fail`: one final response is the server transaction's care.
  if (event.type === "final") return [state, [{ do: "send", response: event.response }]];
  // "It MUST be prepared to process PRACK requests for those outstanding responses" (RFC 3262 §3).
  if (event.type !== "prack") return [state, NOTHING];
  const { request } = event;
  return state.open > 0 && isFor(request, state.open, state.cseq)
    ? [{ ...state, open: 0 }, [{ do: "accept", request }]]
    : [state, [{ do: "refuse", request }]];
}

function sent(
  { cseq, next }: Idle | Waiting,
  response: SipResponse,
  queue: readonly SipResponse[],
): ReliableStep {
  const headers = [...response.headers, toHeader("Require", "100rel"), toHeader("RSeq", String(next))];
  const reliable: SipResponse = { ...response, headers };
  return [
    { name: "waiting", cseq, next: next + 1, sent: reliable, wait: sipTimers.t1, queue },
    [
      { do: "send", response: reliable },
      { do: "start-timer", timer: "again", ms: sipTimers.t1 },
      { do: "start-timer", timer: "give-up", ms: sipTimers.giveUp },
    ],
  ];
}

function acknowledged(state: Waiting, request: SipRequest): ReliableStep {
  if (!isFor(request, state.next - 1, state.cseq)) return [state, [{ do: "refuse", request }]];
  const accept: readonly ReliableEffect[] = [...STOP, { do: "accept", request }];
  const [response, ...queue] = state.queue;
  const idle: Idle = { name: "idle", cseq: state.cseq, next: state.next };
  if (response === undefined) return [idle, accept];
  const [next, effects] =
    response.status < 200 ? sent(idle, response, queue) : whileIdle(idle, { type: "final", response });
  return [next, [...accept, ...effects]];
}

function sentAgain(state: Waiting): ReliableStep {
  const wait = state.wait * 2;
  return [
    { ...state, wait },
    [
      { do: "send", response: state.sent },
      { do: "start-timer", timer: "again", ms: wait },
    ],
  ];
}

/** A final response is the last of the queue: nothing is said behind it. */
function queued(state: Waiting, response: SipResponse): Waiting {
  const isOver = state.queue.some(({ status }) => status >= 200);
  const isFull = state.queue.length >= MAX_QUEUE && response.status < 200;
  return isOver || isFull ? state : { ...state, queue: [...state.queue, response] };
}

/** RAck: the RSeq, and the CSeq of the INVITE (RFC 3262 §7.2). */
function isFor(prack: SipRequest, rseq: number, cseq: string): boolean {
  return words(header(prack, "rack")).join(" ") === `${rseq} ${cseq}`;
}

function words(value: ByteText | undefined): string[] {
  return value === undefined ? [] : value.trim().split(/\s+/);
}
