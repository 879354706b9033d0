import { from, toTag } from "../../protocol/sip/fields.ts";
import { formatMessage } from "../../protocol/sip/format-message.ts";
import type { SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import { isKeepAlive, parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { toHostKey, toSipUri } from "../sip/address-keys.ts";
import { formatMalformedAnswer } from "../sip/answer-malformed.ts";
import { withAssertedOf } from "../sip/asserted-identity.ts";
import type { Flow } from "../sip/flow.ts";
import type { SipCore } from "../sip/sip-core.ts";
import type { Wire } from "../wire.ts";

/** Which of two nodes opened a connection. */
export type Side = "us" | "them";

interface Connected {
  readonly wire: Wire;
  readonly dialledBy: Side;
}

export interface LinkFlowConfig {
  /** Of a node that was found on the chain, where a domain may have several. */
  readonly thumbprint?: string;
  /** Our own domain. */
  readonly own: string;
  readonly core: SipCore;
  /** Of a node that was found on the chain: whether an account says that this is its node. */
  readonly believes?: (account: string) => boolean;
  /** A request that begins something. */
  readonly onRequest?: (request: SipRequest) => void;
}

/** The way to one other domain, whatever connection it takes just now. */
export class LinkFlow implements Flow {
  readonly kind = "link";
  readonly id: number;
  readonly domain: string;
  readonly #config: LinkFlowConfig;
  #current: Connected | undefined;
  malformed = 0;
  /** When something last moved, in milliseconds of the monotonic clock. */
  usedAt = performance.now();

  constructor(id: number, domain: string, config: LinkFlowConfig) {
    this.id = id;
    this.domain = domain;
    this.#config = config;
  }

  get thumbprint(): string | undefined {
    return this.#config.thumbprint;
  }

  get closed(): boolean {
    return this.#current === undefined || this.#current.wire.closed;
  }

  deliver(message: SipMessage): boolean {
    this.usedAt = performance.now();
    return this.#current?.wire.send(formatMessage(message)) ?? false;
  }

  /**
   * A proven connection. Of two that one side has opened the newer stays: the other side has lost the older. Of two
   * that cross, both sides keep the one that the domain first in the alphabet has opened.
   */
  connect(wire: Wire, dialledBy: Side): void {
    const current = this.#current;
    if (current === undefined || current.wire.closed) {
      this.#current = { wire, dialledBy };
    } else if (current.dialledBy === dialledBy || dialledBy === this.#preferred) {
      this.#current = { wire, dialledBy };
      current.wire.close(1000, "There is a newer link.");
    } else {
      wire.close(1000, "There is a link already.");
    }
  }

  /** True when that was the last connection: whatever waits by it has failed. */
  disconnect(wire: Wire): boolean {
    if (this.#current?.wire !== wire) return false;
    this.#current = undefined;
    this.#config.core.forget(this);
    return true;
  }

  take(wire: Wire, payload: Buffer): void {
    this.usedAt = performance.now();
    const text = payload.toString("latin1");
    if (isKeepAlive(text)) return;
    try {
      this.#receive(parseMessage(text, { bytes: payload }));
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.malformed++;
      const answer = formatMalformedAnswer(text, error);
      if (answer !== undefined) wire.send(answer);
    }
  }

  close(): void {
    this.#current?.wire.close(1001, "This node is stopping.");
  }

  get #preferred(): Side {
    return this.#config.own < this.domain ? "us" : "them";
  }

  #receive(message: SipMessage): void {
    const { believes, onRequest } = this.#config;
    const believed = withAssertedOf(message, this.domain, believes);
    if (believed.kind === "request" && !this.#maySend(believed)) {
      const sentence = `From is not of ${this.domain}, whose node sends this.`;
      this.#config.core.refuse(this, believed, { status: 403, sentence });
      return;
    }
    if (believed.kind === "request" && toTag(believed) === undefined) onRequest?.(believed);
    this.#config.core.receive(this, believed);
  }

  /**
   * Only of its own domain; within a call also as what was called, which may have been an address of ours that the chain
   * led there (RFC 3261 §12.2.1.1).
   */
  #maySend(request: SipRequest): boolean {
    const sender = toSipUri(from(request).uri);
    const host = sender && toHostKey(sender);
    if (host === this.domain) return true;
    const tag = toTag(request);
    const { own, core } = this.#config;
    return host === own && tag !== undefined && !core.isOwnTag(tag);
  }
}
