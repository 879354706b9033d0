import type { Step } from "../machine.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import type { ServerEffect, ServerEvent, ServerOptions } from "./server-event.ts";
import { sipTimers } from "./timers.ts";

/**
 * The server transaction of every request but INVITE and ACK (RFC 3261 §17.2.2).
 *
 *     request: deliver
 *         |
 *         v        1xx
 *      trying ------------> proceeding      request again: the last response again (in trying: nothing)
 *         |                     |
 *         |  2xx-6xx            | 2xx-6xx   abandon --> terminated
 *         v                     |
 *     completed <---------------+           request again: the final response again
 *         |
 *         | J
 *         v
 *     terminated
 */
export type RequestServer = Trying | Proceeding | Completed | Terminated;

interface Trying {
  readonly kind: "request";
  readonly name: "trying";
  readonly reliable: boolean;
}
interface Proceeding {
  readonly kind: "request";
  readonly name: "proceeding";
  readonly reliable: boolean;
  readonly last: SipResponse;
}
interface Completed {
  readonly kind: "request";
  readonly name: "completed";
  readonly final: SipResponse;
}
interface Terminated {
  readonly kind: "request";
  readonly name: "terminated";
}

type RequestStep = Step<RequestServer, ServerEffect>;

const TRYING_RELIABLE: Trying = { kind: "request", name: "trying", reliable: true };
const TRYING_UNRELIABLE: Trying = { kind: "request", name: "trying", reliable: false };
const TERMINATED: Terminated = { kind: "request", name: "terminated" };
const NOTHING: readonly ServerEffect[] = [];
const TRANSPORT_ERROR: readonly ServerEffect[] = [{ do: "fail", why: "transport-error" }];

export function openRequestServer(request: SipRequest, { reliable }: ServerOptions): RequestStep {
  return [reliable ? TRYING_RELIABLE : TRYING_UNRELIABLE, [{ do: "deliver", request }]];
}

export function stepRequestServer(tx: RequestServer, event: ServerEvent): RequestStep {
  switch (tx.name) {
    case "trying":
    case "proceeding":
      return whileOpen(tx, event);
    case "completed":
      return whileCompleted(tx, event);
    case "terminated":
      return [tx, NOTHING];
  }
}

function whileOpen(tx: Trying | Proceeding, event: ServerEvent): RequestStep {
  switch (event.type) {
    case "request":
      // "If in the "Trying" state, request retransmissions are discarded" (§17.2.2).
      return [tx, tx.name === "proceeding" ? [{ do: "send", response: tx.last }] : NOTHING];
    case "respond":
      return responded(tx, event.response);
    case "transport-error":
      return [tx, TRANSPORT_ERROR];
    case "abandon":
      return [TERMINATED, NOTHING];
    case "timer":
      return [tx, NOTHING];
  }
}

function whileCompleted(tx: Completed, event: ServerEvent): RequestStep {
  switch (event.type) {
    case "request":
      return [tx, [{ do: "send", response: tx.final }]];
    case "timer":
      return event.timer === "J" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "transport-error":
      return [tx, TRANSPORT_ERROR];
    case "respond":
    case "abandon":
      // "Any other final responses passed by the TU ... MUST be discarded while in the "Completed" state" (§17.2.2).
      return [tx, NOTHING];
  }
}

function responded(tx: Trying | Proceeding, response: SipResponse): RequestStep {
  const { reliable } = tx;
  const send: ServerEffect = { do: "send", response };
  if (response.status < 200)
    return [{ kind: "request", name: "proceeding", reliable, last: response }, [send]];
  if (reliable) return [TERMINATED, [send]];
  return [
    { kind: "request", name: "completed", final: response },
    [send, { do: "start-timer", timer: "J", ms: sipTimers.giveUp }],
  ];
}
