import type { ByteText, SipHeader } from "../../protocol/sip/message.ts";
import type { Clock } from "../base/clock.ts";

/** As an answer of ours says it. */
export interface SignedParts {
  readonly headers: readonly SipHeader[];
  readonly body?: ByteText;
}

/** An identity is good for a minute (RFC 8224 §6.2), on two clocks that may differ. */
const goodForMs = 20_000;

/** The 200 of a call that rings, sealed and signed before the user accepts: each of its steps is somebody's wait. */
export class ReadyAnswer {
  readonly #clock: Clock;
  readonly #sign: (offer: ByteText | undefined) => Promise<SignedParts>;
  #made: { readonly offer: ByteText; readonly at: number; readonly parts: Promise<SignedParts> } | undefined;

  constructor(clock: Clock, sign: (offer: ByteText | undefined) => Promise<SignedParts>) {
    this.#clock = clock;
    this.#sign = sign;
  }

  make(offer: ByteText): void {
    const parts = this.#sign(offer);
    // Whoever takes it hears of a failure.
    parts.catch(() => undefined);
    this.#made = { offer, at: this.#clock.now(), parts };
  }

  /** With this offer; signed now, where another was made ready, or too long ago. */
  take(offer: ByteText | undefined): Promise<SignedParts> {
    const made = this.#made;
    this.#made = undefined;
    const isGood = made !== undefined && made.offer === offer && this.#clock.now() - made.at < goodForMs;
    return isGood ? made.parts : this.#sign(offer);
  }
}
