import { gather, type IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { peerLimits } from "../../protocol/peer/limits.ts";
import type { Timed, Timer, TimerWheel } from "../sip/timer-wheel.ts";

/**
 * A PeerJS client's candidates, which trickle in. For a SIP end that does not trickle they are waited for: until
 * none has come for a moment, and not for long.
 */
export class Candidates implements Timed {
  readonly #wheel: TimerWheel;
  #all: readonly IceCandidate[] = [];
  #onComplete: (() => void) | undefined;
  #quiet: Timer | undefined;
  #most: Timer | undefined;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  get all(): readonly IceCandidate[] {
    return this.#all;
  }

  /** False where it was known, or one too many. */
  add(candidate: IceCandidate): boolean {
    const before = this.#all;
    this.#all = gather(before, candidate);
    if (this.#onComplete !== undefined) this.#restart();
    return this.#all !== before;
  }

  /** Calls once, when it has been quiet. */
  whenQuiet(onComplete: () => void): void {
    this.#onComplete = onComplete;
    this.#most = this.#wheel.start(peerLimits.gatherMostMs, this, "most");
    this.#restart();
  }

  onTimer(): void {
    const onComplete = this.#onComplete;
    this.stop();
    onComplete?.();
  }

  stop(): void {
    this.#onComplete = undefined;
    if (this.#quiet !== undefined) this.#wheel.stop(this.#quiet);
    if (this.#most !== undefined) this.#wheel.stop(this.#most);
  }

  #restart(): void {
    if (this.#quiet !== undefined) this.#wheel.stop(this.#quiet);
    this.#quiet = this.#wheel.start(peerLimits.gatherQuietMs, this, "quiet");
  }
}
