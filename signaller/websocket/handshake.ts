import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Refusal } from "../wire.ts";

/** RFC 6455 §1.3 */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64 (§4.1). */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const VERSION = "13";

/** The 101 that answers a client's opening handshake (RFC 6455 §4.2), or what is wrong with it. */
export function answerHandshake(request: IncomingMessage, subprotocol: string | undefined): string | Refusal {
  const { headers } = request;
  if (request.method !== "GET") return { status: 405, sentence: "A WebSocket begins with GET." };
  if (headers.upgrade?.toLowerCase() !== "websocket") {
    return { status: 400, sentence: "This request asks for an upgrade that is not WebSocket." };
  }
  if (headers["sec-websocket-version"] !== VERSION) {
    return { status: 426, sentence: "This node speaks version 13 of WebSocket." };
  }
  const key = headers["sec-websocket-key"];
  if (key === undefined || !KEY.test(key)) {
    return { status: 400, sentence: "Sec-WebSocket-Key must be 16 bytes in base64." };
  }
  const accept = hash("sha1", key + GUID, "base64");
  const chosen = subprotocol === undefined ? "" : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`;
}

/** What a client offers in Sec-WebSocket-Protocol, in its order. */
export function offeredSubprotocols(request: IncomingMessage): string[] {
  return (request.headers["sec-websocket-protocol"] ?? "").split(",").map(name => name.trim());
}
