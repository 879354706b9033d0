import type { Log } from "../log.ts";
import { closeCode } from "../websocket/frame.ts";
import type { Receiver, Wire } from "../wire.ts";
import { type Handshake, LinkError, type Proven } from "./handshake.ts";
import { parseLinkMessage } from "./hello.ts";
import type { LinkFlow } from "./link-flow.ts";

export interface LinkReceiverConfig {
  readonly handshake: Handshake;
  readonly log: Log;
  readonly handshakeMs: number;
  readonly handshakeMessages: number;
  /** The other side has proven to be the node of a domain: what comes from now on is SIP for this flow. */
  onProven(other: Proven, wire: Wire): LinkFlow | undefined;
  onClose(flow: LinkFlow | undefined, wire: Wire): void;
}

const LONGEST_REASON = 120;

/** One connection to another node: the handshake, then SIP. */
export class LinkReceiver implements Receiver {
  readonly #wire: Wire;
  readonly #config: LinkReceiverConfig;
  readonly #timeout: NodeJS.Timeout;
  #flow: LinkFlow | undefined;
  #messages = 0;
  /** Messages are taken in their order, though proofs take time. */
  #work: Promise<void> = Promise.resolve();

  constructor(wire: Wire, config: LinkReceiverConfig) {
    this.#wire = wire;
    this.#config = config;
    this.#timeout = setTimeout(
      () => this.#refuse("The handshake took too long."),
      config.handshakeMs,
    ).unref();
  }

  onMessage(payload: Buffer): void {
    if (this.#flow !== undefined) {
      this.#flow.take(this.#wire, payload);
      return;
    }
    this.#messages++;
    if (this.#messages > this.#config.handshakeMessages) {
      this.#refuse("Too many messages before the proof.");
      return;
    }
    const copy = Buffer.from(payload);
    this.#work = this.#work.then(() => this.#take(copy)).catch((error: unknown) => this.#onBug(error));
  }

  onClose(): void {
    clearTimeout(this.#timeout);
    this.#config.onClose(this.#flow, this.#wire);
  }

  async #take(payload: Buffer): Promise<void> {
    if (this.#wire.closed) return;
    if (this.#flow !== undefined) {
      this.#flow.take(this.#wire, payload);
      return;
    }
    const message = parseLinkMessage(payload);
    if (message === undefined) {
      this.#refuse("This is no message between nodes.");
      return;
    }
    try {
      const { send, done } = await this.#config.handshake.take(message);
      if (this.#wire.closed) return;
      for (const text of send) this.#wire.send(text);
      if (done === undefined) return;
      clearTimeout(this.#timeout);
      this.#flow = this.#config.onProven(done, this.#wire);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#refuse(error.message);
    }
  }

  #refuse(sentence: string): void {
    if (this.#wire.closed) return;
    this.#config.log("warn", "link.refused", { address: this.#wire.address, reason: sentence });
    this.#wire.close(closeCode.policy, sentence.slice(0, LONGEST_REASON));
  }

  #onBug(error: unknown): void {
    this.#config.log("error", "link.bug", { stack: error instanceof Error ? error.stack : String(error) });
    this.#wire.close(closeCode.internal, "This node has made a mistake.");
  }
}
