import type { Step } from "../machine.ts";
import { createResponse } from "./create-response.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import type { ServerEffect, ServerEvent, ServerOptions } from "./server-event.ts";
import { doubleUpToT2, sipTimers } from "./timers.ts";

/**
 * The server transaction of an INVITE (RFC 3261 §17.2.1, RFC 6026 §8.7).
 *
 *     INVITE: deliver
 *         |
 *         v      trying, 200 ms
 *      untried ------------------+
 *         |                      | send 100          INVITE again: nothing
 *         | 1xx from the user    v
 *         +----------------> proceeding              INVITE again: the last provisional response again
 *         |                      |
 *     from both:                 |
 *         2xx      --> accepted   --L--> terminated  INVITE again: nothing; ACK: deliver; more 2xx: send
 *         3xx-6xx  --> completed  --H--> terminated  INVITE again, G: the response again; H: timeout
 *                          |
 *                          | ACK
 *                          v
 *                      confirmed  --I--> terminated  INVITE, ACK again: nothing
 *         abandon  --------------------> terminated
 */
export type InviteServer = Untried | Proceeding | Accepted | Completed | Confirmed | Terminated;

interface Untried {
  readonly kind: "invite";
  readonly name: "untried";
  readonly reliable: boolean;
  readonly request: SipRequest;
}
interface Proceeding {
  readonly kind: "invite";
  readonly name: "proceeding";
  readonly reliable: boolean;
  readonly last: SipResponse;
}
interface Accepted {
  readonly kind: "invite";
  readonly name: "accepted";
}
interface Completed {
  readonly kind: "invite";
  readonly name: "completed";
  readonly reliable: boolean;
  readonly final: SipResponse;
  /** Of timer G. */
  readonly wait: number;
}
interface Confirmed {
  readonly kind: "invite";
  readonly name: "confirmed";
}
interface Terminated {
  readonly kind: "invite";
  readonly name: "terminated";
}

type InviteStep = Step<InviteServer, ServerEffect>;

const ACCEPTED: Accepted = { kind: "invite", name: "accepted" };
const CONFIRMED: Confirmed = { kind: "invite", name: "confirmed" };
const TERMINATED: Terminated = { kind: "invite", name: "terminated" };
const NOTHING: readonly ServerEffect[] = [];
const TRANSPORT_ERROR: readonly ServerEffect[] = [{ do: "fail", why: "transport-error" }];

export function openInviteServer(request: SipRequest, { reliable, trying }: ServerOptions): InviteStep {
  const tx: Untried = { kind: "invite", name: "untried", reliable, request };
  const deliver: ServerEffect = { do: "deliver", request };
  return trying === "user"
    ? [tx, [deliver]]
    : [tx, [deliver, { do: "start-timer", timer: "trying", ms: sipTimers.trying }]];
}

export function stepInviteServer(tx: InviteServer, event: ServerEvent): InviteStep {
  switch (tx.name) {
    case "untried":
    case "proceeding":
      return whileOpen(tx, event);
    case "accepted":
      return whileAccepted(tx, event);
    case "completed":
      return whileCompleted(tx, event);
    case "confirmed":
      return event.type === "timer" && event.timer === "I" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "terminated":
      return [tx, NOTHING];
  }
}

function whileOpen(tx: Untried | Proceeding, event: ServerEvent): InviteStep {
  switch (event.type) {
    case "request":
      // "If a request retransmission is received while in the "Proceeding" state, the most recent provisional
      // response ... MUST be passed to the transport layer" (§17.2.1). An ACK before any final response is noise.
      return [
        tx,
        tx.name === "proceeding" && event.request.method === "INVITE"
          ? [{ do: "send", response: tx.last }]
          : NOTHING,
      ];
    case "respond":
      return responded(tx, event.response);
    case "timer":
      return event.timer === "trying" && tx.name === "untried"
        ? proceeded(tx, createResponse(tx.request, 100))
        : [tx, NOTHING];
    case "transport-error":
      return [tx, TRANSPORT_ERROR];
    case "abandon":
      return [TERMINATED, stopTrying(tx)];
  }
}

function whileAccepted(tx: Accepted, event: ServerEvent): InviteStep {
  switch (event.type) {
    case "request":
      // The retransmitted INVITE is absorbed; its 2xx is retransmitted by the user (RFC 6026 §8.7).
      return [tx, event.request.method === "ACK" ? [{ do: "deliver", request: event.request }] : NOTHING];
    case "respond":
      return [tx, isSuccess(event.response) ? [{ do: "send", response: event.response }] : NOTHING];
    case "timer":
      return event.timer === "L" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "transport-error":
      return [tx, TRANSPORT_ERROR];
    case "abandon":
      return [tx, NOTHING];
  }
}

function whileCompleted(tx: Completed, event: ServerEvent): InviteStep {
  switch (event.type) {
    case "request":
      return event.request.method === "ACK" ? confirmed(tx) : [tx, [{ do: "send", response: tx.final }]];
    case "timer":
      if (event.timer === "G") return sentAgain(tx);
      return event.timer === "H"
        ? [TERMINATED, [...stopTimerG(tx), { do: "fail", why: "timeout" }]]
        : [tx, NOTHING];
    case "transport-error":
      return [tx, TRANSPORT_ERROR];
    case "respond":
    case "abandon":
      return [tx, NOTHING];
  }
}

function responded(tx: Untried | Proceeding, response: SipResponse): InviteStep {
  if (response.status < 200) return proceeded(tx, response);
  const effects = stopTrying(tx);
  effects.push({ do: "send", response });
  if (isSuccess(response)) {
    effects.push({ do: "start-timer", timer: "L", ms: sipTimers.giveUp });
    return [ACCEPTED, effects];
  }
  effects.push({ do: "start-timer", timer: "H", ms: sipTimers.giveUp });
  if (!tx.reliable) effects.push({ do: "start-timer", timer: "G", ms: sipTimers.t1 });
  return [
    { kind: "invite", name: "completed", reliable: tx.reliable, final: response, wait: sipTimers.t1 },
    effects,
  ];
}

function proceeded(tx: Untried | Proceeding, response: SipResponse): InviteStep {
  const effects = stopTrying(tx);
  effects.push({ do: "send", response });
  return [{ kind: "invite", name: "proceeding", reliable: tx.reliable, last: response }, effects];
}

function sentAgain(tx: Completed): InviteStep {
  if (tx.reliable) return [tx, NOTHING];
  const wait = doubleUpToT2(tx.wait);
  return [
    { ...tx, wait },
    [
      { do: "send", response: tx.final },
      { do: "start-timer", timer: "G", ms: wait },
    ],
  ];
}

function confirmed(tx: Completed): InviteStep {
  const effects = stopTimerG(tx);
  effects.push({ do: "stop-timer", timer: "H" });
  if (tx.reliable) return [TERMINATED, effects];
  effects.push({ do: "start-timer", timer: "I", ms: sipTimers.t4 });
  return [CONFIRMED, effects];
}

function stopTrying(tx: Untried | Proceeding): ServerEffect[] {
  return tx.name === "untried" ? [{ do: "stop-timer", timer: "trying" }] : [];
}

function stopTimerG(tx: Completed): ServerEffect[] {
  return tx.reliable ? [] : [{ do: "stop-timer", timer: "G" }];
}

function isSuccess(response: SipResponse): boolean {
  return response.status >= 200 && response.status < 300;
}
