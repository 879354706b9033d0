import type { Socket } from "node:net";
import { spend, type Visitor } from "../door/visitors.ts";
import type { Receiver, Welcome, Wire } from "../wire.ts";
import { faultOfClose, formatClose } from "./close-frame.ts";
import { CLOSE, closeCode, PING, PONG, TEXT } from "./frame.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
import type { Hub, Member } from "./hub.ts";
import { type FrameTaker, readFrames } from "./read-frames.ts";
import { own, type SocketOwner } from "./socket-owner.ts";

const OPEN = 0;
/** A goodbye was said; what still comes is thrown away. */
const CLOSING = 1;
const GONE = 2;

const nobody: Receiver = { onMessage: () => undefined, onClose: () => undefined };
const NOTHING = Buffer.alloc(0);

/**
 * One WebSocket on one socket. It is a class, and its listeners are shared functions, because there are ten
 * thousand of them: what stands here once per connection is most of what an idle client costs.
 */
export class Connection implements Wire, Member, FrameTaker, SocketOwner {
  // What each message touches stands together: with ten thousand of these, no cache line is there before it is needed.
  readonly #hub: Hub;
  readonly #socket: Socket;
  #state = OPEN;
  /** Bytes queued in this turn; bytes given to the socket that had not left when last looked at. */
  #queued = 0;
  #unsent = 0;
  #out: Buffer | undefined;
  #moreOut: Buffer[] | undefined;
  #receiver: Receiver = nobody;
  /** Beat of the last sign of life; once closing, of the goodbye. */
  #heard: number;
  /** The beginning of a frame; or, while held, frames not yet read. */
  #rest: GatheredBytes | undefined;
  wanted = 0;
  gathering = 0;
  #held = false;
  /** Meter of what was received, see `spend`. */
  #until: number;
  readonly visitor: Visitor;
  /** The turn last read in, and how many messages of it. */
  #turn = 0;
  #inTurn = 0;
  /** Beat in which the unfinished frame or message began, 0 when there is none. */
  #begun = 0;
  #unfinished = 0;
  #fragments: GatheredBytes | undefined;
  /** Whether its own rate held it back since the last beat, and for how many beats in a row. */
  #flooded = false;
  #floodBeats = 0;
  #discarded = 0;
  readonly id: number;

  constructor(hub: Hub, socket: Socket, visitor: Visitor) {
    this.id = hub.nextId();
    this.visitor = visitor;
    this.#hub = hub;
    this.#socket = socket;
    this.#heard = hub.beats;
    this.#until = hub.now;
    own(socket, this);
  }

  get address(): string {
    return this.visitor.address;
  }

  get closed(): boolean {
    return this.#state !== OPEN;
  }

  /** Writes the 101, hands the wire to its dialect, and reads what came behind the request. */
  open(response: string, welcome: Welcome, head: Buffer): void {
    this.#queue(Buffer.from(response, "latin1"));
    try {
      this.#receiver = welcome.open(this);
    } catch (error) {
      this.#onBug(error);
    }
    if (head.length > 0) this.receive(head);
  }

  send(payload: Buffer | string, tail = "", end = payload.length): boolean {
    if (this.#state !== OPEN || !this.#keepsUp()) return false;
    const opcode = typeof payload === "string" ? 0 : TEXT;
    this.#queue(this.#hub.slab.build({ opcode, payload, tail, end, apart: this.#unsent > 0 }));
    this.#hub.counts.sent += 1;
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#state === OPEN) this.#sayGoodbye(formatClose(code, reason));
  }

  /** Ends it without a word: the other side is gone, or takes nothing more. */
  cut(): void {
    this.#state = CLOSING;
    this.#forget();
    // A reset frees what the kernel still holds for a reader that does not read. TLS sockets have none.
    if ("encrypted" in this.#socket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  // What Hub calls.

  flush(): void {
    const bytes = this.#moreOut === undefined ? this.#out : Buffer.concat(this.#moreOut);
    this.#out = this.#moreOut = undefined;
    this.#queued = 0;
    if (bytes === undefined || (this.#state !== OPEN && this.#socket.destroyed)) return;
    this.#hub.counts.sentBytes += bytes.length;
    this.#socket.write(bytes);
    this.#countUnsent();
    if (this.#unsent > 0) this.#hub.slab.keep();
    if (this.#state === CLOSING) this.#socket.end();
  }

  readOn(): void {
    if (this.#state !== OPEN) return;
    this.#hub.enterTurn();
    if (this.#isOverRate()) {
      this.#hub.hold(this);
      return;
    }
    this.#held = false;
    try {
      const rest = this.#rest;
      this.#rest = undefined;
      this.#read(rest?.bytes() ?? NOTHING);
    } catch (error) {
      this.#onBug(error);
    }
    if (!this.#held) this.#socket.resume();
  }

  beat(): void {
    const { limits, beats, counts } = this.#hub;
    const silent = beats - this.#heard;
    if (this.#unsent > 0) this.#countUnsent();
    if (this.#state === CLOSING) {
      if (silent >= limits.closeBeats) this.#socket.destroy();
      return;
    }
    this.#floodBeats = this.#flooded ? this.#floodBeats + 1 : 0;
    this.#flooded = false;
    if (silent >= limits.silentBeats) {
      counts.silent += 1;
      this.cut();
    } else if (this.#floodBeats >= limits.floodBeats) {
      counts.floods += 1;
      this.close(closeCode.policy, "Too many messages for too long.");
    } else if (this.#begun !== 0 && !this.#held && beats - this.#begun >= limits.unfinishedBeats) {
      this.fail(closeCode.policy, "This message took too long to arrive.");
    } else if (silent > 0 && silent % limits.pingBeats === 0) {
      this.#queueControl(PING, NOTHING);
    }
  }

  // What the socket tells.

  receive(chunk: Buffer): void {
    const hub = this.#hub;
    hub.enterTurn();
    hub.counts.receivedBytes += chunk.length;
    if (this.#state !== OPEN) {
      this.#discard(chunk.length);
      return;
    }
    this.#heard = hub.beats;
    try {
      if (this.#rest === undefined) this.#read(chunk);
      else this.#readBehind(this.#rest, chunk);
    } catch (error) {
      this.#onBug(error);
    }
  }

  /** The other side will send no more. Without a close frame before it, that is a connection that dropped. */
  onEnd(): void {
    if (this.#state === OPEN) this.cut();
  }

  onGone(): void {
    this.#state = GONE;
    this.#forget();
    this.#hub.unsent -= this.#unsent;
    this.#unsent = 0;
    this.#hub.leave(this);
    this.#tellClosed(false);
  }

  // What readFrames asks and tells.

  get maxMessage(): number {
    return this.#hub.limits.messageBytes;
  }

  get reading(): boolean {
    return this.#state === OPEN && !this.#held;
  }

  get gatheredSize(): number {
    return this.#fragments?.size ?? 0;
  }

  charge(frameBytes: number): void {
    const { now, price, limits, turn } = this.#hub;
    const { visitor } = this;
    this.#until = spend(this.#until, now, Math.max(price.message, frameBytes * price.byte));
    visitor.messagesUntil = spend(
      visitor.messagesUntil,
      now,
      Math.max(price.addressMessage, frameBytes * price.addressByte),
    );
    this.#inTurn = this.#turn === turn ? this.#inTurn + 1 : 1;
    this.#turn = turn;
    if (this.#isOverRate()) {
      this.#pause();
      this.#hub.hold(this);
    } else if (this.#inTurn >= limits.messagesPerTurn) {
      this.#pause();
      this.#hub.waitTurn(this);
    }
  }

  takeMessage(payload: Buffer, binary: boolean): void {
    this.#hub.counts.received += 1;
    this.#receiver.onMessage(payload, binary);
  }

  gather(payload: Buffer, opcode: number): void {
    if (opcode !== 0) this.gathering = opcode;
    if (this.#fragments === undefined) this.#fragments = new GatheredBytes(payload);
    else this.#fragments.add(payload);
  }

  gathered(): Buffer {
    const whole = this.#fragments?.bytes() ?? NOTHING;
    this.#fragments = undefined;
    this.gathering = 0;
    return whole;
  }

  takeControl(opcode: number, payload: Buffer): void {
    if (opcode === PING) this.#queueControl(PONG, payload);
    else if (opcode === CLOSE) this.#takeClose(payload);
  }

  fail(code: number, reason: string): void {
    this.#hub.counts.broken += 1;
    this.close(code, reason);
  }

  #readBehind(rest: GatheredBytes, chunk: Buffer): void {
    rest.add(chunk);
    if (this.#held || rest.size < this.wanted) {
      this.#countUnfinished();
    } else {
      this.#rest = undefined;
      this.#read(rest.bytes());
    }
  }

  #read(bytes: Buffer): void {
    this.wanted = 0;
    const consumed = readFrames(this, bytes);
    if (this.#state !== OPEN) return;
    if (consumed < bytes.length) this.#rest = new GatheredBytes(bytes.subarray(consumed));
    if (this.#rest === undefined && this.gathering === 0) this.#begun = 0;
    else if (this.#begun === 0 || (consumed > 0 && this.gathering === 0)) this.#begun = this.#hub.beats;
    if (this.#rest !== undefined || this.#unfinished > 0 || this.gathering !== 0) this.#countUnfinished();
  }

  #countUnfinished(): void {
    const hub = this.#hub;
    const unfinished = (this.#rest?.size ?? 0) + this.gatheredSize;
    hub.unfinished += unfinished - this.#unfinished;
    this.#unfinished = unfinished;
    if (hub.unfinished > hub.limits.unfinishedBytesInAll && !this.#held) {
      this.close(closeCode.tryLater, "This node has too many unfinished messages.");
    }
  }

  /** RFC 6455 §5.5.1: answered with the same code; then both ends are done. */
  #takeClose(payload: Buffer): void {
    const fault = faultOfClose(payload);
    if (fault !== undefined) {
      this.fail(fault.code, fault.reason);
    } else {
      this.#sayGoodbye(payload.subarray(0, 2));
      this.#tellClosed(true);
    }
  }

  #sayGoodbye(payload: Buffer): void {
    this.#queueControl(CLOSE, payload);
    this.#state = CLOSING;
    this.#heard = this.#hub.beats;
    this.#forget();
    // Whoever is held back is read on, to its end.
    if (this.#held) this.#socket.resume();
  }

  #queueControl(opcode: number, payload: Buffer): void {
    if (!this.#keepsUp()) return;
    const end = payload.length;
    this.#queue(this.#hub.slab.build({ opcode, payload, tail: "", end, apart: this.#unsent > 0 }));
  }

  /** Appends to what this turn writes to the socket in one piece. */
  #queue(bytes: Buffer): void {
    this.#queued += bytes.length;
    if (this.#moreOut !== undefined) {
      this.#moreOut.push(bytes);
    } else if (this.#out !== undefined) {
      this.#moreOut = [this.#out, bytes];
    } else {
      this.#out = bytes;
      this.#hub.flushLater(this);
    }
  }

  /**
   * A reader that does not keep up is dropped: what others send to it may not fill our memory. The more waits for all
   * of them together, the less may wait for one, so that those far behind go before those a little behind.
   */
  #keepsUp(): boolean {
    if (this.#unsent > 0) this.#countUnsent();
    const { limits, unsent, counts } = this.#hub;
    const share = this.#unsent === 0 ? 1 : 1 - unsent / limits.unsentBytesInAll;
    const most = Math.max(limits.unsentBytes * share, limits.unsentBytesAlways);
    if (this.#queued + this.#unsent <= most) return true;
    counts.slow += 1;
    this.cut();
    return false;
  }

  #countUnsent(): void {
    const unsent = this.#socket.writableLength;
    this.#hub.unsent += unsent - this.#unsent;
    this.#unsent = unsent;
  }

  /** Its own rate counts as flooding; its address's does not, for others may have used that up. */
  #isOverRate(): boolean {
    const latest = this.#hub.now + this.#hub.limits.messageBurstMs;
    const own = this.#until > latest;
    this.#flooded ||= own;
    return own || this.visitor.messagesUntil > latest;
  }

  #pause(): void {
    this.#held = true;
    this.#socket.pause();
  }

  #discard(bytes: number): void {
    this.#discarded += bytes;
    // Not read on, and not yet cut: a reset would overtake our goodbye.
    if (this.#discarded > this.#hub.limits.afterCloseBytes) this.#socket.pause();
  }

  #forget(): void {
    this.#hub.unfinished -= this.#unfinished;
    this.#unfinished = 0;
    this.#rest = this.#fragments = undefined;
    this.#begun = this.gathering = 0;
  }

  #tellClosed(clean: boolean): void {
    const receiver = this.#receiver;
    this.#receiver = nobody;
    try {
      receiver.onClose(clean);
    } catch (error) {
      this.#onBug(error);
    }
  }

  /**
   * An error here is a defect of this program, met on this connection's path. The connection ends, and the defect is
   * logged and counted; the others, whose state it cannot have touched half-way, go on.
   */
  #onBug(error: unknown): void {
    this.#hub.counts.bugs += 1;
    this.#hub.log("error", "connection.bug", {
      connection: this.id,
      stack: error instanceof Error ? error.stack : String(error),
    });
    this.close(closeCode.internal, "This node has made a mistake.");
  }
}
