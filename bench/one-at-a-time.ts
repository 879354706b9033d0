import { createServer, type Server } from "node:net";
import { loadavg } from "node:os";
import { say } from "./options.ts";

// An abstract socket: the kernel forgets it with the process, however that ends, and there is no file to clean up.
const machineName = "\0etherlynk-bench";
const longestWaitMs = 3_600_000;
const busyLoad = 0.5;

/** Waits until no other benchmark runs on this machine: two at once would measure each other. */
export async function takeMachine(): Promise<{ release: () => void }> {
  const until = performance.now() + longestWaitMs;
  let server = await bind();
  if (!server) say("Another benchmark runs on this machine; this one waits for its end.");
  while (!server) {
    if (performance.now() > until) throw new Error("Another benchmark has been running for an hour.");
    await new Promise(resolve => setTimeout(resolve, 1000));
    server = await bind();
  }
  const load = loadavg()[0] ?? 0;
  if (load > busyLoad)
    say(`The machine is busy with other things (load ${load.toFixed(1)}): expect wide intervals.`);
  return { release: () => server?.close() };
}

function bind(): Promise<Server | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(machineName, () => resolve(server));
  });
}
