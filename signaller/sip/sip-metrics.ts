import type { Metric } from "../metrics.ts";
import type { SipFigures } from "./sip-room.ts";

/** What `/metrics` shows of SIP. */
export function sipMetrics(figures: SipFigures): Metric[] {
  return [
    gauge("flows", "SIP connections, links to other domains included.", figures.connections),
    gauge("users", "Users with a registered device.", figures.users),
    gauge("bindings", "Registered devices.", figures.bindings),
    gauge(
      "client_transactions",
      "Client transactions, those that wait out their time included.",
      figures.clientTransactions,
    ),
    gauge(
      "server_transactions",
      "Server transactions, those that wait out their time included.",
      figures.serverTransactions,
    ),
    gauge("waiting_bytes", "Memory of requests that wait for their answer.", figures.waitingBytes),
    gauge("forwarded", "Requests that are being forwarded.", figures.forwarded),
    gauge("timers", "Timers that run.", figures.timers),
    ...Object.entries(figures.counts).map(
      ([what, value]): Metric => ({
        name: "etherlynk_sip_total",
        kind: "counter",
        help: "What happened in SIP.",
        value,
        labels: { what },
      }),
    ),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name: `etherlynk_sip_${name}`, kind: "gauge", help, value };
}
