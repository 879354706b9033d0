import { EtherlynkError } from "../errors.ts";
import { type IceCandidate, isCandidateLine, isMid } from "./ice-candidate.ts";
import { peerLimits } from "./limits.ts";

/** An SDP (RFC 8866) as lines without their ends: those of the session, and those of each m-line, `m=` first. */
export interface Sdp {
  readonly session: readonly string[];
  readonly media: readonly (readonly string[])[];
}

/**
 * Splits an SDP. Only its lines are looked at, not what they mean: line ends may be CR LF or LF, and nothing else
 * may stand in it that some reader would take for a line end.
 *
 * @throws SdpError
 */
export function parseSdp(text: string): Sdp {
  if (text.length > peerLimits.sdpBytes) throw new SdpError("This SDP is too large.");
  const lines = text.replace(/(?:\r?\n)+$/, "").split(/\r?\n/);
  if (lines[0] !== "v=0" || !lines.every(line => LINE.test(line))) throw new SdpError("This is no SDP.");
  const starts = lines.flatMap((line, i) => (line.startsWith("m=") ? [i] : []));
  if (starts.length === 0 || starts.length > peerLimits.sdpMediaLines) {
    throw new SdpError("This SDP has no m-line, or too many.");
  }
  return {
    session: lines.slice(0, starts[0]),
    media: starts.map((start, i) => lines.slice(start, starts[i + 1])),
  };
}

export function formatSdp(sdp: Sdp): string {
  return [...sdp.session, ...sdp.media.flat(), ""].join("\r\n");
}

/** The value of the first attribute of that name; `""` for one without a value. */
export function attributeOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find(it => it === `a=${name}` || it.startsWith(`a=${name}:`));
  return line?.slice(name.length + 3);
}

/** The name of an m-line (`a=mid`), by which candidates find it. */
export function midOf(lines: readonly string[]): string | undefined {
  const mid = attributeOf(lines, "mid");
  return isMid(mid) ? mid : undefined;
}

/** Which m-line a candidate is for: by its mid, else by its place; -1 where there is none. */
export function mediaIndexOf(sdp: Sdp, candidate: IceCandidate): number {
  const { sdpMid, sdpMLineIndex } = candidate;
  const byMid = sdpMid === null ? -1 : sdp.media.findIndex(lines => midOf(lines) === sdpMid);
  if (byMid >= 0) return byMid;
  // A mid that no m-line bears is of another SDP; a place counts where the SDP names none.
  const byPlace = sdpMLineIndex !== null && sdpMLineIndex < sdp.media.length ? sdpMLineIndex : -1;
  return sdpMid === null || (byPlace >= 0 && midOf(sdp.media[byPlace] ?? []) === undefined) ? byPlace : -1;
}

/** What identifies an ICE agent to the other, of one m-line (it may stand above all of them). */
export function iceCredentialsOf(sdp: Sdp, index: number): { ufrag: string; pwd: string } | undefined {
  const lines = [...(sdp.media[index] ?? []), ...sdp.session];
  const [ufrag, pwd] = [attributeOf(lines, "ice-ufrag"), attributeOf(lines, "ice-pwd")];
  return ufrag && pwd ? { ufrag, pwd } : undefined;
}

export interface FoldOptions {
  /** No more will follow: the other end does not trickle, or all have been gathered. */
  readonly complete: boolean;
}

/**
 * An SDP with the candidates that were gathered since, for a peer that does not trickle. Those of no m-line and
 * those of another ICE generation are left out, and none is put in twice.
 */
export function foldCandidates(sdp: Sdp, candidates: readonly IceCandidate[], options: FoldOptions): Sdp {
  const media = sdp.media.map((lines, index) => {
    const own = candidates.filter(it => mediaIndexOf(sdp, it) === index && isOfGeneration(sdp, index, it));
    const known = new Set(lines);
    const added = [...new Set(own.map(it => `a=${it.candidate}`))].filter(line => !known.has(line));
    const all = withDefault([...lines, ...added]);
    const hasSome = all.some(line => line.startsWith("a=candidate:"));
    return options.complete && hasSome && !all.includes(END) ? [...all, END] : all;
  });
  return { session: sdp.session, media };
}

/** The candidates that stand in an SDP or in a fragment of one. */
export function candidateLinesOf(lines: readonly string[]): string[] {
  return lines.filter(line => line.startsWith("a=candidate:")).map(line => line.slice(2));
}

// RFC 8866 §5: a letter, an equals sign, and text without NUL, CR or LF; nor what Unicode takes for a line end.
const LINE = /^[a-z]=[^\0\r\n\u0085\u2028\u2029]*$/;
const END = "a=end-of-candidates";

function isOfGeneration(sdp: Sdp, index: number, candidate: IceCandidate): boolean {
  const { usernameFragment } = candidate;
  const own = iceCredentialsOf(sdp, index)?.ufrag;
  return isCandidateLine(candidate.candidate) && (usernameFragment === undefined || usernameFragment === own);
}

/**
 * RFC 8839 §4.2.1.2: `m=` and `c=` name the address most likely to work, which an offer written before gathering
 * (port 9, 0.0.0.0) does not. A gateway without ICE sends there.
 */
function withDefault(lines: readonly string[]): readonly string[] {
  const [mLine = "", ...rest] = lines;
  const [kind, port, ...more] = mLine.split(" ");
  const best = port === "9" ? bestDefault(candidateLinesOf(rest)) : undefined;
  if (best === undefined) return lines;
  const family = best.address.includes(":") ? "IP6" : "IP4";
  return [
    [kind, best.port, ...more].join(" "),
    ...rest.map(line => (line.startsWith("c=IN ") ? `c=IN ${family} ${best.address}` : line)),
  ];
}

interface Transport {
  readonly address: string;
  readonly port: string;
}

// Relayed addresses work from most places, IPv4 more often than IPv6, one's own machine from nowhere; a name (mDNS)
// is no address for `c=`.
function bestDefault(candidates: readonly string[]): Transport | undefined {
  const ranked = candidates.flatMap(line => {
    const [, component, transport = "", , address = "", port = "", , type = ""] = line.split(" ");
    const rank = ["relay", "srflx", "host"].indexOf(type);
    const isUsable = component === "1" && transport.toLowerCase() === "udp" && rank >= 0 && !isName(address);
    return isUsable
      ? [{ address, port, rank: isLoopback(address) ? 9 : rank * 2 + (address.includes(":") ? 1 : 0) }]
      : [];
  });
  return ranked.sort((a, b) => a.rank - b.rank)[0];
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function isName(address: string): boolean {
  return !/^(?:[0-9.]+|[0-9a-f.]*:[0-9a-f:.]*)$/i.test(address);
}

export class SdpError extends EtherlynkError {
  constructor(sentence: string) {
    super("peer.sdp", sentence);
  }
}
