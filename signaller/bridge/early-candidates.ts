import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { bridgeLimits } from "../sip/limits.ts";

/** Candidates that came before the OFFER they belong to, as a browser may send them. Few, and not for long. */
export interface EarlyCandidates {
  keep(key: string, candidate: IceCandidate): void;
  take(key: string): readonly IceCandidate[];
  sweep(): void;
  readonly size: number;
}

/** @param now milliseconds of the monotonic clock */
export function createEarlyCandidates(now: () => number): EarlyCandidates {
  const { earlyCalls, earlyCandidatesPerCall } = bridgeLimits;
  const kept = new Map<string, { readonly until: number; readonly candidates: IceCandidate[] }>();
  return {
    keep(key, candidate) {
      const known = kept.get(key);
      if (known !== undefined && known.candidates.length < earlyCandidatesPerCall)
        known.candidates.push(candidate);
      if (known !== undefined || kept.size >= earlyCalls) return;
      kept.set(key, { until: now() + peerLimits.expireMs, candidates: [candidate] });
    },
    take(key) {
      const candidates = kept.get(key)?.candidates ?? [];
      kept.delete(key);
      return candidates;
    },
    sweep() {
      const time = now();
      for (const [key, { until }] of kept) if (until <= time) kept.delete(key);
    },
    get size() {
      return kept.size;
    },
  };
}
