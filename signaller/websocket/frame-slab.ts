import { isUtf8 } from "node:buffer";
import { BINARY, headerSize, TEXT, writeHeader } from "./frame.ts";

/** Small, because a reader that falls behind keeps the whole slab in which its last message lies. */
const SLAB = 16_384;
const LARGE = SLAB / 4;
const NOTHING = Buffer.alloc(0);

/** What a frame is made of: opcode 0 lets a string's bytes decide between text and binary. */
export interface FrameParts {
  readonly opcode: number;
  readonly payload: Buffer | string;
  readonly tail?: Buffer | undefined;
  /** Give it memory of its own, because its reader is behind and would keep a slab alive. */
  readonly apart: boolean;
}

/** Builds unmasked frames side by side in shared memory, so that a message costs no allocation of its own. */
export class FrameSlab {
  #slab = Buffer.allocUnsafeSlow(SLAB);
  #used = 0;

  build({ opcode, payload, tail = NOTHING, apart }: FrameParts): Buffer {
    const length = payload.length + tail.length;
    const header = headerSize(length);
    const size = header + length;
    const frame = apart || size > LARGE ? Buffer.allocUnsafeSlow(size) : this.#carve(size);
    if (typeof payload === "string") frame.write(payload, header, "latin1");
    else frame.set(payload, header);
    if (tail.length > 0) frame.set(tail, header + payload.length);
    writeHeader(frame, opcode === 0 ? opcodeFor(frame.subarray(header)) : opcode, length);
    return frame;
  }

  #carve(size: number): Buffer {
    if (this.#used + size > SLAB) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used = at + size;
    return this.#slab.subarray(at, at + size);
  }
}

/** SIP bodies may be anything, and a text frame must be UTF-8 (RFC 7118 §4.2). */
function opcodeFor(payload: Buffer): number {
  return isUtf8(payload) ? TEXT : BINARY;
}
