import { fromByteText, toByteText } from "../../protocol/sip/byte-text.ts";
import { formatMessage } from "../../protocol/sip/format-message.ts";
import type { SipMessage } from "../../protocol/sip/message.ts";
import { isKeepAlive, parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { sipLimits } from "../../protocol/sip/text-limits.ts";

export interface SipSocketEvents {
  open(): void;
  /** It dropped, or did not come about; once for each `connect`. */
  lost(why: string): void;
  message(message: SipMessage): void;
}

/** Waits in milliseconds, and sizes in bytes. */
export const socketLimits = {
  connectMs: 10_000,
  /** RFC 5626 §4.4.1: a node that died without a word is noticed within these two. */
  keepAliveMs: 25_000,
  pongMs: 10_000,
  /** More than a machine that answers calls ever has to say at once. */
  unsentBytes: 1_048_576,
  malformedMessages: 20,
} as const;

const PING = "\r\n\r\n";

/** SIP over one WebSocket at a time (RFC 7118), to one of a domain's nodes after the other. */
export class SipSocket {
  readonly #urls: readonly string[];
  readonly #events: SipSocketEvents;
  #socket: WebSocket | undefined;
  #tried = 0;
  #malformed = 0;
  #isHeard = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(urls: readonly string[], events: SipSocketEvents) {
    this.#urls = urls;
    this.#events = events;
  }

  /** Opens a new connection; one that there was is dropped without a word. */
  connect(): void {
    this.close();
    const socket = new WebSocket(this.#urls[this.#tried % this.#urls.length] ?? "", "sip");
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#malformed = 0;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("close", () => this.#lose(socket, "closed"));
    socket.addEventListener("error", () => this.#lose(socket, "failed"));
    socket.addEventListener("message", ({ data }) => this.#hear(socket, data));
    this.#wait(socketLimits.connectMs, () => this.#lose(socket, "silent"));
  }

  /** False where it cannot be sent. */
  send(message: SipMessage): boolean {
    return this.#write(formatMessage(message));
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    // A server that does not speak SIP accepts the connection and leaves the protocol out (RFC 6455 §4.1).
    if (socket.protocol !== "sip") {
      this.#lose(socket, "no sip");
      return;
    }
    this.#keepAlive(socket);
    this.#events.open();
  }

  #keepAlive(socket: WebSocket): void {
    this.#wait(socketLimits.keepAliveMs, () => {
      this.#isHeard = false;
      if (!this.#write(PING)) return this.#lose(socket, "full");
      this.#wait(socketLimits.pongMs, () => {
        if (this.#isHeard) this.#keepAlive(socket);
        else this.#lose(socket, "silent");
      });
    });
  }

  #write(text: string): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > socketLimits.unsentBytes)
      return false;
    socket.send(fromByteText(text) ?? Buffer.from(text, "latin1"));
    return true;
  }

  #hear(socket: WebSocket, payload: unknown): void {
    if (socket !== this.#socket) return;
    this.#isHeard = true;
    const text = toMessageText(payload);
    if (text !== undefined && isKeepAlive(text)) return;
    const message = text === undefined ? undefined : parse(text);
    if (message !== undefined) this.#events.message(message);
    else if (++this.#malformed > socketLimits.malformedMessages) this.#lose(socket, "no sip");
  }

  #lose(socket: WebSocket, why: string): void {
    if (socket !== this.#socket) return;
    this.close();
    this.#tried += 1;
    this.#events.lost(why);
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}

/** What is longer than a node may send is not even turned into text. */
function toMessageText(payload: unknown): string | undefined {
  if (typeof payload === "string") {
    return payload.length > sipLimits.messageBytes ? undefined : toByteText(payload);
  }
  if (!(payload instanceof ArrayBuffer) || payload.byteLength > sipLimits.messageBytes) return undefined;
  return Buffer.from(payload).toString("latin1");
}

function parse(text: string): SipMessage | undefined {
  try {
    return parseMessage(text);
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}
