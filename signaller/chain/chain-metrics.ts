import type { Metric } from "../metrics.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** What `/metrics` shows of the chains that are read. */
export function chainMetrics(whereabouts: Whereabouts): Metric[] {
  const rows = whereabouts.figures().flatMap(figures => {
    const chain = { chain: String(figures.chainId) };
    const gauge = (name: string, help: string, value: number): Metric => ({
      ...{ name: `etherlynk_chain_${name}`, kind: "gauge", help, value, labels: chain },
    });
    const counter = (name: string, help: string, value: number): Metric => ({
      ...{ name: `etherlynk_chain_${name}_total`, kind: "counter", help, value, labels: chain },
    });
    return [
      gauge("head", "The block up to which the chain is known.", figures.head),
      gauge("lag_seconds", "Seconds since the chain last answered.", figures.silentSeconds),
      gauge("head_age_seconds", "How old the newest block is.", figures.headAgeSeconds),
      gauge("loaded", "Whether all numbers and clients are known.", figures.isLoaded ? 1 : 0),
      gauge("told", "Whether a server tells of new blocks by itself.", figures.isTold ? 1 : 0),
      gauge("numbers", "Numbers with an owner that are known.", figures.numbers),
      gauge("clients", "Accounts of the client registrar that are known.", figures.clients),
      counter("blocks", "Blocks followed.", figures.blocks),
      counter("undone", "Numbers given back because their block is no more.", figures.undone),
      counter("loads", "Times all was loaded.", figures.loads),
      counter("questions", "Questions to the chain's servers.", figures.questions),
      counter("failures", "Questions that a server did not answer well.", figures.failures),
    ];
  });
  // Those of one name stand together, also of several chains.
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
