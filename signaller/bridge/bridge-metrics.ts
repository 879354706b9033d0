import type { Metric } from "../metrics.ts";
import type { Bridge } from "./bridge.ts";

/** What `/metrics` shows of calls between the dialects. */
export function bridgeMetrics({ size, dialogs, counts }: Bridge): Metric[] {
  const gauge = (name: string, help: string, value: number): Metric => ({
    name: `etherlynk_bridge_${name}`,
    kind: "gauge",
    help,
    value,
  });
  return [
    gauge("calls", "Calls between PeerJS and SIP.", size),
    gauge("dialogs", "SIP dialogs of such calls.", dialogs),
    ...Object.entries(counts).map(
      ([what, value]): Metric => ({
        name: "etherlynk_bridge_total",
        kind: "counter",
        help: "Calls of PeerJS clients to SIP, calls to them, and what was refused.",
        value,
        labels: { what },
      }),
    ),
  ];
}
