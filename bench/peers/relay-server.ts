import { fileURLToPath } from "node:url";
import type { Stage } from "../stage.ts";
import type { Server } from "./server.ts";

const relays = {
  ws: { name: "ws 8.23.0", file: "ws-relay.ts" },
  bare: { name: "bare net.Socket", file: "bare-relay.ts" },
} as const;

/** One of our own small relays, in a process of its own. */
export async function startRelay(stage: Stage, which: keyof typeof relays): Promise<Server> {
  const { name, file } = relays[which];
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { running, line } = await new Promise<{ running: ReturnType<Stage["start"]>; line: string }>(
    resolve => {
      const running = stage.start({
        role: "server",
        command: [process.execPath, path],
        onLine: line => resolve({ running, line }),
      });
    },
  );
  return { name, port: Number(line), pids: [running.pid], stop: () => running.stop(200) };
}
