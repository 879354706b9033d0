import { gather, type IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { iceCredentialsOf, parseSdp } from "../../protocol/peer/sdp.ts";
import { formatFragment } from "../../protocol/peer/sdp-fragment.ts";
import type { ByteText } from "../../protocol/sip/message.ts";

/** Our candidates, told as fragments that hold all of the ICE generation that was last offered or answered. */
export interface OwnCandidates {
  add(candidate: IceCandidate): void;
  /** Gathering is complete, for this generation. */
  complete(): void;
  /** Our SDP is out: only now may the other side hear of candidates. */
  describe(sdp: string): void;
}

/**
 * Those of a machine's own addresses come within some milliseconds. Each message waits for the answer to the one before,
 * a whole round trip: the first is to bear them all.
 */
const togetherMs = 20;

export function createOwnCandidates(tell: (fragment: ByteText) => void, signal: AbortSignal): OwnCandidates {
  let all: readonly IceCandidate[] = [];
  let sdp: string | undefined;
  let complete = false;
  let told: ByteText | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  signal.addEventListener("abort", stop, { once: true });
  const say = () => {
    stop();
    if (sdp === undefined) return;
    const parsed = parseSdp(sdp);
    const ufrag = iceCredentialsOf(parsed, 0)?.ufrag;
    const candidates = all.filter(it => it.usernameFragment === undefined || it.usernameFragment === ufrag);
    const fragment = formatFragment(parsed, { candidates, complete });
    if (fragment === undefined || fragment === told) return;
    told = fragment;
    tell(fragment);
  };
  return {
    add(candidate) {
      all = gather(all, candidate);
      complete = false;
      if (!signal.aborted) timer ??= setTimeout(say, togetherMs);
    },
    complete() {
      complete = true;
      say();
    },
    describe(next) {
      const isNew = ufragOf(next) !== (sdp === undefined ? undefined : ufragOf(sdp));
      // Those of earlier generations lead nowhere.
      if (isNew) all = all.filter(it => it.usernameFragment === ufragOf(next));
      sdp = next;
      say();
    },
  };
}

function ufragOf(sdp: string): string | undefined {
  return iceCredentialsOf(parseSdp(sdp), 0)?.ufrag;
}
