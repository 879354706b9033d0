import type { Wire, WireSender } from "./wire.ts";

/** The part of `chrome.runtime` that the wire uses. */
export interface MessagingRuntime {
  sendMessage(message: unknown): Promise<unknown>;
  readonly onMessage: {
    addListener(listener: MessageListener): void;
    removeListener(listener: MessageListener): void;
  };
}

type MessageListener = (
  message: unknown,
  sender: WireSender,
  respond: (reply?: unknown) => void,
) => true | undefined;

/**
 * The browser's messages. They reach every other context of the extension but never the sender's own, and are
 * JSON in Chrome. A listener answers by `respond` and `true`: every supported version understands that.
 */
export function createRuntimeWire(runtime: MessagingRuntime): Wire {
  return {
    async send(envelope) {
      try {
        return await runtime.sendMessage(envelope);
      } catch (error) {
        if (isNobody(error)) return undefined;
        throw error;
      }
    },
    receive(receiver, signal) {
      const listener: MessageListener = (message, sender, respond) => {
        const reply = receiver(message, sender);
        if (reply === undefined) return undefined;
        void reply.then(respond);
        return true;
      };
      runtime.onMessage.addListener(listener);
      signal.addEventListener("abort", () => runtime.onMessage.removeListener(listener), { once: true });
    },
  };
}

/** No context is there, the one that was closed before it answered, or all left it to another. */
function isNobody(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Receiving end does not exist|message (port|channel) closed/i.test(error.message)
  );
}
