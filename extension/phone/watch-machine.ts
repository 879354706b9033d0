import type { PhoneKit } from "../../background/phone/kit.ts";

const lookMs = 5_000;
/** Timers of a busy machine are late by a second or two; a machine that slept is late by more. */
const sleptMs = 15_000;

/** The line looks for itself whether it still stands when the machine has another network, or woke up. */
export function watchMachine(kit: Pick<PhoneKit, "nudge">, signal: AbortSignal): void {
  const nudge = () => kit.nudge();
  globalThis.addEventListener("online", nudge, { signal });
  const network = (navigator as { readonly connection?: EventTarget }).connection;
  network?.addEventListener("change", nudge, { signal });
  let looked = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - looked > lookMs + sleptMs) nudge();
    looked = now;
  }, lookMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
