import type { ByteText } from "../sip/message.ts";
import { type IceCandidate, isCandidateLine, isMid } from "./ice-candidate.ts";
import { peerLimits } from "./limits.ts";
import {
  attributeOf,
  candidateLinesOf,
  iceCredentialsOf,
  mediaIndexOf,
  midOf,
  type Sdp,
  SdpError,
} from "./sdp.ts";

/** The body of an INFO that trickles candidates (RFC 8840 §9). */
export const fragmentMediaType = "application/trickle-ice-sdpfrag";

export interface SdpFragment {
  readonly candidates: readonly IceCandidate[];
  /** The sender has told all it has. */
  readonly complete: boolean;
}

/**
 * Candidates of one ICE generation as an RFC 8840 fragment. It repeats all so far, for INFO requests may be lost
 * or overtake each other (§4.4). `undefined` where none of them fits the SDP.
 */
export function formatFragment(sdp: Sdp, { candidates, complete }: SdpFragment): ByteText | undefined {
  const groups = sdp.media.map((lines, index) => ({
    mid: midOf(lines),
    kind: /^m=([a-z0-9]{1,32}) /i.exec(lines[0] ?? "")?.[1] ?? "audio",
    lines: candidates.filter(it => mediaIndexOf(sdp, it) === index).map(it => `a=${it.candidate}`),
    ice: iceCredentialsOf(sdp, index),
  }));
  const used = groups.filter(group => group.mid !== undefined && group.lines.length > 0);
  const ice = used[0]?.ice;
  if (ice === undefined) return undefined;
  const sections = used
    .filter(group => group.ice?.ufrag === ice.ufrag)
    // The m-line is a stand-in: `RTP/AVP 0` on port 9 whatever the medium is (§9.2).
    .flatMap(group => [
      `m=${group.kind} 9 RTP/AVP 0`,
      `a=mid:${group.mid}`,
      ...new Set(group.lines),
      ...(complete ? ["a=end-of-candidates"] : []),
    ]);
  return [`a=ice-ufrag:${ice.ufrag}`, `a=ice-pwd:${ice.pwd}`, ...sections, ""].join("\r\n");
}

/**
 * Reads the candidates of an RFC 8840 fragment. `sdp` is the sender's own, for the places of its m-lines.
 *
 * @throws SdpError
 */
export function parseFragment(body: ByteText, sdp: Sdp): SdpFragment {
  if (body.length > peerLimits.fragmentBytes) throw new SdpError("These candidates are too many.");
  const lines = body.split(/\r?\n/).filter(line => line !== "");
  if (!lines.every(line => /^[a-z]=[\x20-\x7e]*$/.test(line)))
    throw new SdpError("This is no fragment of an SDP.");
  const starts = lines.flatMap((line, i) => (line.startsWith("m=") ? [i] : []));
  const head = lines.slice(0, starts[0] ?? lines.length);
  const sections = starts.map((start, i) => lines.slice(start, starts[i + 1]));
  const candidates = sections.flatMap(section =>
    readSection(section, sdp, attributeOf([...section, ...head], "ice-ufrag")),
  );
  if (candidates.length > peerLimits.candidatesPerCall) throw new SdpError("These candidates are too many.");
  const isEnd = (it: readonly string[]) => attributeOf(it, "end-of-candidates") !== undefined;
  return { candidates, complete: isEnd(head) || (sections.length > 0 && sections.every(isEnd)) };
}

function readSection(section: readonly string[], sdp: Sdp, ufrag: string | undefined): IceCandidate[] {
  const mid = attributeOf(section, "mid");
  if (!isMid(mid)) throw new SdpError("These candidates do not say which m-line they are for.");
  const index = sdp.media.findIndex(lines => midOf(lines) === mid);
  return candidateLinesOf(section)
    .filter(isCandidateLine)
    .map(candidate => ({
      candidate,
      sdpMid: mid,
      sdpMLineIndex: index < 0 ? null : index,
      ...(ufrag === undefined ? {} : { usernameFragment: ufrag }),
    }));
}
