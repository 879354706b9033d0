import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { iceCredentialsOf, parseSdp, type Sdp } from "../../protocol/peer/sdp.ts";
import { parseFragment } from "../../protocol/peer/sdp-fragment.ts";
import type { ByteText } from "../../protocol/sip/message.ts";

/** Their candidates. A fragment may come before the description that it belongs to, and repeats all before it. */
export interface TheirCandidates {
  take(fragment: ByteText): Promise<void>;
  /** Their SDP has been applied. */
  describe(sdp: string): Promise<void>;
}

export function createTheirCandidates(add: (candidate: IceCandidate) => Promise<void>): TheirCandidates {
  let newest: ByteText | undefined;
  let sdp: Sdp | undefined;
  const known = new Set<string>();
  const addAll = async () => {
    if (newest === undefined || sdp === undefined) return;
    const ufrags = new Set(sdp.media.map((_, index) => sdp && iceCredentialsOf(sdp, index)?.ufrag));
    for (const candidate of parseFragment(newest, sdp).candidates) {
      const key = [candidate.usernameFragment, candidate.sdpMid, candidate.candidate].join(" ");
      const isOfNow = candidate.usernameFragment === undefined || ufrags.has(candidate.usernameFragment);
      if (known.has(key) || !isOfNow || candidate.sdpMLineIndex === null) continue;
      known.add(key);
      await add(candidate);
    }
  };
  return {
    take(fragment) {
      newest = fragment;
      return addAll();
    },
    describe(next) {
      sdp = parseSdp(next);
      return addAll();
    },
  };
}
