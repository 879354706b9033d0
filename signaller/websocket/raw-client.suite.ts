import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a client puts on the wire, right or wrong: everything of a frame can be chosen. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Announces another length than the payload's. */
  readonly announced?: number;
  /** Uses a longer form of the length than needed: 126 or 127. */
  readonly lengthForm?: 126 | 127;
  readonly mask?: number;
}

export interface ServerFrame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A client that is no library: what it sends and what it got are bytes. */
export interface RawClient {
  readonly socket: Socket;
  /** The head of the answer to the handshake. */
  readonly head: string;
  /** Everything received so far that is whole. */
  readonly frames: readonly ServerFrame[];
  write(...pieces: (Buffer | ClientFrame)[]): void;
  /** The next frame not yet returned; rejects when the connection ends before one comes. */
  next(): Promise<ServerFrame>;
  /** All text messages until the server's close frame, and that frame's code (1006 when none came). */
  untilClosed(): Promise<{ texts: string[]; code: number; reason: string }>;
  readonly ended: Promise<void>;
}

export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export interface RawTarget {
  readonly port: number;
  readonly path?: string;
  readonly localAddress?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
  /** Sent in one piece with the handshake. */
  readonly behind?: Buffer;
}

/** Connects and sends an opening handshake; resolves with whatever the answer is. */
export async function connectRaw(target: RawTarget): Promise<RawClient> {
  const { port, localAddress } = target;
  const socket = connect({ host: "127.0.0.1", port, ...(localAddress !== undefined && { localAddress }) });
  socket.on("error", () => undefined);
  socket.setNoDelay(true);
  await once(socket, "connect");
  socket.write(Buffer.concat([Buffer.from(handshake(target)), target.behind ?? Buffer.alloc(0)]));
  return readRaw(socket);
}

export function handshake({ path = "/", headers = {}, method = "GET" }: RawTarget): string {
  const all: Record<string, string | undefined> = {
    Host: "127.0.0.1",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": SAMPLE_KEY,
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A frame as a client sends it (RFC 6455 §5.2). */
export function clientFrame(frame: ClientFrame): Buffer {
  const { opcode, fin = true, reserved = 0, masked = true, lengthForm, mask = 0x37fa213d } = frame;
  const payload = Buffer.from(frame.payload ?? "");
  const length = frame.announced ?? payload.length;
  const form = lengthForm ?? (length < 126 ? 0 : length < 65_536 ? 126 : 127);
  const head = Buffer.alloc(form === 0 ? 2 : form === 126 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (form === 0 ? length : form);
  if (form === 126) head.writeUInt16BE(length, 2);
  if (form === 127) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const key = Buffer.alloc(4);
  key.writeUInt32BE(mask >>> 0);
  return Buffer.concat([head, key, payload.map((byte, i) => byte ^ (key[i & 3] ?? 0))]);
}

export function closePayload(code: number, reason: string | Buffer = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

async function readRaw(socket: Socket): Promise<RawClient> {
  let rest = Buffer.alloc(0);
  let isEnded = false;
  const frames: ServerFrame[] = [];
  let returned = 0;
  let wake: () => void = () => undefined;
  const opened = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<void>();
  let head = "";
  socket.on("data", chunk => {
    rest = Buffer.concat([rest, chunk]);
    if (head === "") {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      head = rest.toString("latin1", 0, end);
      rest = rest.subarray(end + 4);
      opened.resolve(head);
    }
    for (let frame = parseFrame(rest); frame !== undefined; frame = parseFrame(rest)) {
      frames.push(frame);
      rest = rest.subarray(frame.size);
      // A goodbye is answered, as every client does (§5.5.1).
      if (frame.opcode === 8) socket.end(clientFrame({ opcode: 8, payload: frame.payload.subarray(0, 2) }));
    }
    wake();
  });
  socket.on("close", () => {
    isEnded = true;
    opened.resolve(head);
    ended.resolve();
    wake();
  });
  await opened.promise;

  async function next(): Promise<ServerFrame> {
    while (returned === frames.length) {
      if (isEnded) throw new Error("The connection ended before another frame came.");
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    const frame = frames[returned];
    returned += 1;
    if (frame === undefined) throw new Error("A frame that was counted is there.");
    return frame;
  }

  return {
    socket,
    head,
    frames,
    next,
    ended: ended.promise,
    write(...pieces) {
      socket.write(Buffer.concat(pieces.map(piece => (Buffer.isBuffer(piece) ? piece : clientFrame(piece)))));
    },
    async untilClosed() {
      await ended.promise;
      const texts = frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());
      const goodbye = frames.find(({ opcode }) => opcode === 8)?.payload;
      if (goodbye === undefined) return { texts, code: 1006, reason: "" };
      if (goodbye.length < 2) return { texts, code: 1005, reason: "" };
      return { texts, code: goodbye.readUInt16BE(0), reason: goodbye.toString("utf8", 2) };
    },
  };
}

function parseFrame(bytes: Buffer): (ServerFrame & { size: number }) | undefined {
  const short = bytes[1];
  if (short === undefined) return undefined;
  if (short >= 0x80) throw new Error("A server must not mask (RFC 6455 §5.1).");
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < header + length) return undefined;
  const first = bytes[0] ?? 0;
  const payload = bytes.subarray(header, header + length);
  return { fin: first >= 0x80, opcode: first & 0x0f, payload, size: header + length };
}
