import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export interface DelayRelay {
  /** The same addresses as the target's, by way of this relay. */
  readonly url: string;
  readonly httpUrl: string;
  /** Connections that clients have opened until now. */
  opened(): number;
}

export interface DelayRelayOptions {
  /** `ws://127.0.0.1:9000/` */
  readonly target: string;
  readonly delayMs: number;
  readonly signal: AbortSignal;
}

/** Passes every byte on, in order, so much later: a hop of that length, for one client and one node. */
export async function startDelayRelay({ target, delayMs, signal }: DelayRelayOptions): Promise<DelayRelay> {
  const { hostname, port, pathname } = new URL(target);
  let opened = 0;
  const server = createServer(near => {
    opened += 1;
    const far = connect(Number(port), hostname);
    near.setNoDelay(true);
    far.setNoDelay(true);
    pass(near, far, delayMs);
    pass(far, near, delayMs);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  signal.addEventListener("abort", () => server.close(), { once: true });
  const own = (server.address() as AddressInfo).port;
  return {
    url: `ws://127.0.0.1:${own}${pathname}`,
    httpUrl: `http://127.0.0.1:${own}/`,
    opened: () => opened,
  };
}

function pass(from: Socket, to: Socket, delayMs: number): void {
  const later = (work: () => void) => (delayMs === 0 ? work() : void setTimeout(work, delayMs));
  from.on("data", bytes => later(() => !to.destroyed && to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy());
  from.on("close", () => later(() => to.destroy()));
}
