import type { Step } from "../machine.ts";
import { createResponse } from "./create-response.ts";
import { requestWithin, withTarget } from "./dialog-peer.ts";
import type {
  Answer,
  Answering,
  Confirmed,
  Content,
  Dialog,
  DialogEffect,
  DialogEnd,
  DialogEvent,
  DialogPeer,
  InviteExchange,
} from "./dialog-state.ts";
import {
  isInOrder,
  leave,
  NOTHING,
  nextRequest,
  refuse,
  respondTo,
  retransmitting,
  sendWithin,
  TERMINATED,
} from "./dialog-steps.ts";
import { toHeader } from "./edit-message.ts";
import { cseq } from "./fields.ts";
import type { SipHeader, SipRequest, SipResponse } from "./message.ts";
import { doubleUpToT2 } from "./timers.ts";

type DialogStep = Step<Dialog, DialogEffect>;

const NO_EXCHANGE: InviteExchange = { name: "none" };
const STOP_2XX: readonly DialogEffect[] = [
  { do: "stop-timer", timer: "2xx" },
  { do: "stop-timer", timer: "ack" },
];

/** A dialog while both ends talk: requests both ways, one INVITE at a time, and the end (RFC 3261 §12.2, §14, §15). */
export function stepConfirmed(dialog: Confirmed, event: DialogEvent): DialogStep {
  switch (event.type) {
    case "request":
      return requested(dialog, event.request);
    case "respond":
      return responded(dialog, event.request, event.answer);
    case "response":
      return answered(dialog, event.response);
    case "fail":
      return failed(dialog, event.method, event.why);
    case "send":
      return sent(dialog, event.method, event.content);
    case "ack":
      return acknowledge(dialog, event.content);
    case "bye":
      return hungUp(dialog, event.headers);
    case "cancelled":
      return dialog.exchange.name === "asked"
        ? [{ ...dialog, exchange: NO_EXCHANGE }, [refuse(dialog.peer, dialog.exchange.invite, 487)]]
        : [dialog, NOTHING];
    case "timer":
      return dialog.exchange.name === "answering"
        ? unconfirmed(dialog, dialog.exchange, event.timer)
        : [dialog, NOTHING];
  }
}

function requested(dialog: Confirmed, request: SipRequest): DialogStep {
  const { seq, method } = cseq(request);
  if (method === "ACK") return confirmed(dialog, request, seq);
  if (!isInOrder(dialog.peer, seq)) return [dialog, [refuse(dialog.peer, request, 500)]];
  const peer: DialogPeer = { ...dialog.peer, remoteSeq: seq };
  if (method === "BYE") {
    return [TERMINATED, [...closeExchange(dialog), refuse(peer, request, 200), { do: "end", why: "bye" }]];
  }
  if (method === "INVITE") return askedAgain({ ...dialog, peer }, request, seq);
  return [{ ...dialog, peer }, [{ do: "deliver", request }]];
}

/** A re-INVITE (§14.2). */
function askedAgain(dialog: Confirmed, invite: SipRequest, seq: number): DialogStep {
  switch (dialog.exchange.name) {
    case "none":
      return [{ ...dialog, exchange: { name: "asked", seq, invite } }, [{ do: "deliver", request: invite }]];
    case "asking":
    case "owing":
    case "answering":
      // "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST
      // return a 491"; the same while our 2xx has no ACK, for both would speak of the session at once.
      return [dialog, [refuse(dialog.peer, invite, 491)]];
    case "asked": {
      // "... before it sends the final response to a first INVITE ... MUST return a 500 ... and MUST include a
      // Retry-After header field with a randomly chosen value of between 0 and 10 seconds".
      const headers = [toHeader("Retry-After", String((seq * 7) % 11))];
      const response = createResponse(invite, 500, { headers });
      return [dialog, [{ do: "respond", request: invite, response }]];
    }
  }
}

/** The ACK of our 2xx. */
function confirmed(dialog: Confirmed, ack: SipRequest, seq: number): DialogStep {
  const { exchange } = dialog;
  if (exchange.name !== "answering" || exchange.seq !== seq) return [dialog, NOTHING];
  const effects: DialogEffect[] = [...STOP_2XX, { do: "deliver", request: ack }];
  if (exchange.bye === undefined) return [{ ...dialog, exchange: NO_EXCHANGE }, effects];
  const [next, bye] = leave(dialog.peer, { headers: exchange.bye, why: "hang-up", acked: dialog.acked });
  return [next, [...effects, ...bye]];
}

function responded(dialog: Confirmed, request: SipRequest, answer: Answer): DialogStep {
  const effects = respondTo(dialog.peer, request, answer);
  const { exchange } = dialog;
  const isInvite = request.method === "INVITE";
  if (!isInvite || exchange.name !== "asked" || exchange.seq !== cseq(request).seq) {
    // An INVITE that was answered already, by us or by the dialog itself, is not answered again.
    return [dialog, isInvite ? NOTHING : effects];
  }
  if (answer.status < 200) return [dialog, effects];
  if (answer.status >= 300) return [{ ...dialog, exchange: NO_EXCHANGE }, effects];
  // Only an accepted re-INVITE moves the target: what was refused has changed nothing (RFC 6141 §4.4).
  const peer = withTarget(dialog.peer, exchange.invite);
  const [answering, timers] = retransmitting(exchange, effects);
  return [{ ...dialog, peer, exchange: answering }, [...effects, ...timers]];
}

function answered(dialog: Confirmed, response: SipResponse): DialogStep {
  const { seq, method } = cseq(response);
  const answer: DialogEffect = { do: "answer", response };
  if (method === "INVITE") return inviteAnswered(dialog, response, seq);
  if (isLoss(response.status)) return lost(dialog, [answer]);
  return [dialog, [answer]];
}

function inviteAnswered(dialog: Confirmed, response: SipResponse, seq: number): DialogStep {
  const { exchange, acked } = dialog;
  const isSuccess = response.status >= 200 && response.status < 300;
  if (exchange.name !== "asking" || exchange.seq !== seq) {
    // "The ACK MUST be passed to the client transport every time a retransmission of the 2xx final response ...
    // arrives" (§13.2.2.4).
    const again = isSuccess && acked?.seq === seq;
    return [dialog, again ? [{ do: "ack", request: acked.ack }] : NOTHING];
  }
  const answer: DialogEffect = { do: "answer", response };
  if (response.status < 200) return [dialog, [answer]];
  if (isSuccess) {
    const peer = withTarget(dialog.peer, response);
    return [{ ...dialog, peer, exchange: { name: "owing", seq } }, [answer]];
  }
  const next: Confirmed = { ...dialog, exchange: NO_EXCHANGE };
  return isLoss(response.status) ? lost(next, [answer]) : [next, [answer]];
}

function failed(dialog: Confirmed, method: string, why: "timeout" | "transport-error"): DialogStep {
  const exchange = method === "INVITE" && dialog.exchange.name === "asking" ? NO_EXCHANGE : dialog.exchange;
  const next: Confirmed = { ...dialog, exchange };
  // A connection that broke says nothing of the other end: the call goes on over the next one.
  return why === "timeout" ? lost(next, []) : [next, [{ do: "fail", method, why }]];
}

function sent(dialog: Confirmed, method: string, content: Content): DialogStep {
  if (method !== "INVITE") return sendWithin(dialog, { method, content });
  // "A UAC MUST NOT initiate a new INVITE transaction within a dialog while another INVITE transaction is in
  // progress in either direction" (§14.1).
  if (dialog.exchange.name !== "none") return [dialog, [{ do: "decline", method }]];
  const { peer, request } = nextRequest(dialog.peer, { method, content });
  const exchange: InviteExchange = { name: "asking", seq: peer.localSeq, invite: request };
  return [{ ...dialog, peer, exchange }, [{ do: "request", request }]];
}

/** The ACK of their 2xx: numbered as its INVITE, with a Via of its own (§13.2.2.4). */
function acknowledge(dialog: Confirmed, content: Content): DialogStep {
  const { exchange, peer } = dialog;
  if (exchange.name !== "owing") return [dialog, NOTHING];
  const { seq } = exchange;
  const ack = requestWithin(peer, { method: "ACK", seq, content });
  return [{ ...dialog, exchange: NO_EXCHANGE, acked: { seq, ack } }, [{ do: "ack", request: ack }]];
}

function hungUp(dialog: Confirmed, headers: readonly SipHeader[]): DialogStep {
  const { exchange } = dialog;
  switch (exchange.name) {
    case "answering":
      return [{ ...dialog, exchange: { ...exchange, bye: headers } }, NOTHING];
    case "owing": {
      // The 2xx still wants its ACK, or it is sent for half a minute.
      const [next, ack] = acknowledge(dialog, {});
      return next.name === "confirmed" ? end(next, { headers, why: "hang-up", before: ack }) : [next, ack];
    }
    case "none":
    case "asking":
    case "asked":
      return end(dialog, { headers, why: "hang-up", before: NOTHING });
  }
}

/** Our 2xx has no ACK yet. */
function unconfirmed(dialog: Confirmed, exchange: Answering, timer: "2xx" | "ack"): DialogStep {
  // "If the server retransmits the 2xx response for 64*T1 seconds without receiving an ACK, the dialog is
  // confirmed, but the session SHOULD be terminated. This is accomplished with a BYE" (§13.3.1.4).
  if (timer === "ack") {
    const why = exchange.bye === undefined ? "no-ack" : "hang-up";
    return end(dialog, { headers: exchange.bye ?? [], why, before: NOTHING });
  }
  const wait = doubleUpToT2(exchange.wait);
  return [
    { ...dialog, exchange: { ...exchange, wait } },
    [
      { do: "respond", request: exchange.invite, response: exchange.response },
      { do: "start-timer", timer: "2xx", ms: wait },
    ],
  ];
}

/**
 * "If the response for a request within a dialog is a 481 ... or a 408 ..., the UAC SHOULD terminate the dialog. A UAC
 * SHOULD also terminate a dialog if no response at all is received" (§12.2.1.2).
 */
function lost(dialog: Confirmed, before: readonly DialogEffect[]): DialogStep {
  return end(dialog, { headers: [], why: "lost", before });
}

function end(
  dialog: Confirmed,
  {
    headers,
    why,
    before,
  }: { headers: readonly SipHeader[]; why: DialogEnd; before: readonly DialogEffect[] },
): DialogStep {
  const [next, bye] = leave(dialog.peer, { headers, why, acked: dialog.acked });
  return [next, [...before, ...closeExchange(dialog), ...bye]];
}

/** Nothing stays open behind the end: "any pending requests ... SHOULD be responded to with 487" (§15.1.2). */
function closeExchange({ exchange, peer }: Confirmed): readonly DialogEffect[] {
  switch (exchange.name) {
    case "asked":
      return [refuse(peer, exchange.invite, 487)];
    case "answering":
      return STOP_2XX;
    case "asking":
      return [{ do: "withdraw", request: exchange.invite }];
    case "none":
    case "owing":
      return NOTHING;
  }
}

function isLoss(status: number): boolean {
  return status === 481 || status === 408;
}
