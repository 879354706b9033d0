import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listFamily } from "../cpu.ts";
import type { Stage } from "../stage.ts";
import { findFreePort, type Server, waitForPort } from "./server.ts";

/** Kamailio's version, or undefined where it is not installed. */
export function findKamailio(): string | undefined {
  const { status, stdout } = spawnSync("kamailio", ["-v"], { encoding: "latin1" });
  return status === 0
    ? (/kamailio (\d+\.\d+)/.exec(stdout)?.[1] ?? /version: kamailio (\S+)/.exec(stdout)?.[1])
    : undefined;
}

/** Kamailio as a WebSocket registrar and stateful proxy; its processes share the server's core. */
export async function startKamailio(stage: Stage): Promise<Server> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "etherlynk-kamailio-"));
  const config = readFileSync(new URL("kamailio.cfg", import.meta.url), "utf8");
  const file = join(folder, "kamailio.cfg");
  writeFileSync(file, config.replace("LISTEN_PORT", String(port)));
  const running = stage.start({
    role: "server",
    command: [
      "kamailio",
      "-f",
      file,
      "-DD",
      "-m",
      "1024",
      "-M",
      "16",
      "-P",
      join(folder, "pid"),
      "-Y",
      folder,
    ],
  });
  running.child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await waitForPort(port, running);
  // It listens before the last of its processes has begun.
  await new Promise(resolve => setTimeout(resolve, 250));
  return { name: `kamailio ${findKamailio()}`, port, pids: listFamily(running.pid), stop: running.stop };
}
