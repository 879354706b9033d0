import type { PhoneKit } from "../../background/phone/kit.ts";
import { isRinging } from "./call-notices.ts";

/**
 * The browser is being closed: whoever is in a call with us is told while there is a moment left. What rings here may
 * ring elsewhere too, and is left to the node.
 */
export function sayGoodbye({ calls, tell }: Pick<PhoneKit, "calls" | "tell">, signal: AbortSignal): void {
  const leave = () => {
    for (const record of calls.list()) if (!isRinging(record)) tell(record.id, "hang-up");
  };
  globalThis.addEventListener("pagehide", leave, { signal });
}
