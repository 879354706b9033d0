import { isUtf8 } from "node:buffer";
import { BINARY, CLOSE, CONTINUATION, closeCode, MAX_CONTROL, PONG, TEXT } from "./frame.ts";
import { unmask } from "./unmask.ts";

/** A connection, as far as reading goes. */
export interface FrameTaker {
  /** The most bytes one message may have, whole or in fragments. */
  readonly maxMessage: number;
  /** False stops the reader behind the frame just taken: the connection is closed, or held back. */
  readonly reading: boolean;
  /** How many bytes there must be before reading on makes sense. */
  wanted: number;
  /** Opcode of the message whose fragments are being gathered, 0 when there is none; and their size so far. */
  readonly gathering: number;
  readonly gatheredSize: number;
  /** What a frame cost on the wire; called before it is taken. */
  charge(frameBytes: number): void;
  takeMessage(payload: Buffer, binary: boolean): void;
  /** Keeps a fragment. `opcode` is 0 but for the first one. */
  gather(payload: Buffer, opcode: number): void;
  /** All fragments as one payload; nothing is gathered then. */
  gathered(): Buffer;
  takeControl(opcode: number, payload: Buffer): void;
  /** The client broke RFC 6455. */
  fail(code: number, reason: string): void;
}

/**
 * Reads all whole frames of `bytes` (RFC 6455 §5.2), unmasks them in place, and says how much it consumed. Each
 * check is made as soon as its bytes are there: a frame that is too large is refused at its header.
 */
export function readFrames(taker: FrameTaker, bytes: Buffer): number {
  const end = bytes.length;
  let at = 0;
  while (taker.reading && at < end) {
    const size = sizeOfFrame(taker, bytes, at);
    if (size === BROKEN) break;
    if (size > end - at) {
      taker.wanted = size;
      break;
    }
    const header = headerSizeOf(bytes[at + 1] ?? 0);
    const payload = bytes.subarray(at + header, at + size);
    unmask(payload, bytes.readInt32BE(at + header - 4));
    taker.charge(size);
    takeFrame(taker, bytes[at] ?? 0, payload);
    at += size;
  }
  return at;
}

const BROKEN = 0;
const MASKED = 0x80;
const FIN = 0x80;
const RESERVED = 0x70;

/** The whole frame's size, or of its header while that is all that can be said; `BROKEN` when it was refused. */
function sizeOfFrame(taker: FrameTaker, bytes: Buffer, at: number): number {
  const have = bytes.length - at;
  if (have < 2) return 2;
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const fault = faultOf(first, second, taker.gathering !== 0);
  if (fault !== undefined) {
    taker.fail(closeCode.protocol, fault);
    return BROKEN;
  }
  const header = headerSizeOf(second);
  if (have < header - 4) return header;
  const length = lengthAt(bytes, at);
  if ((first & 0x0f) < CLOSE && taker.gatheredSize + length > taker.maxMessage) {
    taker.fail(closeCode.tooLarge, "This message is too large.");
    return BROKEN;
  }
  return header + length;
}

/** What is wrong with the first two bytes of a frame (§5.1, §5.2, §5.4, §5.5). */
function faultOf(first: number, second: number, gathering: boolean): string | undefined {
  if ((first & RESERVED) !== 0) return "A reserved bit is set, and no extension was agreed on.";
  if (second < MASKED) return "A client must mask its frames.";
  const opcode = first & 0x0f;
  if (opcode >= CLOSE) {
    if (opcode > PONG) return "There is no such opcode.";
    return first < FIN || (second & 0x7f) > MAX_CONTROL ? "A control frame is short and whole." : undefined;
  }
  if (opcode > BINARY) return "There is no such opcode.";
  if ((opcode === CONTINUATION) === gathering) return undefined;
  return gathering ? "The fragments before this message have no end." : "There is nothing to continue.";
}

function headerSizeOf(second: number): number {
  const short = second & 0x7f;
  if (short < 126) return 6;
  return short === 126 ? 8 : 14;
}

function lengthAt(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short;
  if (short === 126) return bytes.readUInt16BE(at + 2);
  return bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
}

function takeFrame(taker: FrameTaker, first: number, payload: Buffer): void {
  const opcode = first & 0x0f;
  if (opcode >= CLOSE) {
    taker.takeControl(opcode, payload);
  } else if (first >= FIN && opcode !== CONTINUATION) {
    takeMessage(taker, payload, opcode);
  } else {
    taker.gather(payload, opcode);
    if (first < FIN) return;
    const whole = taker.gathering;
    takeMessage(taker, taker.gathered(), whole);
  }
}

function takeMessage(taker: FrameTaker, payload: Buffer, opcode: number): void {
  // Relayed as it is, a bad text would close the connection of whoever receives it (§8.1).
  if (opcode === TEXT && !isUtf8(payload)) taker.fail(closeCode.badText, "This text is not UTF-8.");
  else taker.takeMessage(payload, opcode === BINARY);
}
