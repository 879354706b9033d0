import { peerLimits } from "./limits.ts";

/** An ICE candidate as browsers write it in JSON (`RTCIceCandidateInit`), sound in itself. */
export interface IceCandidate {
  /** `candidate:…`, without `a=`. */
  readonly candidate: string;
  /** One of the two says which m-line it is for. */
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment?: string;
}

// RFC 8839 §5.1: foundation, component, transport, priority, address, port, type, and what follows in pairs.
const LINE =
  /^candidate:[A-Za-z0-9+/]{1,32} [0-9]{1,3} [A-Za-z0-9-]{1,16} [0-9]{1,10} [^ ]{1,255} [0-9]{1,5} typ [a-z]{1,16}(?: |$)/i;
const MID = /^[!#-'*+.0-9A-Z^-~-]{1,64}$/;
const FRAGMENT = /^[A-Za-z0-9+/]{4,256}$/;

/** The candidate in a payload, whatever else it holds; `undefined` where it is none. */
export function toIceCandidate(value: unknown): IceCandidate | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = value as Record<string, unknown>;
  if (!isCandidateLine(candidate)) return undefined;
  const mid = sdpMid === undefined || sdpMid === null ? null : isMid(sdpMid) ? sdpMid : undefined;
  const index = sdpMLineIndex === undefined || sdpMLineIndex === null ? null : toIndex(sdpMLineIndex);
  if (mid === undefined || index === undefined || (mid === null && index === null)) return undefined;
  const named = typeof usernameFragment === "string" && FRAGMENT.test(usernameFragment);
  return { candidate, sdpMid: mid, sdpMLineIndex: index, ...(named ? { usernameFragment } : {}) };
}

/** The candidates of a call with one more; the same list where it is known, or where a call has enough. */
export function gather(candidates: readonly IceCandidate[], one: IceCandidate): readonly IceCandidate[] {
  const isKnown = candidates.some(
    it =>
      it.candidate === one.candidate && it.sdpMid === one.sdpMid && it.sdpMLineIndex === one.sdpMLineIndex,
  );
  const bytes = candidates.reduce((sum, it) => sum + it.candidate.length, one.candidate.length);
  const isFull = candidates.length >= peerLimits.candidatesPerCall || bytes > peerLimits.gatheredBytes;
  return isKnown || isFull ? candidates : [...candidates, one];
}

/** A candidate's own text: printable ASCII on one line, with its fields in order. */
export function isCandidateLine(value: unknown): value is string {
  if (typeof value !== "string" || value.length > peerLimits.candidateLength) return false;
  return /^[\x20-\x7e]*$/.test(value) && LINE.test(value);
}

export function isMid(value: unknown): value is string {
  return typeof value === "string" && MID.test(value);
}

function toIndex(value: unknown): number | undefined {
  const isIndex = typeof value === "number" && Number.isInteger(value) && value >= 0;
  return isIndex && value < peerLimits.sdpMediaLines ? value : undefined;
}
