import { fromByteText, toByteText } from "../../protocol/sip/byte-text.ts";
import { formatMessage } from "../../protocol/sip/format-message.ts";
import type { ByteText, SipMessage } from "../../protocol/sip/message.ts";
import { isKeepAlive, parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { sipLimits } from "../../protocol/sip/text-limits.ts";
import { bytesOf } from "../../protocol/words/signing-bytes.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

export interface SipSocketOptions {
  /** `wss://node.example/`, one for each node of the domain: the next one is tried when one fails. */
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly events: SipSocketEvents;
}

export interface SipSocketEvents {
  open(): void;
  /** It dropped, or did not come about. Never twice for one `connect`. */
  lost(how: LostBy): void;
  message(message: SipMessage): void;
}

/**
 * `farewell`: the node has hung up. `break`, and `silence`, which had to be asked for: it died under us, and the network
 * that let it die may be another by now. `absence`: it did not come about.
 */
export type LostBy = "farewell" | "break" | "silence" | "absence";

/** Waits in milliseconds, and sizes in bytes. */
export const socketLimits = {
  connectMs: 10_000,
  /** Below the half minute after which the first NATs and browsers' idle workers forget (RFC 5626 §4.4.1). */
  keepAliveMs: 25_000,
  /** Without a pong for so long the connection counts as failed (RFC 5626 §4.4.1). */
  pongMs: 10_000,
  /**
   * The same when there is a reason to doubt: another network, a machine that slept, sound that breaks off. A wrong
   * guess costs a connection more, and every second that is waited longer is one of silence in a call.
   */
  doubtMs: 1_500,
  /** More than a phone ever has to say at once. */
  unsentBytes: 1_048_576,
  malformedMessages: 20,
} as const;

const PING = "\r\n\r\n";

/** SIP over one WebSocket at a time (RFC 7118). When to connect again is for whoever owns it to say. */
export class SipSocket {
  readonly #options: SipSocketOptions;
  #socket: WebSocket | undefined;
  #tried = 0;
  #heardAt = 0;
  #pongs = 0;
  #malformed = 0;
  /** It was open, and spoke SIP. */
  #stood = false;
  #takeBack: (() => void) | undefined;

  constructor(options: SipSocketOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.close(), { once: true });
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Opens a new connection, and drops the one before without a word. */
  connect(): void {
    const { urls, clock, signal } = this.#options;
    this.close();
    if (signal.aborted) return;
    const socket = new WebSocket(urls[this.#tried % urls.length] ?? "", "sip");
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#malformed = 0;
    this.#stood = false;
    socket.onopen = () => this.#opened(socket);
    socket.onclose = ({ wasClean }) => this.#lose(socket, wasClean ? "hung up" : "closed");
    socket.onerror = () => this.#lose(socket, "failed");
    socket.onmessage = ({ data }) => this.#hear(socket, data);
    this.#takeBack = clock.after(socketLimits.connectMs, () => this.#lose(socket, "silent"));
  }

  /** False when it cannot be sent: no connection, or one that takes nothing any more. */
  send(message: SipMessage): boolean {
    return this.#write(formatMessage(message));
  }

  /** Somebody has a reason to doubt that the connection lives: asks it, and loses it when it stays silent. */
  check(): void {
    if (this.#socket === undefined || !this.isOpen) return;
    const pongs = this.#pongs;
    // What was on its way when the connection died may still arrive: only the answer to the question is one.
    this.#ping(this.#socket, socketLimits.doubtMs, () => this.#pongs > pongs);
  }

  close(): void {
    this.#takeBack?.();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    // A handshake that is taken back says so by an error that nobody waits for.
    socket.onerror = () => undefined;
    socket.close();
  }

  #opened(socket: WebSocket): void {
    this.#takeBack?.();
    // A server that does not speak SIP accepts the connection and leaves the protocol out (RFC 6455 §4.1).
    if (socket.protocol !== "sip") {
      this.#lose(socket, "no sip");
      return;
    }
    this.#stood = true;
    this.#heardAt = this.#options.clock.elapsed();
    this.#keepAlive(socket);
    this.#options.events.open();
  }

  #keepAlive(socket: WebSocket): void {
    this.#takeBack?.();
    const { clock } = this.#options;
    this.#takeBack = clock.after(socketLimits.keepAliveMs, () => {
      const asked = clock.elapsed();
      this.#ping(socket, socketLimits.pongMs, () => this.#heardAt >= asked);
    });
  }

  #ping(socket: WebSocket, patienceMs: number, isAlive: () => boolean): void {
    const { clock } = this.#options;
    this.#takeBack?.();
    if (!this.#write(PING)) {
      this.#lose(socket, "full");
      return;
    }
    this.#takeBack = clock.after(patienceMs, () => {
      if (isAlive()) this.#keepAlive(socket);
      else this.#lose(socket, "silent");
    });
  }

  #write(text: ByteText): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount > socketLimits.unsentBytes) return false;
    socket.send(fromByteText(text) ?? new Uint8Array(bytesOf(text)));
    return true;
  }

  #hear(socket: WebSocket, payload: unknown): void {
    if (socket !== this.#socket) return;
    this.#heardAt = this.#options.clock.elapsed();
    const text = toMessageText(payload);
    if (text !== undefined && isKeepAlive(text)) {
      this.#pongs += 1;
      return;
    }
    const message = text === undefined ? undefined : this.#parse(text);
    if (message === undefined) this.#malformed += 1;
    else this.#options.events.message(message);
    if (this.#malformed > socketLimits.malformedMessages) this.#lose(socket, "no sip");
  }

  #parse(text: ByteText): SipMessage | undefined {
    try {
      return parseMessage(text);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#options.log.warn("sip.message.malformed", { said: error.message });
      return undefined;
    }
  }

  #lose(socket: WebSocket, why: Why): void {
    if (socket !== this.#socket) return;
    const stood = this.#stood;
    this.close();
    this.#tried += 1;
    this.#options.log.info("sip.socket.lost", { why });
    this.#options.events.lost(howLost(why, stood));
  }
}

type Why = "hung up" | "closed" | "failed" | "silent" | "full" | "no sip";

function howLost(why: Why, stood: boolean): LostBy {
  if (!stood) return "absence";
  if (why === "silent") return "silence";
  return why === "hung up" || why === "no sip" ? "farewell" : "break";
}

/** What is longer than a node may send is not even turned into text. */
function toMessageText(payload: unknown): ByteText | undefined {
  if (typeof payload === "string") {
    return payload.length > sipLimits.messageBytes ? undefined : toByteText(payload);
  }
  if (!(payload instanceof ArrayBuffer) || payload.byteLength > sipLimits.messageBytes) return undefined;
  return toLatin1(new Uint8Array(payload));
}

/** Not by TextDecoder: its latin1 is windows-1252. */
function toLatin1(bytes: Uint8Array): ByteText {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
