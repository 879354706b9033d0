import { formatMessage } from "../../protocol/sip/format-message.ts";
import type { SipMessage } from "../../protocol/sip/message.ts";
import { isKeepAlive, parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { closeCode } from "../websocket/frame.ts";
import type { Receiver, Wire } from "../wire.ts";
import type { Identity } from "./admission.ts";
import { formatMalformedAnswer } from "./answer-malformed.ts";
import type { Flow } from "./flow.ts";
import type { Nonces } from "./nonces.ts";

/** What a connection asks of the room it stands in. */
export interface SipHost {
  readonly malformedMessages: number;
  readonly waitingMessages: number;
  readonly waitingMessageBytes: number;
  readonly counts: DialectCounts;
  /** Takes a message in. A promise: the messages behind it wait until it is decided. */
  receive(connection: SipConnection, message: SipMessage): Promise<void> | undefined;
  /** A message whose form was right, but not that of a header that somebody had to read. */
  refuseMalformed(connection: SipConnection, message: SipMessage, error: SipParseError): void;
  /** A defect of this program met outside `onMessage`: told, and the connection ends. */
  onBug(connection: SipConnection, error: unknown): void;
  forget(connection: SipConnection): void;
}

export interface DialectCounts {
  /** Messages that were no SIP, and proofs that proved nothing. */
  faults: number;
  keepAlives: number;
}

const PONG = "\r\n";

/** One client's connection (RFC 7118). A class, and lean: ten thousand of these are registered at a time. */
export class SipConnection implements Receiver, Flow {
  readonly kind = "client";
  readonly wire: Wire;
  /** Proven in a closed domain; none elsewhere. */
  identities: readonly Identity[] | undefined;
  nonces: Nonces | undefined;
  readonly #host: SipHost;
  #faults = 0;
  /** Messages behind one whose signature is being checked, in order. */
  #waiting: Waiting | undefined;

  constructor(host: SipHost, wire: Wire) {
    this.#host = host;
    this.wire = wire;
  }

  get id(): number {
    return this.wire.id;
  }

  get address(): string {
    return this.wire.address;
  }

  get closed(): boolean {
    return this.wire.closed;
  }

  deliver(message: SipMessage): boolean {
    return this.wire.send(formatMessage(message));
  }

  onMessage(payload: Buffer): void {
    const text = payload.toString("latin1");
    const message = isKeepAlive(text) ? this.#pong(text) : this.#read(text, payload);
    if (message === undefined) return;
    if (this.#waiting === undefined) this.#take(message);
    else this.#wait(message, text.length);
  }

  onClose(): void {
    this.#waiting = undefined;
    this.#host.forget(this);
  }

  /** RFC 5626 §4.4.1: a double CRLF is a ping, one CRLF the pong. */
  #pong(text: string): undefined {
    this.#host.counts.keepAlives++;
    if (text.length >= 4) this.wire.send(PONG);
  }

  #read(text: string, bytes: Buffer): SipMessage | undefined {
    try {
      return parseMessage(text, { bytes });
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      const answer = formatMalformedAnswer(text, error);
      if (answer !== undefined) this.wire.send(answer);
      this.countFault();
      return undefined;
    }
  }

  /** Too many faults close the connection. */
  countFault(): void {
    this.#host.counts.faults++;
    this.#faults++;
    if (this.#faults > this.#host.malformedMessages) {
      this.wire.close(closeCode.policy, "Too many malformed messages, or proofs that prove nothing.");
    }
  }

  #take(message: SipMessage): void {
    try {
      const decision = this.#host.receive(this, message);
      if (decision === undefined) return;
      this.#waiting ??= { messages: [], bytes: 0 };
      decision
        .catch((error: unknown) => this.#refuse(message, error))
        .then(() => this.#goOn())
        .catch((error: unknown) => this.#host.onBug(this, error));
    } catch (error) {
      this.#refuse(message, error);
    }
  }

  #refuse(message: SipMessage, error: unknown): void {
    if (!(error instanceof SipParseError)) throw error;
    this.countFault();
    this.#host.refuseMalformed(this, message, error);
  }

  #wait(message: SipMessage, bytes: number): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.messages.push(message);
    waiting.bytes += bytes;
    const { waitingMessages, waitingMessageBytes } = this.#host;
    if (waiting.messages.length > waitingMessages || waiting.bytes > waitingMessageBytes) {
      this.wire.close(closeCode.policy, "Too many messages before you were admitted.");
    }
  }

  /** What has waited goes its way, in order, up to the next one that takes time. */
  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined || this.closed) return;
    const { messages } = waiting;
    for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
      this.#take(message);
      if (this.#waiting === undefined) continue;
      this.#waiting = { messages, bytes: waiting.bytes };
      return;
    }
  }
}

interface Waiting {
  readonly messages: SipMessage[];
  bytes: number;
}
