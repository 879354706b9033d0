import { hash } from "node:crypto";
import { createServer, type Socket } from "node:net";

/**
 * The least that Node can do between two sockets: each message is unmasked where it was read, gets its shorter header
 * in place, and is written. No HTTP, no checks, no limits, no UTF-8, no `src`; it knows only the load's own messages
 * (whole frames, ids of 36 characters, `dst` last). What it costs is the floor under every server on node:net.
 * Run by itself: prints the port it listens on.
 */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** `"}`, and before it an id. */
const END = 2;
const ID = 36;
const sockets = new Map<string, Socket>();

const server = createServer({ noDelay: true }, socket => {
  socket.on("error", () => socket.destroy());
  socket.once("data", head => {
    const request = String(head);
    const key = /^sec-websocket-key: (.*)$/im.exec(request)?.[1]?.trim() ?? "";
    sockets.set(/[?&]id=([^& ]+)/.exec(request)?.[1] ?? "", socket);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${hash("sha1", key + GUID, "base64")}\r\n\r\n`,
    );
    socket.write('\x81\x0f{"type":"OPEN"}', "latin1");
    socket.on("data", relay);
  });
});

function relay(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const start = at + (short < 126 ? 6 : 8);
    const end = start + (short < 126 ? short : bytes.readUInt16BE(at + 2));
    if (end - start > ID) pass(bytes, start, end);
    at = end;
  }
}

/** The mask's four bytes before the payload are room for the header of an unmasked frame. */
function pass(bytes: Buffer, start: number, end: number): void {
  const mask = bytes.readInt32BE(start - 4);
  for (let at = start; at < end; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ (mask >>> (24 - 8 * ((at - start) & 3)));
  }
  const length = end - start;
  const frame = length < 126 ? start - 2 : start - 4;
  if (length >= 126) bytes.writeUInt16BE(length, frame + 2);
  bytes[frame + 1] = Math.min(length, 126);
  bytes[frame] = 0x81;
  sockets.get(bytes.toString("latin1", end - END - ID, end - END))?.write(bytes.subarray(frame, end));
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});
