import type { CallId, DeviceId, DialogTag } from "../ids.ts";
import type { ByteText } from "../sip/message.ts";
import type { CallTimer } from "./call-timers.ts";
import type { EndReason } from "./end-reason.ts";

/** Which message carried the identity. */
export type Carrier = "invite" | "ringing" | "early" | "answer";

/** What media cannot get over. */
export type MediaFailure = "media" | "microphone" | "fingerprint";

/** All that a call can hear, by name. `heard-in.ts` says which state listens to which; the rest is ignored. */
export interface CallEvents {
  /**
   * Source: the user, by a trusted click.
   * Action: look up the target.
   */
  dial: object;
  /**
   * Source: user agent, an INVITE outside a dialog whose Call-ID is not known. `offer`: foreign clients only.
   * Action: have its identity verified; nothing sounds yet.
   */
  invited: { tag: DialogTag; offer?: ByteText };
  /**
   * Source: resolver. `peer`: the account that the name or number which was dialled leads to.
   * Action: send the INVITE.
   */
  resolved: { peer?: string };
  /**
   * Source: resolver.
   * Action: end with its reason.
   */
  "resolve-failed": { reason: EndReason };
  /**
   * Source: what screens calls in the phone (block list, do not disturb, bond, second call), when all agreed.
   * `prepare`: ring, and prepare the connection meanwhile. `answer`: without asking, as after glare.
   * Action: start to alert, or to connect.
   */
  admitted: { how: "ring" | "prepare" | "answer" };
  /**
   * Source: what screens calls: busy, unwanted, gone, glare. `successor`: the call that lives on after glare.
   * Action: refuse the INVITE with that reason.
   */
  refused: { reason: EndReason; successor?: CallId };
  /**
   * Source: the user.
   * Action: stop alerting, open the microphone, send the 200 as soon as its body is there.
   */
  accept: object;
  /**
   * Source: the user.
   * Action: refuse the INVITE.
   */
  decline: object;
  /**
   * Source: the user.
   * Action: end by what the wire needs: refusal, CANCEL, BYE, or nothing.
   */
  "hang-up": object;
  /**
   * Source: the call window, closed by whatever means.
   * Action: as `hang-up`.
   */
  "window-closed": object;
  /**
   * Source: the user.
   * Action: offer hold as soon as the dialog is free for it.
   */
  hold: object;
  /**
   * Source: the user.
   * Action: offer to go on as soon as the dialog is free for it.
   */
  resume: object;
  /**
   * Source: the phone, by `settleGlare`, when the identity of their crossing INVITE has been proven.
   * Action: give up this call in favour of `winner`, unnoticed by the user.
   */
  "glare-lost": { winner: CallId };
  /**
   * Source: verifier. `tag`: whose message it was; `device`: whose key signed it; `peer`: whose it is by now, where a
   * number was called that has just been sold.
   * Action: believe that message.
   */
  "identity-proven": { of: Carrier; tag: DialogTag; device: DeviceId; peer?: string };
  /**
   * Source: verifier: a foreign client proves nothing, and the user's policy lets it talk, shown as a guest.
   * Action: as `identity-proven` where anyone is expected; as `identity-failed` where an account is.
   */
  "identity-waived": { of: Carrier; tag: DialogTag };
  /**
   * Source: verifier.
   * Action: refuse an INVITE; disbelieve a 180 or 183; end the call on a 200.
   */
  "identity-failed": { of: Carrier; tag: DialogTag };
  /**
   * Source: ringer, when the ringtone really runs.
   * Action: send 180.
   */
  alerting: object;
  /**
   * Source: ringer: neither tone nor notification could be started.
   * Action: refuse as not reachable; nobody would hear it.
   */
  "alerting-failed": object;
  /**
   * Source: user agent, a 100 or another 1xx that says nothing of a device.
   * Action: a CANCEL may be sent from now on.
   */
  provisional: object;
  /**
   * Source: user agent, a 180 of one device.
   * Action: have its identity verified.
   */
  "peer-ringing": { tag: DialogTag };
  /**
   * Source: user agent, a reliable 183 with an offer of one device; once each.
   * Action: have its identity verified.
   */
  "peer-prepared": { tag: DialogTag; offer: ByteText };
  /**
   * Source: user agent, a 200 of one device; also every retransmission of it.
   * Action: the first is verified and kept, a repeated one gets its ACK again, others get ACK and BYE.
   */
  "peer-answered": { tag: DialogTag; offer?: ByteText };
  /**
   * Source: user agent, the final refusal of the INVITE (408 for a timeout, 503 for no transport: RFC 3261
   * §8.1.3.1). `reasons`: its `Reason` lines.
   * Action: end with what it says.
   */
  rejected: { status: number; reasons: readonly ByteText[] };
  /**
   * Source: user agent, the PRACK of our 183.
   * Action: give media the answer; the connection is prepared.
   */
  pracked: { answer: ByteText };
  /**
   * Source: user agent, 64·T1 after an unacknowledged 183 (RFC 3262 §3).
   * Action: refuse the INVITE.
   */
  "prack-missing": object;
  /**
   * Source: user agent, a CANCEL of the INVITE; it has been answered.
   * Action: 487, unless the 200 is out.
   */
  cancelled: { reasons: readonly ByteText[] };
  /**
   * Source: user agent, the ACK of our 200, to the INVITE or to a re-INVITE.
   * Action: give media the answer in it; talk.
   */
  acked: { answer?: ByteText };
  /**
   * Source: user agent, 64·T1 after an unacknowledged 200 (RFC 3261 §13.3.1.4, §14.2).
   * Action: BYE.
   */
  "ack-missing": object;
  /**
   * Source: user agent, a BYE in the dialog `tag`. In a state that does not listen it answers 481 by itself.
   * Action: answer it, end.
   */
  "peer-hung-up": { tag: DialogTag; reasons: readonly ByteText[] };
  /**
   * Source: user agent, any final response to our BYE, or its timeout.
   * Action: the dialog is gone.
   */
  "bye-answered": { tag: DialogTag };
  /**
   * Source: user agent, a re-INVITE. `hold`: their offer wants no media of ours. `random`: in [0, 1).
   * Action: answer it; 491 or 500 when another is under way (RFC 3261 §14.2). In a state that does not listen
   * the user agent answers 481 by itself.
   */
  reinvited: { tag: DialogTag; hold: boolean; offer?: ByteText; random: number };
  /**
   * Source: user agent, the 200 of our re-INVITE, once: to a repeated one it repeats the ACK by itself, since
   * only it can tell by the CSeq which re-INVITE is meant.
   * Action: ACK; give media the answer; the hold that was offered is agreed.
   */
  "reinvite-accepted": { tag: DialogTag; answer?: ByteText };
  /**
   * Source: user agent, a refusal of our re-INVITE, 408 for a timeout, 503 for no transport. `retryAfter` in
   * seconds; `random`: in [0, 1).
   * Action: 491 and a Retry-After are tried again, 408 and 481 end the call, others leave it as it was.
   */
  "reinvite-rejected": { tag: DialogTag; status: number; retryAfter?: number; random: number };
  /**
   * Source: media.
   * Action: send it, in the message that waits for it.
   */
  "offer-made": { offer: ByteText };
  /**
   * Source: media.
   * Action: send it, in the message that waits for it.
   */
  "answer-made": { tag: DialogTag; answer: ByteText };
  /**
   * Source: media: packets can flow, for the first time or again.
   * Action: stop waiting, stop restarting.
   */
  "media-connected": { tag: DialogTag };
  /**
   * Source: media: the path is gone (ICE disconnected for long, or failed).
   * Action: restart ICE, give up after a while.
   */
  "media-lost": { tag: DialogTag };
  /**
   * Source: media, beyond repair: an SDP that cannot be used; `microphone`: denied or missing; `fingerprint`: an
   * m-line without the signed fingerprint.
   * Action: end, loudly.
   */
  "media-failed": { tag: DialogTag; why: MediaFailure };
  /**
   * Source: the phone's line: the socket to the node is gone.
   * Action: send no re-INVITE meanwhile.
   */
  "line-lost": object;
  /**
   * Source: the phone's line: registered again.
   * Action: restart ICE where the media is gone too.
   */
  "line-restored": object;
  /**
   * Source: the phone, whose connection has died under it: another network interface or address, as a rule.
   * Action: restart ICE at once.
   */
  "network-changed": object;
  /**
   * Source: clock; a timer that this call started.
   * Action: that of the state.
   */
  "timer-fired": { timer: CallTimer };
}

export type EventType = keyof CallEvents;
export type EventOf<Type extends EventType> = {
  [Each in Type]: { readonly type: Each } & Readonly<CallEvents[Each]>;
}[Type];
export type CallEvent = EventOf<EventType>;
