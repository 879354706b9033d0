import { peerLimits } from "../../protocol/peer/limits.ts";
import type { Limits } from "../limits.ts";

/** Who sent a waiting message: it is told when the message expires. */
export interface Sender {
  readonly id: string;
  /** By which it is known again: its id may have passed to somebody else meanwhile. */
  readonly token: string;
  readonly address: string;
  /** What this sender has waiting. */
  queued: number;
  queuedBytes: number;
}

/** `full`: not kept. `told`: not kept, and the sender hears of this destination anyway when what waits expires. */
export type Kept = "kept" | "full" | "told";

/** Messages for peers that are about to arrive: an offer and its candidates often come first. Bounded every way. */
export interface WaitingRoom {
  /** Keeps a message (it must own its memory). */
  keep(to: string, message: Buffer, sender: Sender): Kept;
  /** What waits for somebody who has arrived, in order. */
  take(to: string): Buffer[];
  /** Drops what has waited too long, and calls once for each pair of destination and sender. */
  expire(now: number, tell: (to: string, sender: Sender) => void): void;
  readonly bytes: number;
}

interface Waiting {
  readonly since: number;
  bytes: number;
  readonly messages: { readonly message: Buffer; readonly sender: Sender }[];
}

/** What keeping a message costs besides its bytes, so that a million tiny ones are bounded too. */
const OVERHEAD = 200;

export function createWaitingRoom(limits: Limits): WaitingRoom {
  const rooms = new Map<string, Waiting>();
  const byAddress = new Map<string, number>();
  let bytes = 0;

  function account(size: number, sender: Sender): void {
    const sign = Math.sign(size);
    bytes += size;
    sender.queued += sign;
    sender.queuedBytes += size;
    const ofAddress = (byAddress.get(sender.address) ?? 0) + size;
    if (ofAddress > 0) byAddress.set(sender.address, ofAddress);
    else byAddress.delete(sender.address);
  }

  function hasSpace(waiting: Waiting | undefined, size: number, sender: Sender): boolean {
    return (
      (waiting?.messages.length ?? 0) < peerLimits.queuedPerDestination &&
      (waiting?.bytes ?? 0) + size <= peerLimits.queuedBytesPerDestination &&
      sender.queued < peerLimits.queuedPerSender &&
      sender.queuedBytes + size <= peerLimits.queuedBytesPerSender &&
      (byAddress.get(sender.address) ?? 0) + size <= limits.queuedBytesPerAddress &&
      bytes + size <= peerLimits.queuedBytes
    );
  }

  function empty(to: string, waiting: Waiting): void {
    rooms.delete(to);
    for (const { message, sender } of waiting.messages) account(-message.length - OVERHEAD, sender);
  }

  return {
    keep(to, message, sender) {
      const size = message.length + OVERHEAD;
      const waiting = rooms.get(to);
      if (!hasSpace(waiting, size, sender)) {
        return waiting?.messages.some(entry => entry.sender === sender) ? "told" : "full";
      }
      const room = waiting ?? { since: performance.now(), bytes: 0, messages: [] };
      if (room !== waiting) rooms.set(to, room);
      room.messages.push({ message, sender });
      room.bytes += size;
      account(size, sender);
      return "kept";
    },
    take(to) {
      const waiting = rooms.get(to);
      if (waiting === undefined) return [];
      empty(to, waiting);
      return waiting.messages.map(({ message }) => message);
    },
    // The oldest come first, because a map keeps the order in which its keys were set.
    expire(now, tell) {
      for (const [to, waiting] of rooms) {
        if (now - waiting.since < peerLimits.expireMs) return;
        empty(to, waiting);
        for (const sender of new Set(waiting.messages.map(entry => entry.sender))) tell(to, sender);
      }
    },
    get bytes() {
      return bytes;
    },
  };
}
