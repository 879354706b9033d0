import { useEffect, useState } from "preact/hooks";
import type { Bus } from "../../../background/bus/bus.ts";
import type { NumberText } from "../../../protocol/number/number.ts";

const everyMs = 5_000;
/** The servers of the chain do not answer: that is a change too, and so is their coming back. */
const silent = "silent";

/**
 * Counts what has changed on the chain without this desk's doing: a sale, a gift, a block that was taken back. It is
 * looked for as long as somebody sees the page.
 */
export function useStanding(bus: Bus, chain: number, number: NumberText | undefined): number {
  const [news, count] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let last: string | undefined;
    const hear = (standing: string) => {
      if (stop.signal.aborted) return;
      if (last !== undefined && last !== standing) count(now => now + 1);
      last = standing;
    };
    const look = async () => {
      const wish = number === undefined ? { chain } : { chain, number };
      if (document.visibilityState === "visible")
        await bus.ask("numbers.standing.read", wish).then(hear, () => hear(silent));
      clearTimeout(timer);
      if (!stop.signal.aborted) timer = setTimeout(look, everyMs);
    };
    let timer = setTimeout(look, 0);
    // Who comes back to the page sees at once what has changed meanwhile.
    document.addEventListener("visibilitychange", () => void look(), { signal: stop.signal });
    stop.signal.addEventListener("abort", () => clearTimeout(timer));
    return () => stop.abort();
  }, [bus, chain, number]);
  return news;
}
