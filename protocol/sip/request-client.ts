import type { Step } from "../machine.ts";
import type { ClientEffect, ClientEvent, ClientOptions } from "./client-event.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { doubleUpToT2, sipTimers } from "./timers.ts";

/**
 * The client transaction of every request but INVITE and ACK (RFC 3261 §17.1.2).
 *
 *      request sent
 *           |
 *           v                                E: send again, T1 doubled up to T2
 *        trying ------1xx------> proceeding  E: send again every T2
 *           |                        |
 *           | 2xx-6xx                | 2xx-6xx      F in both: timeout --> terminated
 *           v                        |              transport error    --> terminated
 *       completed <------------------+
 *           |
 *           | K
 *           v
 *      terminated
 */
export type RequestClient = Trying | Proceeding | Completed | Terminated;

interface Trying {
  readonly kind: "request";
  readonly name: "trying";
  readonly request: SipRequest;
  readonly reliable: boolean;
  /** Of timer E. */
  readonly wait: number;
}
interface Proceeding {
  readonly kind: "request";
  readonly name: "proceeding";
  readonly request: SipRequest;
  readonly reliable: boolean;
}
interface Completed {
  readonly kind: "request";
  readonly name: "completed";
}
interface Terminated {
  readonly kind: "request";
  readonly name: "terminated";
}

type RequestStep = Step<RequestClient, ClientEffect>;

const COMPLETED: Completed = { kind: "request", name: "completed" };
const TERMINATED: Terminated = { kind: "request", name: "terminated" };
const NOTHING: readonly ClientEffect[] = [];

export function openRequestClient(request: SipRequest, { reliable }: ClientOptions): RequestStep {
  const tx: Trying = { kind: "request", name: "trying", request, reliable, wait: sipTimers.t1 };
  const effects: ClientEffect[] = [
    { do: "send", request },
    { do: "start-timer", timer: "F", ms: sipTimers.giveUp },
  ];
  if (!reliable) effects.push({ do: "start-timer", timer: "E", ms: tx.wait });
  return [tx, effects];
}

export function stepRequestClient(tx: RequestClient, event: ClientEvent): RequestStep {
  switch (tx.name) {
    case "trying":
    case "proceeding":
      return whileOpen(tx, event);
    case "completed":
      // K absorbs what the network still holds of the final response (§17.1.2.2).
      return event.type === "timer" && event.timer === "K" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "terminated":
      return [tx, NOTHING];
  }
}

function whileOpen(tx: Trying | Proceeding, event: ClientEvent): RequestStep {
  switch (event.type) {
    case "response":
      return event.response.status >= 200 ? answered(tx, event.response) : proceeded(tx, event.response);
    case "timer":
      if (event.timer === "E") return sentAgain(tx);
      return event.timer === "F" ? failed(tx, "timeout") : [tx, NOTHING];
    case "transport-error":
      return failed(tx, "transport-error");
    case "cancel":
      // "A CANCEL request SHOULD NOT be sent to cancel a request other than INVITE" (§9.1).
      return [tx, NOTHING];
  }
}

function proceeded(tx: Trying | Proceeding, response: SipResponse): RequestStep {
  const { request, reliable } = tx;
  return [{ kind: "request", name: "proceeding", request, reliable }, [{ do: "deliver", response }]];
}

function sentAgain(tx: Trying | Proceeding): RequestStep {
  if (tx.reliable) return [tx, NOTHING];
  const wait = tx.name === "trying" ? doubleUpToT2(tx.wait) : sipTimers.t2;
  return [
    tx.name === "trying" ? { ...tx, wait } : tx,
    [
      { do: "send", request: tx.request },
      { do: "start-timer", timer: "E", ms: wait },
    ],
  ];
}

function answered(tx: Trying | Proceeding, response: SipResponse): RequestStep {
  const effects = stopTimers(tx);
  effects.push({ do: "deliver", response });
  if (tx.reliable) return [TERMINATED, effects];
  effects.push({ do: "start-timer", timer: "K", ms: sipTimers.t4 });
  return [COMPLETED, effects];
}

function failed(tx: Trying | Proceeding, why: "timeout" | "transport-error"): RequestStep {
  const effects = stopTimers(tx);
  effects.push({ do: "fail", why });
  return [TERMINATED, effects];
}

function stopTimers(tx: Trying | Proceeding): ClientEffect[] {
  return tx.reliable
    ? [{ do: "stop-timer", timer: "F" }]
    : [
        { do: "stop-timer", timer: "E" },
        { do: "stop-timer", timer: "F" },
      ];
}
