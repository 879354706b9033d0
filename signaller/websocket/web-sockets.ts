import { Connection } from "./connection.ts";
import { closeCode } from "./frame.ts";
import { answerHandshake } from "./handshake.ts";
import { Hub, type HubConfig } from "./hub.ts";
import type { WebSockets } from "./port.ts";
import { refuse } from "./refuse.ts";

/** WebSockets (RFC 6455) on the sockets of node:http's upgrades: no extensions, everything bounded. */
export function createWebSockets(config: HubConfig): WebSockets {
  const hub = new Hub(config);
  const beats = setInterval(() => hub.beat(), config.limits.beatMs).unref();
  let isStopping = false;
  return {
    accept({ request, socket, head, visitor }, welcome) {
      const answer = answerHandshake(request, welcome.subprotocol);
      if (isStopping) return refuse(socket, { status: 503, sentence: "This node is stopping." });
      if (typeof answer !== "string") return refuse(socket, answer);
      hub.counts.opened += 1;
      const connection = new Connection(hub, socket, visitor);
      hub.members.add(connection);
      connection.open(answer, welcome, head);
    },
    async close() {
      isStopping = true;
      for (const member of hub.members) member.close(closeCode.goingAway, "This node is stopping.");
      await hub.empty(config.limits.goodbyeMs);
      clearInterval(beats);
    },
    figures: () => ({
      open: hub.members.size,
      unsentBytes: hub.unsent,
      unfinishedBytes: hub.unfinished,
      counts: hub.counts,
    }),
  };
}
