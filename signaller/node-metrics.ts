import type { Metric } from "./metrics.ts";
import type { Realm } from "./peerjs/realm.ts";
import type { SocketCounts } from "./sockets.ts";
import type { WebSocketFigures } from "./websocket/port.ts";

export interface NodeFigures {
  readonly webSockets: WebSocketFigures;
  readonly sockets: Readonly<SocketCounts>;
  readonly realm: Realm;
  readonly addresses: number;
}

/** What `/metrics` shows: how things stand is read from what is live, never kept beside it. */
export function nodeMetrics({ webSockets, sockets, realm, addresses }: NodeFigures): Metric[] {
  const { counts } = webSockets;
  const memory = process.memoryUsage.rss();
  return [
    gauge("connections", "Open WebSockets.", webSockets.open),
    gauge("peerjs_clients", "PeerJS clients that are connected.", realm.size),
    gauge("addresses", "Addresses with an account.", addresses),
    gauge("unsent_bytes", "Bytes that wait for slow readers.", webSockets.unsentBytes),
    gauge("unfinished_bytes", "Bytes of messages that have not ended.", webSockets.unfinishedBytes),
    gauge("peerjs_waiting_bytes", "Bytes that wait for absent PeerJS clients.", realm.waitingBytes),
    gauge("resident_memory_bytes", "Resident memory of the process.", memory),
    counter("tcp_connections_total", "TCP connections accepted.", sockets.connections),
    counter("requests_total", "HTTP requests and upgrades.", sockets.requests),
    counter("refused_total", "Turned away: its address had used up its share.", sockets.refused),
    counter("full_total", "Turned away: no descriptors were left.", sockets.full),
    counter("websockets_total", "WebSockets opened.", counts.opened),
    counter("messages_received_total", "Messages received.", counts.received),
    counter("messages_sent_total", "Messages sent.", counts.sent),
    counter("received_bytes_total", "Bytes received over WebSockets.", counts.receivedBytes),
    counter("sent_bytes_total", "Bytes sent over WebSockets.", counts.sentBytes),
    counter("held_total", "Times a connection above its rate was left unread.", counts.held),
    ...(["broken", "slow", "floods", "silent"] as const).map(reason =>
      labelled(counter("dropped_total", "Connections ended by the node.", counts[reason]), { reason }),
    ),
    counter("bugs_total", "Errors of the node's own code, each of which ended one connection.", counts.bugs),
    ...Object.entries(realm.counts).map(([what, value]) =>
      labelled(counter("peerjs_total", "What happened in the PeerJS realm.", value), { what }),
    ),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name: `etherlynk_${name}`, kind: "gauge", help, value };
}

function counter(name: string, help: string, value: number): Metric {
  return { name: `etherlynk_${name}`, kind: "counter", help, value };
}

function labelled(metric: Metric, labels: Record<string, string>): Metric {
  return { ...metric, labels };
}
