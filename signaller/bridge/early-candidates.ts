import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { peerLimits } from "../../protocol/peer/limits.ts";

/** Candidates that came before the OFFER they belong to, as a browser may send them. Few, and not for long. */
export interface EarlyCandidates {
  keep(key: string, candidate: IceCandidate): void;
  take(key: string): readonly IceCandidate[];
  sweep(): void;
  readonly size: number;
}

const MOST_CALLS = 1_000;
const MOST_OF_A_CALL = 32;

/** @param now milliseconds of the monotonic clock */
export function createEarlyCandidates(now: () => number): EarlyCandidates {
  const kept = new Map<string, { readonly until: number; readonly candidates: IceCandidate[] }>();
  return {
    keep(key, candidate) {
      const known = kept.get(key);
      if (known !== undefined && known.candidates.length < MOST_OF_A_CALL) known.candidates.push(candidate);
      if (known !== undefined || kept.size >= MOST_CALLS) return;
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
