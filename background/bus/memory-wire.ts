import type { Receiver, Wire, WireSender } from "./wire.ts";

/** The contexts of one extension, without a browser: what one sends, all others hear, as JSON would bring it. */
export interface MemoryWires {
  /** A context, and what the browser would say of it as a sender. */
  open(sender: WireSender): Wire;
}

export function createMemoryWires(): MemoryWires {
  const places = new Set<{ readonly receiver: Receiver; readonly wire: Wire }>();
  return {
    open(sender) {
      const wire: Wire = {
        async send(envelope) {
          const message: unknown = JSON.parse(JSON.stringify(envelope));
          const replies = [...places]
            .filter(place => place.wire !== wire)
            .map(place => place.receiver(message, sender))
            .filter(reply => reply !== undefined);
          const reply = replies.length === 0 ? undefined : await Promise.race(replies);
          return reply === undefined ? undefined : JSON.parse(JSON.stringify(reply));
        },
        receive(receiver, signal) {
          const place = { receiver, wire };
          places.add(place);
          signal.addEventListener("abort", () => places.delete(place), { once: true });
        },
      };
      return wire;
    },
  };
}
