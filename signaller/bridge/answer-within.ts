import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { fromInfo, noRenegotiation } from "../../protocol/peer/peer-sip.ts";
import { SdpError } from "../../protocol/peer/sdp.ts";
import { fromByteText, toByteText } from "../../protocol/sip/byte-text.ts";
import type { Answer } from "../../protocol/sip/dialog-state.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { contentType, header } from "../../protocol/sip/fields.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { toWarning } from "../sip/warning.ts";
import { type Agreed, toDirectionAnswer } from "./direction-answer.ts";

/** What a request within a bridged call comes to. */
export interface Within {
  readonly answer: Answer;
  /** For the PeerJS client. */
  readonly candidates?: readonly IceCandidate[];
  /** What the SIP end has said of its media from now on. */
  readonly theirs?: string;
}

const sdpType = "application/sdp";
const refused = (status: number, sentence: string): Within => ({
  answer: { status, headers: [toWarning(sentence)] },
});

/** Answers what a SIP end sends within a call that a PeerJS client is the other end of. */
export function answerWithin(request: SipRequest, agreed: Agreed, answered: boolean): Within {
  switch (request.method) {
    case "INFO":
      return answerInfo(request, agreed);
    case "INVITE":
      return answerOffer(request, agreed);
    case "UPDATE":
      return request.body === "" ? { answer: { status: 200 } } : answerOffer(request, agreed);
    case "OPTIONS":
      return { answer: { status: 200 } };
    case "PRACK":
      return { answer: { status: 481 } };
    default:
      return {
        answer: {
          status: 405,
          headers: [
            toHeader("Allow", answered ? "INFO, INVITE, UPDATE, BYE, OPTIONS" : "INFO, CANCEL, OPTIONS"),
          ],
        },
      };
  }
}

/** Candidates that trickle (RFC 8840). Tones and the like have nobody to go to: PeerJS does not know of them. */
function answerInfo(request: SipRequest, { theirs }: Agreed): Within {
  try {
    const fragment = fromInfo(request, theirs);
    if (fragment !== undefined) return { answer: { status: 200 }, candidates: fragment.candidates };
  } catch (error) {
    if (error instanceof SdpError) return refused(400, error.message);
    throw error;
  }
  return header(request, "info-package") === undefined
    ? refused(415, "A PeerJS page understands no such message.")
    : { answer: { status: 469, headers: [toHeader("Recv-Info", "trickle-ice")] } };
}

/**
 * A second offer. Stock PeerJS cannot take one: it would end the call. Holding and going on need only directions
 * mirrored, which the bridge does in its place; all else is declined, and the call goes on as it was.
 */
function answerOffer(request: SipRequest, agreed: Agreed): Within {
  const isSdp = request.body !== "" && contentType(request)?.type === sdpType;
  const offer = isSdp ? fromByteText(request.body) : undefined;
  const answer = offer === undefined ? undefined : tryToAnswer(offer, agreed);
  if (offer === undefined || answer === undefined) {
    return refused(noRenegotiation, "A PeerJS page cannot change a running call; it goes on as it was.");
  }
  const headers = [toHeader("Content-Type", sdpType)];
  return { answer: { status: 200, headers, body: toByteText(answer) }, theirs: offer };
}

function tryToAnswer(offer: string, agreed: Agreed): string | undefined {
  try {
    return toDirectionAnswer(offer, agreed);
  } catch (error) {
    if (error instanceof SdpError) return undefined;
    throw error;
  }
}
