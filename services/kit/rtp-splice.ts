import { randomBytes } from "node:crypto";
import { RtpHeader, RtpPacket } from "werift";

/** What of a packet makes its place in a stream. */
export interface RtpPlace {
  readonly sequenceNumber: number;
  readonly timestamp: number;
}

/** A step of a stream: how far the first packet of a new source is from the last one of the old. */
interface Step {
  readonly timestamp: number;
}

/**
 * Makes one stream of one source after the other (RFC 3550 §7.3): numbers and times of each go on where the ones
 * before ended. Within a source order, gaps and times stay as they came, so that the listener's own jitter buffer
 * does what it would do for the source itself.
 */
export class RtpSplice {
  readonly #step: Step;
  #source: number | undefined;
  /** Added to numbers and times of this source. */
  #offset: RtpPlace = { sequenceNumber: 0, timestamp: 0 };
  #newest: RtpPlace;

  constructor(step: Step) {
    this.#step = step;
    // §5.1: both begin anywhere.
    const random = randomBytes(6);
    this.#newest = { sequenceNumber: random.readUInt16BE(0), timestamp: random.readUInt32BE(2) };
  }

  /** Where a packet of that source stands in the stream. */
  place(source: number, { sequenceNumber, timestamp }: RtpPlace): RtpPlace {
    if (source !== this.#source) {
      this.#source = source;
      this.#offset = {
        sequenceNumber: this.#newest.sequenceNumber + 1 - sequenceNumber,
        timestamp: this.#newest.timestamp + this.#step.timestamp - timestamp,
      };
    }
    const placed = {
      sequenceNumber: (sequenceNumber + this.#offset.sequenceNumber) & 0xffff,
      timestamp: (timestamp + this.#offset.timestamp) >>> 0,
    };
    const ahead = (placed.sequenceNumber - this.#newest.sequenceNumber) & 0xffff;
    if (ahead < 0x8000) this.#newest = placed;
    return placed;
  }
}

/** A packet without SSRC and payload type, which its sender writes. */
export function toPacket(place: RtpPlace, payload: Uint8Array, marker = false): RtpPacket {
  return new RtpPacket(new RtpHeader({ ...place, marker }), Buffer.from(payload));
}
