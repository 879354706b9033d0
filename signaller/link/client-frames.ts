import { isUtf8 } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { EtherlynkError } from "../../protocol/errors.ts";

/** Opcodes of RFC 6455 §5.2. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** What a server sent, read as far as it has come. */
export interface FrameReader {
  /**
   * Takes in bytes and gives the whole frames that are there now.
   *
   * @throws FrameError when the server broke RFC 6455 or its frame is too large
   */
  read(chunk: Buffer): ServerFrame[];
}

const MASKED = 0x80;
const FIN = 0x80;
const RESERVED = 0x70;
const MAX_CONTROL = 125;

/** Reads a server's frames, which are not masked (RFC 6455 §5.1). A link has few of them at a time: it copies. */
export function createFrameReader(maxBytes: number): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  return {
    read(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: ServerFrame[] = [];
      let at = 0;
      for (;;) {
        const size = frameSize(bytes.subarray(at), maxBytes);
        if (size === undefined || at + size > bytes.length) break;
        frames.push(toFrame(bytes.subarray(at, at + size)));
        at += size;
      }
      rest = Buffer.from(bytes.subarray(at));
      return frames;
    },
  };
}

/** One whole masked frame (§5.3). The mask is random, as proxies on the way need it to be. */
export function formatClientFrame(code: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + 4 + length);
  frame[0] = FIN | code;
  frame[1] = MASKED | (header === 2 ? length : header === 4 ? 126 : 127);
  if (header === 4) frame.writeUInt16BE(length, 2);
  if (header === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomFillSync(frame.subarray(header, header + 4));
  const start = header + 4;
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return frame;
}

function frameSize(bytes: Buffer, maxBytes: number): number | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  if ((first & RESERVED) !== 0 || second >= MASKED) throw new FrameError("The other node broke RFC 6455.");
  const isControl = (first & 0x0f) >= opcode.close;
  if (isControl && (second > MAX_CONTROL || first < FIN)) {
    throw new FrameError("The other node's control frame is too long.");
  }
  const header = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < header) return undefined;
  const length =
    header === 2 ? second : header === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (length > maxBytes) throw new FrameError("The other node's message is too large.");
  return header + length;
}

function toFrame(bytes: Buffer): ServerFrame {
  const [first = 0, second = 0] = bytes;
  const header = second < 126 ? 2 : second === 126 ? 4 : 10;
  const payload = bytes.subarray(header);
  const code = first & 0x0f;
  if (code === opcode.text && first >= FIN && !isUtf8(payload)) {
    throw new FrameError("The other node's text is not UTF-8.");
  }
  return { opcode: code, fin: first >= FIN, payload };
}

/** A bug or an attack at the other end; the link is closed and tried anew. */
export class FrameError extends EtherlynkError {
  constructor(sentence: string) {
    super("link.frame", sentence);
  }
}
