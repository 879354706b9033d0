import { toTell } from "../../protocol/bus/envelope.ts";
import type { WorkerParts } from "./ringer.ts";
import type { PageTelling } from "./worker-contract.ts";

/** From the phone to one page: an offscreen document has no tabs to send to. */
export function startRelay({ api, bus, signal }: WorkerParts): void {
  bus.answer("worker.page.tell", async telling => ({ heard: await tell(api, telling) }), signal);
}

async function tell(api: typeof chrome, { tab, frame, document, name, body }: PageTelling): Promise<boolean> {
  const place = document === undefined ? { frameId: frame } : { documentId: document };
  try {
    await api.tabs.sendMessage(tab, toTell(name, body), place);
    return true;
  } catch (error) {
    // The page was left or closed: it hears no more, and nobody has to do anything about it.
    if (error instanceof Error) return false;
    throw error;
  }
}
