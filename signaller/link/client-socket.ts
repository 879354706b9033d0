import { hash, randomBytes } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { Receiver, Wire } from "../wire.ts";
import {
  createFrameReader,
  FrameError,
  formatClientFrame,
  opcode,
  type ServerFrame,
} from "./client-frames.ts";

export interface DialOptions {
  /** What both speak; without one the other side may only say that it speaks none, and messages go as text. */
  readonly subprotocol?: string;
  /** One message, and what may wait unsent before the other node counts as too slow. */
  readonly messageBytes: number;
  readonly unsentBytes: number;
  /** From the first packet to the 101. */
  readonly handshakeMs: number;
  /** Silence after which we ping; after three of them the other node is gone. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** An error of our own code on this connection's path: it ends, the others go on. */
  onBug(error: unknown): void;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const GOODBYE_MS = 2_000;
const SILENCES = 3;

/**
 * Opens a WebSocket to another node, or to a server of a chain, as `Wire` and `Receiver` know it. Node's own client would do but for its
 * bounds: it takes messages of any size, and tells nobody when the other side does not read.
 *
 * @throws DialError in words for the log
 */
export async function dial(url: string, options: DialOptions, open: (wire: Wire) => Receiver): Promise<void> {
  const key = randomBytes(16).toString("base64");
  const { response, socket, head } = await upgrade(url, key, options);
  const { "sec-websocket-accept": accept, "sec-websocket-protocol": subprotocol } = response.headers;
  if (accept !== hash("sha1", key + GUID, "base64") || subprotocol !== options.subprotocol) {
    socket.destroy();
    throw new DialError("What answers there is no node.");
  }
  new ClientSocket(socket, options, open).begin(head);
}

interface Upgraded {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

async function upgrade(url: string, key: string, options: DialOptions): Promise<Upgraded> {
  const target = URL.parse(url);
  if (target === null) throw new DialError("This is no address of a node.");
  const secure = target.protocol === "wss:";
  target.protocol = secure ? "https:" : "http:";
  const { promise, resolve, reject } = Promise.withResolvers<Upgraded>();
  const request = (secure ? requestHttps : requestHttp)(target, {
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": key,
      ...(options.subprotocol !== undefined && { "sec-websocket-protocol": options.subprotocol }),
    },
    agent: false,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.handshakeMs)]),
  });
  request.on("upgrade", (response, socket, head) => resolve({ response, socket: socket as Socket, head }));
  request.on("response", response => {
    response.destroy();
    reject(new DialError(`What answers there says ${response.statusCode} to a WebSocket.`));
  });
  request.on("error", cause => reject(new DialError("Nobody answers there.", { cause })));
  request.end();
  return promise;
}

class ClientSocket implements Wire {
  readonly id = 0;
  readonly #socket: Socket;
  readonly #options: DialOptions;
  readonly #receiver: Receiver;
  readonly #reader: ReturnType<typeof createFrameReader>;
  readonly #beat: NodeJS.Timeout;
  #state: "open" | "closing" | "gone" = "open";
  #clean = false;
  #corked = false;
  #silences = 0;
  #fragments: Buffer[] = [];

  constructor(socket: Socket, options: DialOptions, open: (wire: Wire) => Receiver) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = createFrameReader(options.messageBytes);
    this.#receiver = open(this);
    this.#beat = setInterval(() => this.#onBeat(), options.silenceMs).unref();
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.#onGone());
  }

  get address(): string {
    return this.#socket.remoteAddress ?? "";
  }

  get closed(): boolean {
    return this.#state !== "open";
  }

  begin(head: Buffer): void {
    const { signal } = this.#options;
    signal.addEventListener("abort", () => this.close(1001, "This node is stopping."), { once: true });
    this.#socket.on("data", chunk => this.#take(chunk));
    if (head.length > 0) this.#take(head);
    if (signal.aborted) this.close(1001, "This node is stopping.");
  }

  send(payload: Buffer | string, tail = "", end = payload.length): boolean {
    if (this.#state !== "open") return false;
    if (this.#socket.writableLength > this.#options.unsentBytes) {
      this.#socket.destroy();
      return false;
    }
    const bytes = typeof payload === "string" ? Buffer.from(payload, "latin1") : payload;
    // Text or binary says nothing among nodes, and a SIP body may be anything.
    const kind = this.#options.subprotocol === undefined ? opcode.text : opcode.binary;
    this.#write(kind, Buffer.concat([bytes.subarray(0, end), Buffer.from(tail, "latin1")]));
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#state !== "open") return;
    const words = Buffer.from(reason);
    const payload = Buffer.alloc(2 + words.length);
    payload.writeUInt16BE(code);
    payload.set(words, 2);
    this.#sayGoodbye(payload);
  }

  /** What is written in one turn leaves in one packet. */
  #write(code: number, payload: Buffer): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(formatClientFrame(code, payload));
  }

  #sayGoodbye(payload: Buffer): void {
    this.#write(opcode.close, payload);
    this.#state = "closing";
    setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
  }

  #take(chunk: Buffer): void {
    this.#silences = 0;
    try {
      for (const frame of this.#reader.read(chunk)) this.#takeFrame(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) this.#options.onBug(error);
      this.close(1002, error instanceof FrameError ? error.message : "This node has made a mistake.");
    }
  }

  #takeFrame({ opcode: code, fin, payload }: ServerFrame): void {
    if (code === opcode.ping) this.#write(opcode.pong, payload);
    else if (code === opcode.close) this.#takeClose(payload);
    else if (code !== opcode.pong && this.#state === "open") this.#takeFragment(payload, fin);
  }

  #takeClose(payload: Buffer): void {
    this.#clean = true;
    if (this.#state === "open") this.#sayGoodbye(payload.subarray(0, 2));
    this.#socket.end();
  }

  #takeFragment(payload: Buffer, fin: boolean): void {
    if (fin && this.#fragments.length === 0) {
      this.#receiver.onMessage(payload, true);
      return;
    }
    this.#fragments.push(Buffer.from(payload));
    const bytes = this.#fragments.reduce((sum, { length }) => sum + length, 0);
    if (bytes > this.#options.messageBytes) throw new FrameError("The other node's message is too large.");
    if (!fin) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#receiver.onMessage(whole, true);
  }

  #onBeat(): void {
    this.#silences++;
    if (this.#silences > SILENCES) this.#socket.destroy();
    else if (this.#state === "open") this.#write(opcode.ping, Buffer.alloc(0));
  }

  #onGone(): void {
    this.#state = "gone";
    clearInterval(this.#beat);
    this.#receiver.onClose(this.#clean);
  }
}

export class DialError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("link.dial", sentence, options);
  }
}
