import { fileURLToPath } from "node:url";
import type { Stage } from "../stage.ts";
import type { Server } from "./server.ts";

/** The bare relay over `ws`, in a process of its own. */
export async function startWsRelay(stage: Stage): Promise<Server> {
  const file = fileURLToPath(new URL("ws-relay.ts", import.meta.url));
  const { running, line } = await new Promise<{ running: ReturnType<Stage["start"]>; line: string }>(
    resolve => {
      const running = stage.start({
        role: "server",
        command: [process.execPath, file],
        onLine: line => resolve({ running, line }),
      });
    },
  );
  return { name: "ws 8.23.0", port: Number(line), pids: [running.pid], stop: () => running.stop(200) };
}
