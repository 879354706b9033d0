import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import { opcode, toClientFrame, walkFrames } from "./frames.ts";

/** A text message where it was read into; only valid during the call it is passed to. */
export interface Text {
  buffer: Buffer;
  start: number;
  end: number;
}

/** What all clients of one load share. */
export interface ClientHooks {
  /** The 101 has been read. */
  onUpgraded(client: Client): void;
  onText(client: Client, text: Text): void;
  /** Called once per connection, whoever ended it; `client.open` says whether it had been welcomed. */
  onClosed(client: Client, reason: string): void;
}

export interface ClientTarget {
  readonly port: number;
  readonly path: string;
  readonly subprotocol?: string;
}

/** One connection of the load; `index` is what it is known by, and survives a reconnect. */
export interface Client {
  readonly index: number;
  readonly id: string;
  readonly token: string;
  readonly localAddress: string;
  socket: Socket | undefined;
  /** The beginning of a message whose end has not come yet. */
  rest: Buffer | undefined;
  upgraded: boolean;
  /** Welcomed in its dialect: OPEN, or a 200 to REGISTER. */
  open: boolean;
  reason: string;
}

/** Every socket reads into this one buffer: its content is dealt with before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);
/** One object for all messages: a load that allocates less disturbs less. */
const text: Text = { buffer: readBuffer, start: 0, end: 0 };
const endOfHead = Buffer.from("\r\n\r\n");

/** Connects the client and speaks the handshake (RFC 6455 §4.1); all else is up to the hooks. */
export function startClient(client: Client, target: ClientTarget, hooks: ClientHooks): void {
  prepareClient(client, target, hooks)();
}

/** Makes all that a connection needs, so that a storm of them spends its moment on connecting alone. */
export function prepareClient(client: Client, target: ClientTarget, hooks: ClientHooks): () => void {
  const handshake = toHandshake(target);
  const socket: Socket = new Socket({
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: count => {
        if (client.socket === socket) onBytes(client, count, hooks);
        return true;
      },
    },
  });
  socket.on("connect", () => socket.write(handshake));
  socket.on("error", error => {
    client.reason ||= error.message;
  });
  socket.on("close", () => {
    if (client.socket !== socket) return;
    client.socket = undefined;
    hooks.onClosed(client, client.reason || "the server ended the connection");
  });
  const { port } = target;
  return () => {
    client.socket = socket;
    client.rest = undefined;
    client.upgraded = false;
    client.open = false;
    client.reason = "";
    socket.connect({ port, host: "127.0.0.1", localAddress: client.localAddress });
  };
}

/** Drops the connection as a vanished client does: no close frame. The hooks hear nothing of it. */
export function dropClient(client: Client): void {
  const { socket } = client;
  client.socket = undefined;
  client.open = false;
  socket?.destroy();
}

function toHandshake({ port, path, subprotocol }: ClientTarget): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "Sec-WebSocket-Version: 13",
    ...(subprotocol ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
    // As browsers offer it; a server that takes it would change what is measured, and is told by its answer.
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    "\r\n",
  ].join("\r\n");
}

function onBytes(client: Client, count: number, hooks: ClientHooks): void {
  let buffer = readBuffer;
  let length = count;
  if (client.rest) {
    buffer = Buffer.concat([client.rest, readBuffer.subarray(0, count)]);
    length = buffer.length;
    client.rest = undefined;
  }
  let used = 0;
  if (!client.upgraded) {
    used = readUpgrade(client, buffer.subarray(0, length));
    if (used === 0) {
      client.rest = Buffer.from(buffer.subarray(0, length));
      return;
    }
    hooks.onUpgraded(client);
  }
  const frames = used === 0 ? buffer : buffer.subarray(used, length);
  const framesLength = length - used;
  const walked = walkFrames(frames, framesLength, (code, start, end) => {
    if (code !== opcode.text) return onControl(client, code, frames.subarray(start, end));
    text.buffer = frames;
    text.start = start;
    text.end = end;
    hooks.onText(client, text);
  });
  if (walked < framesLength) client.rest = Buffer.from(frames.subarray(walked, framesLength));
}

/** The bytes of the answer's head, or 0 while it is incomplete. */
function readUpgrade(client: Client, received: Buffer): number {
  const end = received.indexOf(endOfHead);
  if (end < 0) return 0;
  const head = received.toString("latin1", 0, end);
  if (!head.startsWith("HTTP/1.1 101 ")) {
    client.reason = head.split("\r\n", 1)[0] ?? "";
    client.socket?.destroy();
    return 0;
  }
  if (/^sec-websocket-extensions:/im.test(head)) {
    throw new Error("The server compresses; that would measure zlib.");
  }
  client.upgraded = true;
  return end + endOfHead.length;
}

function onControl(client: Client, code: number, payload: Buffer): void {
  if (code === opcode.ping) client.socket?.write(toClientFrame(payload, opcode.pong));
  if (code === opcode.close) {
    const status = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    client.reason = `closed with ${status} ${payload.toString("utf8", 2)}`.trim();
    client.socket?.end(toClientFrame(payload.subarray(0, 2), opcode.close));
  }
}
