import { connect, createServer } from "node:net";
import type { Running } from "../stage.ts";

/** A server under measurement. */
export interface Server {
  readonly name: string;
  readonly port: number;
  /** All its processes. */
  readonly pids: readonly number[];
  stop(graceMs?: number): Promise<void>;
}

const longestStartMs = 10_000;

/** A port for a server that cannot be told to choose one and say which. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}

/** Resolves when the server listens there. */
export async function waitForPort(port: number, { child }: Running): Promise<void> {
  const until = performance.now() + longestStartMs;
  while (!(await isListening(port))) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnargs.join(" ")} ended with ${child.exitCode}.`);
    if (performance.now() > until) throw new Error(`Nobody listens on port ${port}.`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
