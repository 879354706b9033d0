import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Counts since the load began; waits, from send to arrival, since the report before. */
export interface LoadReport {
  readonly sent: number;
  readonly received: number;
  readonly outOfOrder: number;
  /** Connections that ended. */
  readonly closed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface RelayLoad {
  report(): Promise<LoadReport>;
  stop(): Promise<void>;
}

/** Other people's traffic on a node, in a process of its own so that it does not wait for the test's browser. */
export async function startRelayLoad(
  port: number,
  { pairs, perSecond }: { pairs: number; perSecond: number },
): Promise<RelayLoad> {
  const child = fork(
    join(import.meta.dirname, "relay-load-process.ts"),
    [port, pairs, perSecond].map(String),
  );
  const told = async <T>(): Promise<T> => {
    const [message] = await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`The load ended with ${code}`))),
    ]);
    return message as T;
  };
  await told<string>();
  return {
    report() {
      child.send("report");
      return told<LoadReport>();
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
