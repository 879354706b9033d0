import type { Metric } from "../metrics.ts";
import type { Links } from "./links.ts";

/** What `/metrics` shows of the links to other domains. */
export function linkMetrics(links: Links): Metric[] {
  return links.figures().flatMap(({ domain, thumbprint, closed, malformed }): Metric[] => [
    {
      name: "etherlynk_link_up",
      kind: "gauge",
      help: "Whether the link to a domain is up.",
      value: closed ? 0 : 1,
      labels: thumbprint === undefined ? { domain } : { domain, key: thumbprint },
    },
    {
      name: "etherlynk_link_malformed_total",
      kind: "counter",
      help: "Messages over a link that were no SIP.",
      value: malformed,
      labels: thumbprint === undefined ? { domain } : { domain, key: thumbprint },
    },
  ]);
}
