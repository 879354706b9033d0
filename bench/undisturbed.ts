import { toTotal } from "./cpu.ts";
import type { Measured } from "./load/window.ts";

/** Share of its core that both the server and the load have in a closed loop when nobody else wants it. */
const alone = 0.9;
const mostAttempts = 4;

/**
 * Measures again while somebody else had one of the two cores: who is put aside finds its caches cold, and both
 * sides' figures suffer, but not alike. After a few attempts the least disturbed one counts.
 */
export async function undisturbed(quick: boolean, measure: () => Promise<Measured>): Promise<Measured> {
  let best = await measure();
  for (let attempt = 1; attempt < mostAttempts && !quick && toShare(best) < alone; attempt++) {
    const next = await measure();
    if (toShare(next) > toShare(best)) best = next;
  }
  return best;
}

/** Of the core that had less. */
function toShare({ cpu, loadCpu, seconds }: Measured): number {
  return Math.min(toTotal(cpu), toTotal(loadCpu)) / seconds / 1e6;
}
