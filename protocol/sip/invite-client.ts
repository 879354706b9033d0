import type { Step } from "../machine.ts";
import type { ClientEffect, ClientEvent, ClientOptions } from "./client-event.ts";
import { createCancel, createHopAck } from "./hop-request.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { sipTimers } from "./timers.ts";

/**
 * The client transaction of an INVITE (RFC 3261 §17.1.1, RFC 6026 §8.4). `withdrawn` and `cancelling` are its
 * user's CANCEL (§9.1), which may only follow a provisional response.
 *
 *     INVITE sent
 *         |
 *         v         cancel
 *      calling ---------------> withdrawn           A: send again     B: timeout
 *         |                         |
 *         | 1xx                     | 1xx: send CANCEL
 *         v         cancel          v
 *     proceeding -------------> cancelling          cancel: timeout, 64*T1 after the CANCEL
 *
 *     from each of the four:
 *         2xx       --> accepted   --M--> terminated      each 2xx is delivered
 *         3xx-6xx   --> completed  --D--> terminated      each one is answered with the ACK
 *         timeout, transport error -----> terminated
 */
export type InviteClient = Calling | Withdrawn | Proceeding | Cancelling | Completed | Accepted | Terminated;

interface Calling {
  readonly kind: "invite";
  readonly name: "calling";
  readonly request: SipRequest;
  readonly reliable: boolean;
  /** Of timer A. */
  readonly wait: number;
}
interface Withdrawn {
  readonly kind: "invite";
  readonly name: "withdrawn";
  readonly request: SipRequest;
  readonly reliable: boolean;
  readonly wait: number;
  readonly cancel: SipRequest;
}
interface Proceeding {
  readonly kind: "invite";
  readonly name: "proceeding";
  readonly request: SipRequest;
  readonly reliable: boolean;
}
interface Cancelling {
  readonly kind: "invite";
  readonly name: "cancelling";
  readonly request: SipRequest;
  readonly reliable: boolean;
}
interface Completed {
  readonly kind: "invite";
  readonly name: "completed";
  readonly ack: SipRequest;
}
interface Accepted {
  readonly kind: "invite";
  readonly name: "accepted";
}
interface Terminated {
  readonly kind: "invite";
  readonly name: "terminated";
}

type InviteStep = Step<InviteClient, ClientEffect>;

const ACCEPTED: Accepted = { kind: "invite", name: "accepted" };
const TERMINATED: Terminated = { kind: "invite", name: "terminated" };
const NOTHING: readonly ClientEffect[] = [];

export function openInviteClient(request: SipRequest, { reliable }: ClientOptions): InviteStep {
  const tx: Calling = { kind: "invite", name: "calling", request, reliable, wait: sipTimers.t1 };
  const effects: ClientEffect[] = [
    { do: "send", request },
    { do: "start-timer", timer: "B", ms: sipTimers.giveUp },
  ];
  // "If a reliable transport is being used, the client transaction SHOULD NOT start timer A" (§17.1.1.2).
  if (!reliable) effects.push({ do: "start-timer", timer: "A", ms: tx.wait });
  return [tx, effects];
}

export function stepInviteClient(tx: InviteClient, event: ClientEvent): InviteStep {
  switch (tx.name) {
    case "calling":
    case "withdrawn":
      return whileUnanswered(tx, event);
    case "proceeding":
    case "cancelling":
      return whileProceeding(tx, event);
    case "completed":
      return whileCompleted(tx, event);
    case "accepted":
      return whileAccepted(tx, event);
    case "terminated":
      return [tx, NOTHING];
  }
}

function whileUnanswered(tx: Calling | Withdrawn, event: ClientEvent): InviteStep {
  switch (event.type) {
    case "response":
      return event.response.status >= 200 ? answered(tx, event.response) : rung(tx, event.response);
    case "timer":
      if (event.timer === "A") return sentAgain(tx);
      return event.timer === "B" ? failed(tx, "timeout") : [tx, NOTHING];
    case "transport-error":
      return failed(tx, "transport-error");
    case "cancel":
      return tx.name === "withdrawn"
        ? [tx, NOTHING]
        : [{ ...tx, name: "withdrawn", cancel: createCancel(tx.request, event.headers) }, NOTHING];
  }
}

function whileProceeding(tx: Proceeding | Cancelling, event: ClientEvent): InviteStep {
  switch (event.type) {
    case "response":
      return event.response.status >= 200
        ? answered(tx, event.response)
        : [tx, [{ do: "deliver", response: event.response }]];
    case "timer":
      return event.timer === "cancel" && tx.name === "cancelling" ? failed(tx, "timeout") : [tx, NOTHING];
    case "transport-error":
      return failed(tx, "transport-error");
    case "cancel":
      return tx.name === "cancelling"
        ? [tx, NOTHING]
        : cancelled(tx, createCancel(tx.request, event.headers));
  }
}

function whileCompleted(tx: Completed, event: ClientEvent): InviteStep {
  switch (event.type) {
    case "response":
      // "Any retransmissions of the final response ... MUST cause the ACK to be re-passed to the transport layer
      // ..., but the newly received response MUST NOT be passed up to the TU" (§17.1.1.2).
      return [tx, event.response.status >= 300 ? [{ do: "send", request: tx.ack }] : NOTHING];
    case "timer":
      return event.timer === "D" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "transport-error":
      return [
        TERMINATED,
        [
          { do: "stop-timer", timer: "D" },
          { do: "fail", why: "transport-error" },
        ],
      ];
    case "cancel":
      return [tx, NOTHING];
  }
}

function whileAccepted(tx: Accepted, event: ClientEvent): InviteStep {
  switch (event.type) {
    case "response": {
      // Every 2xx goes up, from whichever branch it comes: its user owes each the ACK (RFC 6026 §8.4).
      const { response } = event;
      const isSuccess = response.status >= 200 && response.status < 300;
      return [tx, isSuccess ? [{ do: "deliver", response }] : NOTHING];
    }
    case "timer":
      return event.timer === "M" ? [TERMINATED, NOTHING] : [tx, NOTHING];
    case "transport-error":
    case "cancel":
      return [tx, NOTHING];
  }
}

function sentAgain(tx: Calling | Withdrawn): InviteStep {
  if (tx.reliable) return [tx, NOTHING];
  // Timer A doubles without the bound of T2 that E and G have (§17.1.1.2).
  const wait = tx.wait * 2;
  return [
    { ...tx, wait },
    [
      { do: "send", request: tx.request },
      { do: "start-timer", timer: "A", ms: wait },
    ],
  ];
}

function rung(tx: Calling | Withdrawn, response: SipResponse): InviteStep {
  const { request, reliable } = tx;
  const effects = stopTimers(tx);
  effects.push({ do: "deliver", response });
  if (tx.name === "calling") return [{ kind: "invite", name: "proceeding", request, reliable }, effects];
  const [next, cancelling] = cancelled(tx, tx.cancel);
  effects.push(...cancelling);
  return [next, effects];
}

function cancelled(tx: Withdrawn | Proceeding, cancel: SipRequest): InviteStep {
  const { request, reliable } = tx;
  return [
    { kind: "invite", name: "cancelling", request, reliable },
    [
      { do: "cancel", request: cancel },
      // "If there is no final response for the original request in 64*T1 seconds ..., the client SHOULD then
      // consider the original transaction cancelled and SHOULD destroy" it (§9.1).
      { do: "start-timer", timer: "cancel", ms: sipTimers.giveUp },
    ],
  ];
}

function answered(tx: Calling | Withdrawn | Proceeding | Cancelling, response: SipResponse): InviteStep {
  const effects = stopTimers(tx);
  if (response.status < 300) {
    effects.push({ do: "deliver", response }, { do: "start-timer", timer: "M", ms: sipTimers.giveUp });
    return [ACCEPTED, effects];
  }
  const ack = createHopAck(tx.request, response);
  effects.push({ do: "send", request: ack }, { do: "deliver", response });
  if (tx.reliable) return [TERMINATED, effects];
  effects.push({ do: "start-timer", timer: "D", ms: sipTimers.d });
  return [{ kind: "invite", name: "completed", ack }, effects];
}

function failed(
  tx: Calling | Withdrawn | Proceeding | Cancelling,
  why: "timeout" | "transport-error",
): InviteStep {
  const effects = stopTimers(tx);
  effects.push({ do: "fail", why });
  return [TERMINATED, effects];
}

function stopTimers(tx: Calling | Withdrawn | Proceeding | Cancelling): ClientEffect[] {
  switch (tx.name) {
    case "calling":
    case "withdrawn":
      return tx.reliable
        ? [{ do: "stop-timer", timer: "B" }]
        : [
            { do: "stop-timer", timer: "A" },
            { do: "stop-timer", timer: "B" },
          ];
    case "proceeding":
      return [];
    case "cancelling":
      return [{ do: "stop-timer", timer: "cancel" }];
  }
}
