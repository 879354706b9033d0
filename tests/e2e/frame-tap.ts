import { connect, createServer, type Socket } from "node:net";

export interface TappedFrame {
  readonly from: "page" | "node";
  readonly opcode: number;
  readonly final: boolean;
  readonly masked: boolean;
  readonly length: number;
}

/** Passes bytes between browsers and a node untouched, and notes the WebSocket frames among them. */
export interface FrameTap {
  readonly port: number;
  readonly frames: readonly TappedFrame[];
  close(): Promise<void>;
}

export async function startFrameTap(target: number): Promise<FrameTap> {
  const frames: TappedFrame[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(page => {
    const node = connect(target, "127.0.0.1");
    for (const [from, one, other] of [
      ["page", page, node],
      ["node", node, page],
    ] as const) {
      const note = createFrameReader(frame => frames.push({ from, ...frame }));
      sockets.add(one);
      one.on("data", note);
      one.on("error", () => other.destroy());
      one.on("close", () => sockets.delete(one));
      one.pipe(other);
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return {
    port: address.port,
    frames,
    close: () =>
      new Promise(done => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** RFC 6455 §5.2, behind the HTTP head of the handshake. */
function createFrameReader(note: (frame: Omit<TappedFrame, "from">) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let handshaken = false;
  return chunk => {
    rest = Buffer.concat([rest, chunk]);
    if (!handshaken) {
      const end = rest.indexOf("\r\n\r\n");
      if (end === -1) return;
      handshaken = true;
      rest = rest.subarray(end + 4);
    }
    for (;;) {
      const read = readHead(rest);
      if (!read || rest.length < read.bytes) return;
      note(read.frame);
      rest = rest.subarray(read.bytes);
    }
  };
}

function readHead(bytes: Buffer): { frame: Omit<TappedFrame, "from">; bytes: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const head = 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < head) return undefined;
  const length =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
  const frame = { opcode: first & 0x0f, final: (first & 0x80) !== 0, masked, length };
  return { frame, bytes: head + length };
}
