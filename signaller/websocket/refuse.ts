import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../wire.ts";

/** Answers an upgrade request with a plain HTTP response, in words, and closes. */
export function refuse(socket: Duplex, { status, sentence }: Refusal): void {
  const body = `${sentence}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 426 ? ["Sec-WebSocket-Version: 13"] : []),
  ];
  // The other end may be gone already, and its socket say so: that is no news.
  socket.on("error", () => socket.destroy());
  // Node leaves an upgraded socket to us with both halves open: whoever never ends its own must not keep it.
  socket.on("finish", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
