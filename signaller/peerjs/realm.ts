import { peerLimits } from "../../protocol/peer/limits.ts";
import { isPeerId } from "../../protocol/peer/peer-id.ts";
import {
  formatServerMessage,
  type PeerHello,
  type RelayedMessage,
  type ServerMessage,
} from "../../protocol/peer/peer-message.ts";
import type { Limits } from "../limits.ts";
import type { Wire } from "../wire.ts";
import { type Relay, readRelayed, relay } from "./relay.ts";
import { Session, type SessionHost } from "./session.ts";
import { createWaitingRoom, type Sender, type WaitingRoom } from "./waiting-room.ts";

/** A PeerJS client, as the other dialect sees it. */
export interface Guest {
  readonly id: string;
  readonly address: string;
}

/** Takes a message for somebody who is no PeerJS client. False: nobody there, and the guest gets EXPIRE. */
export type Bridge = (destination: string, message: RelayedMessage, from: Guest) => boolean;

export interface RealmCounts {
  relayed: number;
  kept: number;
  expired: number;
  malformed: number;
  /** LEAVE and EXPIRE of clients to others, which no node relays. */
  ignored: number;
  idTaken: number;
  replaced: number;
}

/** A message on its way: the first `end` bytes as they came, and the tail behind them. */
interface Passed {
  readonly body: Buffer;
  readonly tail: string;
  readonly end: number;
}

const BINARY: Relay = { do: "complain", sentence: "A PeerJS message is text." };

/** Everybody who is connected by PeerJS. A class, because each session calls it back and there are many. */
export class Realm implements SessionHost {
  readonly counts: RealmCounts = {
    relayed: 0,
    kept: 0,
    expired: 0,
    malformed: 0,
    ignored: 0,
    idTaken: 0,
    replaced: 0,
  };
  readonly #limits: Limits;
  readonly #sessions = new Map<string, Session>();
  /** Whose socket dropped and whose ids are kept for them, the first to be given up first. */
  readonly #away = new Set<Session>();
  readonly #waiting: WaitingRoom;
  readonly #sweeps: NodeJS.Timeout;
  #bridge: Bridge = () => false;
  #onGone: (id: string) => void = () => undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#waiting = createWaitingRoom(limits);
    this.#sweeps = setInterval(() => this.#sweep(performance.now()), limits.sweepMs).unref();
  }

  /** A client's first word on its wire: it gets OPEN and what waited for it, or ID-TAKEN and a goodbye. */
  admit({ id, token }: PeerHello, wire: Wire): Session | undefined {
    const known = this.#sessions.get(id);
    if (known !== undefined && known.token !== token) {
      this.counts.idTaken += 1;
      say(wire, { type: "ID-TAKEN", payload: { msg: "ID is taken" } });
      wire.close(1000, "ID is taken.");
      return undefined;
    }
    const session = new Session(this, wire, { id, token });
    this.#sessions.set(session.id, session);
    if (known !== undefined) this.#replace(known);
    say(wire, { type: "OPEN" });
    for (const message of this.#waiting.take(id)) wire.send(message);
    return session;
  }

  /** Sends a client something from outside PeerJS. False: no such client here now. */
  deliver(id: string, message: ServerMessage): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && say(session.wire, message);
  }

  has(id: string): boolean {
    return this.#sessions.get(id)?.wire.closed === false;
  }

  ids(): string[] {
    return [...this.#sessions.keys()].filter(id => this.has(id));
  }

  /**
   * Where messages to SIP addresses go, and who hears that a client is gone: after its goodbye, or when it did not
   * come back in time. There is one bridge, set before anybody is connected.
   */
  bridgeTo(bridge: Bridge, onGone: (id: string) => void = () => undefined): void {
    this.#bridge = bridge;
    this.#onGone = onGone;
  }

  close(): void {
    clearInterval(this.#sweeps);
  }

  get size(): number {
    return this.#sessions.size - this.#away.size;
  }

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  onMessage(from: Session, payload: Buffer, binary: boolean): void {
    const what = binary ? BINARY : relay(payload, from.id);
    switch (what.do) {
      case "pass":
        this.#pass(from, what.to, { body: payload, tail: from.tail(what.type), end: what.end });
        break;
      case "rewrite":
        this.#pass(from, what.to, toWhole(Buffer.from(what.text)));
        break;
      case "leave":
        this.#forget(from.id);
        from.wire.close(1000, "Goodbye.");
        break;
      case "ignore":
        this.counts.ignored += 1;
        break;
      case "complain":
        this.#complain(from, what.sentence);
        break;
      case "nothing":
    }
  }

  /**
   * Nobody is told that it left: a dropped socket ends no call, whose media flows without us. After a goodbye the id
   * is free; after a mere drop it is kept for its token a while, so that nobody takes it during a change of network.
   */
  onClose(session: Session, clean: boolean): void {
    if (this.#sessions.get(session.id) !== session) return;
    if (clean) {
      this.#forget(session.id);
      return;
    }
    session.awayUntil = performance.now() + peerLimits.reconnectMs;
    this.#away.add(session);
  }

  #forget(id: string): void {
    this.#sessions.delete(id);
    this.#onGone(id);
  }

  #replace(known: Session): void {
    if (this.#away.delete(known)) return;
    this.counts.replaced += 1;
    known.wire.close(1000, "This id is connected anew.");
  }

  #pass(from: Session, to: string, { body, tail, end }: Passed): void {
    if (this.#sessions.get(to)?.wire.send(body, tail, end)) {
      this.counts.relayed += 1;
      return;
    }
    const message = Buffer.concat([body.subarray(0, end), Buffer.from(tail, "latin1")]);
    if (isPeerId(to)) this.#keep(from, to, message);
    else this.#passOver(from, to, message);
  }

  /** For a peer that is about to arrive. */
  #keep(from: Session, to: string, message: Buffer): void {
    const kept = this.#waiting.keep(to, message, from);
    if (kept === "kept") this.counts.kept += 1;
    else if (kept === "full") this.#expire(to, from);
  }

  /** For somebody beyond the bridge. */
  #passOver(from: Session, to: string, message: Buffer): void {
    const relayed = readRelayed(message);
    if (relayed === undefined) this.#complain(from, "This message is not JSON.");
    else if (!this.#bridge(to, relayed, from)) this.#expire(to, from);
  }

  #expire(to: string, sender: Sender): void {
    const { id, token } = sender;
    const now = this.#sessions.get(id);
    if (now === undefined || now.token !== token) return;
    this.counts.expired += 1;
    say(now.wire, { type: "EXPIRE", src: to, dst: id });
  }

  #complain(from: Session, sentence: string): void {
    this.counts.malformed += 1;
    from.malformed += 1;
    say(from.wire, { type: "ERROR", payload: { msg: sentence } });
    if (from.malformed > this.#limits.malformedMessages)
      from.wire.close(1008, "Too many malformed messages.");
  }

  #sweep(now: number): void {
    this.#waiting.expire(now, (to, sender) => this.#expire(to, sender));
    for (const session of this.#away) {
      if (session.awayUntil > now) return;
      this.#away.delete(session);
      this.#forget(session.id);
    }
  }
}

function toWhole(body: Buffer): Passed {
  return { body, tail: "", end: body.length };
}

function say(wire: Wire, message: ServerMessage): boolean {
  return wire.send(Buffer.from(formatServerMessage(message)));
}
