import { toHeader } from "../../protocol/sip/edit-message.ts";
import { cseq } from "../../protocol/sip/fields.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { type Bodies, sdpMediaType, type WireBody } from "./bodies.ts";
import { abilities, typeOf } from "./invite-parts.ts";
import type { Leg } from "./leg.ts";

// INVITEs inside a dialog that stands (RFC 3261 §14), and the seal that their bodies share with the first one's.

/** An SDP of ours as the device at the other end may read it. */
export function sealSdp(bodies: Bodies, leg: Leg, { sdp, label }: SdpFor): Promise<WireBody> {
  if (leg.peer === undefined) throw new Error("A body for a device that nobody has proven.");
  return bodies.seal(leg.peer, { mediaType: sdpMediaType, body: sdp }, { ends: leg.ours, label });
}

/** Which message it goes into: `labelOf` of that. */
export interface SdpFor {
  readonly sdp: ByteText;
  readonly label: string;
}

export async function sendReinvite(bodies: Bodies, leg: Leg, sdp: ByteText): Promise<void> {
  const body = await sealSdp(bodies, leg, { sdp, label: `INVITE ${leg.dialog.nextSeq}` });
  const content = { headers: [...abilities, ...typeOf(body)], body: body.body };
  leg.dialog.step({ type: "send", method: "INVITE", content });
}

export async function acceptReinvite(bodies: Bodies, leg: Leg, sdp: ByteText): Promise<void> {
  const request = leg.reinvite;
  if (request === undefined) return;
  const body = await sealSdp(bodies, leg, { sdp, label: `INVITE ${cseq(request).seq} 200` });
  const answer = { status: 200, headers: [...abilities, ...typeOf(body)], body: body.body };
  leg.dialog.step({ type: "respond", request, answer });
}

export function refuseReinvite(leg: Leg, status: number, retryAfter?: number): void {
  if (leg.reinvite === undefined) return;
  const headers = retryAfter === undefined ? [] : [toHeader("Retry-After", String(retryAfter))];
  leg.dialog.step({ type: "respond", request: leg.reinvite, answer: { status, headers } });
}
