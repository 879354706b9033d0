import { EtherlynkError } from "../errors.ts";
import { type IceCandidate, toIceCandidate } from "./ice-candidate.ts";
import { peerLimits } from "./limits.ts";
import { formatSdp, parseSdp, SdpError } from "./sdp.ts";

/** What a PeerJS connection is for; every payload names it again. */
export type PeerMedia = "media" | "data";

/** A PeerJS connection, as its offer describes it. */
export interface PeerConnection {
  readonly connectionId: string;
  readonly type: PeerMedia;
  /** What the application passed along: any JSON, small. */
  readonly metadata?: unknown;
  /** Of data connections. */
  readonly label?: string;
  readonly serialization?: string;
  readonly reliable?: boolean;
}

export interface PeerOffer extends PeerConnection {
  /** Sound, with CR LF at every end. */
  readonly sdp: string;
}

export interface PeerAnswer {
  readonly connectionId: string;
  readonly sdp: string;
}

export interface PeerCandidate {
  readonly connectionId: string;
  readonly candidate: IceCandidate;
}

/**
 * Reads the payload of an OFFER.
 *
 * @throws PeerPayloadError
 */
export function toPeerOffer(payload: unknown): PeerOffer {
  const it = toRecord(payload);
  const type = it["type"];
  if (type !== "media" && type !== "data") {
    throw new PeerPayloadError("This offer is neither of media nor of data.");
  }
  const common: PeerOffer = {
    connectionId: readConnectionId(it),
    type,
    sdp: readSdp(it["sdp"], "offer"),
    ...readMetadata(it),
  };
  return type === "data" ? { ...common, ...readChannel(it) } : common;
}

/**
 * Reads the payload of an ANSWER.
 *
 * @throws PeerPayloadError
 */
export function toPeerAnswer(payload: unknown): PeerAnswer {
  const it = toRecord(payload);
  return { connectionId: readConnectionId(it), sdp: readSdp(it["sdp"], "answer") };
}

/**
 * Reads the payload of a CANDIDATE.
 *
 * @throws PeerPayloadError
 */
export function toPeerCandidate(payload: unknown): PeerCandidate {
  const it = toRecord(payload);
  const candidate = toIceCandidate(it["candidate"]);
  if (candidate === undefined) throw new PeerPayloadError("This is no ICE candidate.");
  return { connectionId: readConnectionId(it), candidate };
}

export function isConnectionId(value: unknown): value is string {
  return (
    typeof value === "string" && value.length <= peerLimits.connectionIdLength && /^[\x21-\x7e]+$/.test(value)
  );
}

/** Stock clients name their four kinds; applications may add some. */
export function isSerialization(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9-]{1,32}$/i.test(value);
}

function toRecord(payload: unknown): Record<string, unknown> {
  if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) return { ...payload };
  throw new PeerPayloadError("A payload is an object.");
}

function readConnectionId(it: Record<string, unknown>): string {
  const id = it["connectionId"];
  if (isConnectionId(id)) return id;
  throw new PeerPayloadError("This payload does not say, in connectionId, which connection it is of.");
}

function readSdp(description: unknown, type: "offer" | "answer"): string {
  const { sdp, type: stated } = toRecord(description);
  if (typeof sdp !== "string" || stated !== type)
    throw new PeerPayloadError(`This payload holds no SDP ${type}.`);
  try {
    return formatSdp(parseSdp(sdp));
  } catch (cause) {
    if (cause instanceof SdpError) throw new PeerPayloadError(`The SDP ${type} cannot be read.`, { cause });
    throw cause;
  }
}

function readMetadata(it: Record<string, unknown>): { readonly metadata?: unknown } {
  const { metadata } = it;
  if (metadata === undefined || metadata === null) return {};
  if (isSmallJson(metadata)) return { metadata };
  throw new PeerPayloadError("The metadata of this call are too large to be passed on.");
}

/** Metadata that came as text in a header; `undefined` where they are none or too large. */
export function readMetadataText(text: string | undefined): unknown {
  if (text === undefined || text.length > peerLimits.metadataBytes) return undefined;
  try {
    const metadata: unknown = JSON.parse(text);
    return isShallow(metadata, 16) && metadata !== null ? metadata : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Its depth is bounded before it is written as text: JSON is read without recursion, but written with it. */
function isSmallJson(value: unknown): boolean {
  return isShallow(value, 16) && JSON.stringify(value).length <= peerLimits.metadataBytes;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every(inner => isShallow(inner, levels - 1));
}

function readChannel(
  it: Record<string, unknown>,
): Pick<PeerConnection, "label" | "serialization" | "reliable"> {
  const { label, serialization, reliable } = it;
  return {
    ...(typeof label === "string" && label.length <= peerLimits.labelLength ? { label } : {}),
    // Stock clients name their four kinds; applications may add some.
    ...(typeof serialization === "string" && /^[a-z0-9-]{1,32}$/i.test(serialization)
      ? { serialization }
      : {}),
    reliable: reliable === true,
  };
}

export class PeerPayloadError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("peer.payload", sentence, options);
  }
}
