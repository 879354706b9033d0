import { randomBytes } from "node:crypto";

/** Opcodes of RFC 6455 §5.2. */
export const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const finalBit = 0x80;
const maskBit = 0x80;

/** Told of one whole frame: the payload stands in `buffer` from `start` to `end`, and only during the call. */
export type FrameVisitor = (code: number, start: number, end: number) => void;

/** One whole masked frame as a client sends it (§5.3), made once and written many times. */
export function toClientFrame(payload: Buffer, code: number = opcode.text): Buffer {
  const header = headerLength(payload.length);
  const frame = Buffer.allocUnsafe(header + 4 + payload.length);
  frame[0] = finalBit | code;
  if (payload.length < 126) frame[1] = maskBit | payload.length;
  else if (payload.length < 65_536) {
    frame[1] = maskBit | 126;
    frame.writeUInt16BE(payload.length, 2);
  } else {
    frame[1] = maskBit | 127;
    frame.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  const mask = randomBytes(4);
  mask.copy(frame, header);
  const body = header + 4;
  for (let i = 0; i < payload.length; i++) frame[body + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return frame;
}

/** Where the payload of a client frame begins; the four bytes before it are its mask. */
export function payloadOffset(frame: Buffer): number {
  const length = (frame[1] ?? 0) & 0x7f;
  return (length === 126 ? 4 : length === 127 ? 10 : 2) + 4;
}

/**
 * Visits each whole frame of what a server sent and returns how many bytes they were. Servers do not mask (§5.1),
 * so nothing is copied. None of the servers measured fragments messages; a fragment is a reason to stop.
 */
export function walkFrames(buffer: Buffer, length: number, visit: FrameVisitor): number {
  let at = 0;
  while (at + 2 <= length) {
    const first = buffer[at] ?? 0;
    const short = (buffer[at + 1] ?? 0) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + header > length) break;
    const size =
      short < 126
        ? short
        : short === 126
          ? buffer.readUInt16BE(at + 2)
          : Number(buffer.readBigUInt64BE(at + 2));
    const end = at + header + size;
    if (end > length) break;
    if ((first & finalBit) === 0)
      throw new Error("The server fragmented a message, which the load does not read.");
    visit(first & 0x0f, at + header, end);
    at = end;
  }
  return at;
}

function headerLength(size: number): number {
  return size < 126 ? 2 : size < 65_536 ? 4 : 10;
}
