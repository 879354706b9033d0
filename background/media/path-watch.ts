/** What a connection says of its path, in the words of the call machine. */
export interface PathEvents {
  connected(): void;
  lost(): void;
  /** DTLS refused: the other side's certificate is not the one in its SDP (RFC 5763 §5). */
  refused(): void;
}

/** A path that is disconnected often comes back by itself; later ICE needs a restart. */
export const disconnectedMs = 3_000;

export function startPathWatch(
  connection: RTCPeerConnection,
  events: PathEvents,
  signal: AbortSignal,
): { doubt(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const doubt = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      events.lost();
    }, disconnectedMs);
  };
  const look = () => {
    const state = connection.connectionState;
    if (state === "disconnected") doubt();
    else stop();
    if (state === "connected") events.connected();
    if (state === "failed" && isRefused(connection)) events.refused();
    else if (state === "failed") events.lost();
  };
  connection.addEventListener("connectionstatechange", look, { signal });
  signal.addEventListener("abort", stop);
  return { doubt };
}

function isRefused(connection: RTCPeerConnection): boolean {
  return connection.getSenders().some(({ transport }) => transport?.state === "failed");
}
