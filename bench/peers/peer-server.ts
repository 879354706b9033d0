import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Stage } from "../stage.ts";
import { findFreePort, type Server, waitForPort } from "./server.ts";

/** PeerServer as its package's command line starts it; only its limit of 5,000 clients is raised. */
export async function startPeerServer(stage: Stage): Promise<Server> {
  const port = await findFreePort();
  const main = createRequire(import.meta.url).resolve("peer");
  const cli = join(dirname(main), "bin", "peerjs.js");
  const running = stage.start({
    role: "server",
    command: [
      process.execPath,
      cli,
      "--port",
      String(port),
      "--host",
      "127.0.0.1",
      "--concurrent_limit",
      "100000",
    ],
  });
  await waitForPort(port, running);
  return { name: "peer 1.0.2", port, pids: [running.pid], stop: () => running.stop(200) };
}
