import { sha256 } from "ox/Hash";
import { fromByteText, toByteText } from "../sip/byte-text.ts";
import type { ByteText, SipHeader } from "../sip/message.ts";
import { formatBase64Url } from "../words/base64url.ts";
import { bytesOf } from "../words/signing-bytes.ts";
import type { IceCandidate } from "./ice-candidate.ts";
import { parsePeerHeader, peerHeaderKey, toPeerHeader } from "./peer-header.ts";
import type { ServerMessage } from "./peer-message.ts";
import type { PeerAnswer, PeerConnection, PeerMedia, PeerOffer } from "./peer-payload.ts";
import { foldCandidates, formatSdp, parseSdp, type Sdp, SdpError } from "./sdp.ts";
import { formatFragment, fragmentMediaType, parseFragment, type SdpFragment } from "./sdp-fragment.ts";

/*
 * The PeerJS dialect and SIP, message by message. What has a state (who waits for whom, timers, transactions)
 * is the node's; here is what one message becomes in the other dialect.
 *
 *     PeerJS                     SIP
 *     OFFER                      INVITE with application/sdp, Etherlynk-Peer
 *     ANSWER                     200 with application/sdp
 *     CANDIDATE                  folded into the SDP before it is sent; behind it INFO (RFC 8840) where the other
 *                                end says `Supported: trickle-ice`
 *     EXPIRE and LEAVE           a final response that is no answer
 *     LEAVE                      BYE
 *     (its socket is gone)       CANCEL, 480 or BYE: `endOfPeer`
 *
 * Stock PeerJS knows no second offer for a connection: a re-INVITE or UPDATE with SDP is answered 488
 * (`noRenegotiation`), and the call goes on as it was. An INVITE without SDP (a late offer) cannot become an
 * OFFER: 488 too.
 */

/** What a SIP message carries for us: headers to add to it, and its body. */
export interface SipBody {
  readonly headers: readonly SipHeader[];
  readonly body: ByteText;
}

/** What is read of a SIP message. */
export type SipContent = Pick<SipBody, "headers" | "body">;

export const noRenegotiation = 488;

/** The option tag and info package of RFC 8840. */
export const trickleTag = "trickle-ice";

export interface Gathered {
  /** All candidates that came so far. */
  readonly candidates: readonly IceCandidate[];
  /** True where no more will be sent: the other end does not trickle. */
  readonly complete: boolean;
}

/** An OFFER as the body and headers of an INVITE. */
export function toInviteBody(offer: PeerOffer, gathered: Gathered): SipBody {
  return { headers: [...sdpHeaders, toPeerHeader(offer)], body: foldedSdp(offer.sdp, gathered) };
}

/** An ANSWER as the body and headers of a 200. */
export function toAnswerBody(answer: PeerAnswer, gathered: Gathered): SipBody {
  return { headers: sdpHeaders, body: foldedSdp(answer.sdp, gathered) };
}

/**
 * CANDIDATEs as the body and headers of an INFO; `sdp` is that of their sender. All so far are repeated
 * (RFC 8840 §4.4). `undefined` where none of them fits.
 */
export function toInfoBody(sdp: string, gathered: Gathered): SipBody | undefined {
  const body = formatFragment(parseSdp(sdp), gathered);
  if (body === undefined) return undefined;
  const headers = [
    header("Info-Package", trickleTag),
    header("Content-Disposition", "Info-Package"),
    header("Content-Type", fragmentMediaType),
  ];
  return { headers, body };
}

/** Both ends of a bridged connection, as the PeerJS client sees them. */
export interface PeerLeg {
  /** The SIP side, as the client is to name it in return: the address it called or was called from. */
  readonly src: string;
  /** The client's own id. */
  readonly dst: string;
}

export interface BridgedOffer {
  readonly connection: PeerConnection;
  /** The offer's SDP, for `toInfo…` and `toCandidateMessages`. */
  readonly sdp: string;
  readonly message: ServerMessage;
}

/**
 * An INVITE as an OFFER. `undefined` where it carries no SDP. The connection is the one its `Etherlynk-Peer` names;
 * other clients' is made from their Call-ID.
 *
 * @throws SdpError
 */
export function fromInvite(invite: SipContent, callId: ByteText, leg: PeerLeg): BridgedOffer | undefined {
  const sdp = readSdp(invite);
  if (sdp === undefined) return undefined;
  const given = invite.headers.find(({ key }) => key === peerHeaderKey);
  const described = given && parsePeerHeader(given.value);
  const connection = described ?? { connectionId: connectionIdOf(callId), type: mediaOf(sdp) };
  const text = formatSdp(sdp);
  const payload = {
    sdp: { type: "offer", sdp: text },
    ...connection,
    // Stock clients pick a data connection's class by `serialization`: without one they would throw.
    ...(connection.type === "data" ? withChannel(connection) : {}),
  };
  return { connection, sdp: text, message: { type: "OFFER", src: leg.src, dst: leg.dst, payload } };
}

/**
 * A 200 as an ANSWER. `undefined` where it carries no SDP.
 *
 * @throws SdpError
 */
export function fromAnswer(
  response: SipContent,
  connection: PeerConnection,
  leg: PeerLeg,
): { readonly sdp: string; readonly message: ServerMessage } | undefined {
  const sdp = readSdp(response);
  if (sdp === undefined) return undefined;
  const { connectionId, type } = connection;
  const text = formatSdp(sdp);
  const payload = { sdp: { type: "answer", sdp: text }, type, connectionId };
  return { sdp: text, message: { type: "ANSWER", src: leg.src, dst: leg.dst, payload } };
}

/**
 * Reads an INFO that trickles candidates; `sdp` is its sender's. `undefined` where it is another kind of INFO.
 *
 * @throws SdpError
 */
export function fromInfo(info: SipContent, sdp: string): SdpFragment | undefined {
  const isTrickle = mediaTypeOf(info.headers) === fragmentMediaType;
  return isTrickle ? parseFragment(info.body, parseSdp(sdp)) : undefined;
}

/** Candidates as CANDIDATEs, one each. An INFO repeats earlier ones: those in `sent` (their texts) are left out. */
export function toCandidateMessages(
  candidates: readonly IceCandidate[],
  sent: ReadonlySet<string>,
  { connection, leg }: { readonly connection: PeerConnection; readonly leg: PeerLeg },
): ServerMessage[] {
  const { connectionId, type } = connection;
  return candidates
    .filter(({ candidate }) => !sent.has(candidate))
    .map(candidate => ({
      type: "CANDIDATE",
      src: leg.src,
      dst: leg.dst,
      payload: { candidate, type, connectionId },
    }));
}

/**
 * What a PeerJS client is told when the SIP side ends. Stock clients tell their page of an unanswered call only by
 * EXPIRE (`peer-unavailable`), and drop its connection only by LEAVE; of an answered one LEAVE is enough.
 */
export function toEndMessages(answered: boolean, { src, dst }: PeerLeg): ServerMessage[] {
  const leave: ServerMessage = { type: "LEAVE", src, dst };
  return answered ? [leave] : [{ type: "EXPIRE", src, dst }, leave];
}

/** How the SIP side hears that the PeerJS client left, or let its socket go for good. */
export type PeerEnd =
  | { readonly send: "CANCEL" | "BYE" }
  | { readonly send: "response"; readonly status: 480 };

export function endOfPeer(side: "caller" | "callee", answered: boolean): PeerEnd {
  if (answered) return { send: "BYE" };
  return side === "caller" ? { send: "CANCEL" } : { send: "response", status: 480 };
}

const sdpHeaders: readonly SipHeader[] = [
  header("Content-Type", "application/sdp"),
  header("Recv-Info", trickleTag),
];

function header(name: string, value: ByteText): SipHeader {
  return { key: name.toLowerCase(), name, value };
}

function foldedSdp(sdp: string, { candidates, complete }: Gathered): ByteText {
  return toByteText(formatSdp(foldCandidates(parseSdp(sdp), candidates, { complete })));
}

function readSdp({ headers, body }: SipContent): Sdp | undefined {
  if (body === "" || mediaTypeOf(headers) !== "application/sdp") return undefined;
  const text = fromByteText(body);
  if (text === undefined) throw new SdpError("This SDP is not UTF-8.");
  return parseSdp(text);
}

function mediaTypeOf(headers: readonly SipHeader[]): string | undefined {
  const value = headers.find(({ key }) => key === "content-type")?.value;
  return value?.split(";", 1)[0]?.trim().toLowerCase();
}

function mediaOf(sdp: Sdp): PeerMedia {
  return sdp.media.every(lines => lines[0]?.startsWith("m=application ")) ? "data" : "media";
}

function withChannel({ connectionId, label, serialization, reliable }: PeerConnection) {
  return {
    label: label ?? connectionId,
    serialization: serialization ?? "binary",
    reliable: reliable ?? false,
  };
}

/** A hash, for a Call-ID may be long, and may name the caller's machine. */
function connectionIdOf(callId: ByteText): string {
  return `mc_${formatBase64Url(sha256(bytesOf(callId))).slice(0, 22)}`;
}
