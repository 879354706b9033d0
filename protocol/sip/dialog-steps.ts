import type { Step } from "../machine.ts";
import { createResponse } from "./create-response.ts";
import { requestWithin } from "./dialog-peer.ts";
import type {
  Acked,
  Answer,
  Answering,
  Content,
  DialogEffect,
  DialogEnd,
  DialogPeer,
  Leaving,
  Terminated,
} from "./dialog-state.ts";
import { toHeader } from "./edit-message.ts";
import type { SipHeader, SipRequest, SipResponse } from "./message.ts";
import { sipTimers } from "./timers.ts";

// Steps that several states of a dialog take.

export const TERMINATED: Terminated = { name: "terminated" };
export const NOTHING: readonly DialogEffect[] = [];

/**
 * "If the remote sequence number was not empty, but the sequence number of the request is lower ..., 500" (§12.2.2).
 * An equal one is the same request doubled on its way, after its transaction has answered and gone.
 */
export function isInOrder({ remoteSeq }: DialogPeer, seq: number): boolean {
  return seq > remoteSeq;
}

/** The dialog's own short answer to a request. */
export function refuse(peer: DialogPeer, request: SipRequest, status: number): DialogEffect {
  return { do: "respond", request, response: createResponse(request, status, { toTag: peer.localTag }) };
}

/** The user's answer, with our tag, and our Contact where the other end takes it as its target (§12.1.1, §12.2.2). */
export function respondTo(peer: DialogPeer, request: SipRequest, answer: Answer): readonly ResponseEffect[] {
  const { status, reason, headers = [], body = "" } = answer;
  const isTarget = request.method === "INVITE" && status > 100 && status < 300;
  const response = createResponse(request, status, {
    ...(reason !== undefined && { reason }),
    ...(status > 100 && { toTag: peer.localTag }),
    headers: isTarget ? [toHeader("Contact", peer.contact), ...headers] : headers,
    body,
  });
  return [{ do: "respond", request, response }];
}

type ResponseEffect = Extract<DialogEffect, { do: "respond" }>;

/** Our 2xx is out: it is sent again "with an interval that starts at T1 ... and doubles" up to T2 (§13.3.1.4). */
export function retransmitting(
  { seq, invite }: { readonly seq: number; readonly invite: SipRequest },
  [effect]: readonly ResponseEffect[],
): readonly [exchange: Answering, timers: readonly DialogEffect[]] {
  const response: SipResponse = effect?.response ?? createResponse(invite, 200);
  const { t1, giveUp } = sipTimers;
  return [
    { name: "answering", seq, invite, response, wait: t1, bye: undefined },
    [
      { do: "start-timer", timer: "2xx", ms: t1 },
      { do: "start-timer", timer: "ack", ms: giveUp },
    ],
  ];
}

/** One more request of ours, with the next number. */
export function sendWithin<State extends { readonly peer: DialogPeer }>(
  dialog: State,
  asked: { readonly method: string; readonly content: Content },
): Step<State, DialogEffect> {
  const { peer, request } = nextRequest(dialog.peer, asked);
  return [{ ...dialog, peer }, [{ do: "request", request }]];
}

export function nextRequest(
  before: DialogPeer,
  { method, content }: { readonly method: string; readonly content: Content },
): { readonly peer: DialogPeer; readonly request: SipRequest } {
  const seq = before.localSeq + 1;
  const peer: DialogPeer = { ...before, localSeq: seq };
  return { peer, request: requestWithin(peer, { method, seq, content }) };
}

/** BYE, and the user is told at once: "the UAC MUST consider the session terminated" as soon as it is sent (§15.1.1). */
export function leave(
  before: DialogPeer,
  options: {
    readonly headers?: readonly SipHeader[];
    readonly why: DialogEnd;
    readonly acked?: Acked | undefined;
  },
): Step<Leaving, DialogEffect> {
  const { headers = [], why, acked } = options;
  const { peer, request } = nextRequest(before, { method: "BYE", content: { headers } });
  return [
    { name: "leaving", peer, acked },
    [
      { do: "request", request },
      { do: "end", why },
    ],
  ];
}
