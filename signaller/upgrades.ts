import { STATUS_CODES } from "node:http";
import type { Origins } from "./door/origins.ts";
import type { Log } from "./log.ts";
import type { Upgrade, WebSockets } from "./websocket/port.ts";
import { refuse } from "./websocket/refuse.ts";
import type { Dialect, Refusal, Welcome } from "./wire.ts";

export interface UpgradesConfig {
  readonly dialects: readonly Dialect[];
  readonly origins: Origins;
  readonly webSockets: WebSockets;
  readonly log: Log;
}

/** Finds the dialect of an upgrade request, and lets it in or tells in words why not. */
export function createUpgrades(config: UpgradesConfig): (upgrade: Upgrade) => void {
  return upgrade => {
    const answer = decide(config, upgrade);
    if ("status" in answer) refuse(upgrade.socket, answer);
    else config.webSockets.accept(upgrade, answer);
  };
}

function decide({ dialects, origins, log }: UpgradesConfig, { request }: Upgrade): Welcome | Refusal {
  if (!origins.allows(request.headers.origin)) {
    return { status: 403, sentence: "Pages of this origin may not use this node." };
  }
  const url = URL.parse(request.url ?? "", "http://node");
  if (url === null) return { status: 400, sentence: "This request's address cannot be read." };
  try {
    for (const dialect of dialects) {
      const answer = dialect.welcome(request, url);
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    // A defect of ours on this request's path: it ends here, is told, and touches nobody else.
    log("error", "upgrade.bug", { stack: error instanceof Error ? error.stack : String(error) });
    return { status: 500, sentence: `${STATUS_CODES[500]}.` };
  }
  return { status: 404, sentence: "No WebSocket of this node lives at this address." };
}
