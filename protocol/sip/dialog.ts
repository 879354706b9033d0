import type { Step } from "../machine.ts";
import { stepConfirmed } from "./dialog-confirmed.ts";
import { peerOfCallee, peerOfCaller, withTarget } from "./dialog-peer.ts";
import type {
  Answer,
  Dialog,
  DialogEffect,
  DialogEvent,
  EarlyCallee,
  EarlyCaller,
  Leaving,
} from "./dialog-state.ts";
import {
  isInOrder,
  leave,
  NOTHING,
  refuse,
  respondTo,
  retransmitting,
  sendWithin,
  TERMINATED,
} from "./dialog-steps.ts";
import { cseq, headerValues } from "./fields.ts";
import type { ByteText, SipRequest, SipResponse } from "./message.ts";

type DialogStep = Step<Dialog, DialogEffect>;

const notForUsers = new Set(["ACK", "BYE", "CANCEL"]);

/**
 * The dialog that a response to our INVITE makes: one of 101 to 299 with a To tag that no dialog has yet. Step it
 * by that response next. Nothing where there is no tag.
 *
 * @param contact the value of the Contact that the INVITE bore
 * @example
 * const dialog = openAsCaller(invite, ringing, contact);
 * if (dialog) stepDialog(dialog, { type: "response", response: ringing });
 */
export function openAsCaller(
  invite: SipRequest,
  response: SipResponse,
  contact: ByteText,
): Dialog | undefined {
  const peer = peerOfCaller(invite, response, contact);
  return peer && { name: "early-caller", peer, seq: peer.localSeq };
}

/**
 * The dialog that a received INVITE makes, before it is answered: answer by `respond`, with `invite` as the
 * request. Nothing where the INVITE has no Contact: answer 400.
 */
export function openAsCallee(
  invite: SipRequest,
  options: { readonly tag: ByteText; readonly contact: ByteText },
): Dialog | undefined {
  const peer = peerOfCallee(invite, options);
  return peer && { name: "early-callee", peer, seq: peer.remoteSeq, invite };
}

/** A dialog whose state is `terminated` is forgotten at once; its timers are all stopped. */
export function stepDialog(dialog: Dialog, event: DialogEvent): DialogStep {
  // BYE and ACK have events of their own, CANCEL is the INVITE transaction's.
  if (event.type === "send" && notForUsers.has(event.method)) return [dialog, declined(event)];
  switch (dialog.name) {
    case "early-caller":
      return whileEarlyCaller(dialog, event);
    case "early-callee":
      return whileEarlyCallee(dialog, event);
    case "confirmed":
      return stepConfirmed(dialog, event);
    case "leaving":
      return whileLeaving(dialog, event);
    case "terminated":
      return [dialog, declined(event)];
  }
}

/**
 * How long to wait with the next INVITE after a 491, in milliseconds (§14.1): 2.1 to 4 s for the owner of the
 * Call-ID, up to 2 s for the other, in steps of 10 ms, so that they do not meet again.
 *
 * @param random a fresh number in [0, 1)
 */
export function glareWait(ownsCallId: boolean, random: number): number {
  return ownsCallId ? 2_100 + Math.floor(random * 191) * 10 : Math.floor(random * 201) * 10;
}

function whileEarlyCaller(dialog: EarlyCaller, event: DialogEvent): DialogStep {
  switch (event.type) {
    case "response":
      return answeredEarly(dialog, event.response);
    case "request":
      return requestedEarly(dialog, event.request);
    case "respond":
      return [dialog, respondTo(dialog.peer, event.request, event.answer)];
    case "fail":
      return event.method === "INVITE"
        ? [TERMINATED, [{ do: "end", why: "lost" }]]
        : [dialog, [{ do: "fail", method: event.method, why: event.why }]];
    case "send":
      return event.method === "INVITE" ? [dialog, declined(event)] : sendWithin(dialog, event);
    case "bye":
      // "The caller's UA MAY send a BYE for either confirmed or early dialogs" (§15).
      return leave(dialog.peer, { headers: event.headers, why: "hang-up" });
    case "ack":
    case "cancelled":
    case "timer":
      return [dialog, NOTHING];
  }
}

function answeredEarly(dialog: EarlyCaller, response: SipResponse): DialogStep {
  const { seq, method } = cseq(response);
  const answer: DialogEffect = { do: "answer", response };
  if (method !== "INVITE" || seq !== dialog.seq) return [dialog, [answer]];
  const { status } = response;
  if (status >= 300) return [TERMINATED, [answer, { do: "end", why: "refused" }]];
  const peer = withTarget(dialog.peer, response);
  if (status < 200) return [{ ...dialog, peer }, [answer]];
  // "The route set MUST be recomputed based on the 2xx response" (§13.2.2.4).
  const routes = headerValues(response, "record-route").reverse();
  return [
    { name: "confirmed", peer: { ...peer, routes }, exchange: { name: "owing", seq }, acked: undefined },
    [answer],
  ];
}

function whileEarlyCallee(dialog: EarlyCallee, event: DialogEvent): DialogStep {
  switch (event.type) {
    case "request":
      return requestedEarly(dialog, event.request);
    case "respond":
      return respondedEarly(dialog, event.request, event.answer);
    case "cancelled":
      return [TERMINATED, [refuse(dialog.peer, dialog.invite, 487), { do: "end", why: "cancelled" }]];
    case "send":
      return event.method === "INVITE" ? [dialog, declined(event)] : sendWithin(dialog, event);
    case "response":
      return [dialog, [{ do: "answer", response: event.response }]];
    case "fail":
      return [dialog, [{ do: "fail", method: event.method, why: event.why }]];
    case "bye":
      // "The callee's UA ... MUST NOT send a BYE on early dialogs" (§15): it refuses the INVITE.
      return [dialog, declined(event)];
    case "ack":
    case "timer":
      return [dialog, NOTHING];
  }
}

function requestedEarly(dialog: EarlyCaller | EarlyCallee, request: SipRequest): DialogStep {
  const { seq, method } = cseq(request);
  if (method === "ACK") return [dialog, NOTHING];
  if (!isInOrder(dialog.peer, seq)) return [dialog, [refuse(dialog.peer, request, 500)]];
  const peer = { ...dialog.peer, remoteSeq: seq };
  if (method === "BYE" && dialog.name === "early-callee") {
    return [
      TERMINATED,
      [refuse(peer, request, 200), refuse(peer, dialog.invite, 487), { do: "end", why: "bye" }],
    ];
  }
  // An INVITE before the first is answered (§14.2); a BYE of a callee that must not send one (§15).
  if (method === "INVITE") return [{ ...dialog, peer }, [refuse(peer, request, 491)]];
  if (method === "BYE") return [{ ...dialog, peer }, [refuse(peer, request, 481)]];
  return [{ ...dialog, peer }, [{ do: "deliver", request }]];
}

function respondedEarly(dialog: EarlyCallee, request: SipRequest, answer: Answer): DialogStep {
  const effects = respondTo(dialog.peer, request, answer);
  const isInvite = request.method === "INVITE" && cseq(request).seq === dialog.seq;
  if (!isInvite || answer.status < 200) return [dialog, effects];
  if (answer.status >= 300) return [TERMINATED, [...effects, { do: "end", why: "refused" }]];
  const [exchange, timers] = retransmitting(dialog, effects);
  return [{ name: "confirmed", peer: dialog.peer, exchange, acked: undefined }, [...effects, ...timers]];
}

function whileLeaving(dialog: Leaving, event: DialogEvent): DialogStep {
  switch (event.type) {
    case "response": {
      const { seq, method } = cseq(event.response);
      if (method === "BYE" && event.response.status >= 200) return [TERMINATED, NOTHING];
      const again = method === "INVITE" && seq === dialog.acked?.seq && event.response.status < 300;
      return [dialog, again ? [{ do: "ack", request: dialog.acked.ack }] : NOTHING];
    }
    case "fail":
      return event.method === "BYE" ? [TERMINATED, NOTHING] : [dialog, NOTHING];
    case "request": {
      // Two BYEs may cross: each is answered. Whatever else comes concerns a call that is over.
      const { method } = event.request;
      if (method === "ACK") return [dialog, NOTHING];
      return [dialog, [refuse(dialog.peer, event.request, method === "BYE" ? 200 : 481)]];
    }
    case "respond":
      return [dialog, respondTo(dialog.peer, event.request, event.answer)];
    case "send":
    case "bye":
      return [dialog, declined(event)];
    case "ack":
    case "cancelled":
    case "timer":
      return [dialog, NOTHING];
  }
}

function declined(event: DialogEvent): readonly DialogEffect[] {
  if (event.type === "send") return [{ do: "decline", method: event.method }];
  return event.type === "bye" ? [{ do: "decline", method: "BYE" }] : NOTHING;
}
