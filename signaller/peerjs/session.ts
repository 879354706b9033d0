import { formatRelayTail, type RelayedType } from "../../protocol/peer/peer-message.ts";
import type { Receiver, Wire } from "../wire.ts";
import type { Sender } from "./waiting-room.ts";

/** What a session asks of its realm. */
export interface SessionHost {
  onMessage(session: Session, payload: Buffer, binary: boolean): void;
  onClose(session: Session, clean: boolean): void;
}

/**
 * One PeerJS client on one wire. A class for the same reason as `Connection`: ten thousand of these are idle at a
 * time, and closures would make each larger.
 */
export class Session implements Receiver, Sender {
  readonly id: string;
  readonly token: string;
  readonly wire: Wire;
  queued = 0;
  queuedBytes = 0;
  malformed = 0;
  /** Set while its socket has dropped and its id is kept for it; monotonic milliseconds. */
  awayUntil = 0;
  readonly #host: SessionHost;
  #tails: Readonly<Record<RelayedType, string>> | undefined;

  constructor(host: SessionHost, wire: Wire, { id, token }: { id: string; token: string }) {
    this.#host = host;
    this.wire = wire;
    this.id = standingAlone(id);
    this.token = standingAlone(token);
  }

  get address(): string {
    return this.wire.address;
  }

  /** What a relayed message of this client ends with. Most clients never call anybody, so it is made when needed. */
  tail(type: RelayedType): string {
    this.#tails ??= toTails(this.id);
    // Not `[type]`: V8 looks names up that it does not know in advance, and this is done for each message.
    if (type === "CANDIDATE") return this.#tails.CANDIDATE;
    return type === "OFFER" ? this.#tails.OFFER : this.#tails.ANSWER;
  }

  onMessage(payload: Buffer, binary: boolean): void {
    this.#host.onMessage(this, payload, binary);
  }

  onClose(clean: boolean): void {
    this.#host.onClose(this, clean);
  }
}

function toTails(id: string): Readonly<Record<RelayedType, string>> {
  return {
    OFFER: standingAlone(formatRelayTail("OFFER", id)),
    ANSWER: standingAlone(formatRelayTail("ANSWER", id)),
    CANDIDATE: standingAlone(formatRelayTail("CANDIDATE", id)),
  };
}

/**
 * V8 cuts strings as views, and joins them as trees: a kept id would keep alive the whole URL it was cut from, and a
 * tree cannot be written at once.
 */
function standingAlone(text: string): string {
  return Buffer.from(text).toString();
}
