/** What a connection says of its path, in the words of the call machine. */
export interface PathEvents {
  connected(): void;
  lost(): void;
  /** Sound, or the path itself, has broken off, and nothing else is known yet. */
  silent(): void;
  /** DTLS refused: the other side's certificate is not the one in its SDP (RFC 5763 §5). */
  refused(): void;
}

/** A path that is disconnected often comes back by itself; later ICE needs a restart. */
export const disconnectedMs = 3_000;
/**
 * Sound comes every 20 ms, and where silence is not sent every 400 ms. ICE says nothing for some six seconds; whether
 * this machine's own network is gone can be asked long before.
 */
export const silentMs = 1_500;
const listenMs = 500;

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
    if (state === "disconnected") {
      events.silent();
      doubt();
    } else stop();
    if (state === "connected") events.connected();
    if (state === "failed" && isRefused(connection)) events.refused();
    else if (state === "failed") events.lost();
  };
  connection.addEventListener("connectionstatechange", look, { signal });
  signal.addEventListener("abort", stop);
  listen(connection, events, signal);
  return { doubt };
}

/** Tells once of each silence that follows on sound. */
function listen(connection: RTCPeerConnection, { silent }: PathEvents, signal: AbortSignal): void {
  let newest: number | undefined;
  let looks = 0;
  const timer = setInterval(() => {
    const last = lastHeard(connection);
    // Of ten seconds ago and more there is no record.
    if (last === undefined || last === newest) looks += 1;
    else looks = 0;
    newest = last ?? newest;
    if (looks * listenMs === silentMs && newest !== undefined && isHearing(connection)) silent();
  }, listenMs);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function lastHeard(connection: RTCPeerConnection): number | undefined {
  const sources = connection.getReceivers().flatMap(receiver => receiver.getSynchronizationSources());
  return sources.length === 0 ? undefined : Math.max(...sources.map(({ timestamp }) => timestamp));
}

/** They may send, and neither holds. */
function isHearing(connection: RTCPeerConnection): boolean {
  const directions = connection.getTransceivers().map(({ currentDirection }) => currentDirection);
  return directions.some(it => it === "sendrecv" || it === "recvonly");
}

function isRefused(connection: RTCPeerConnection): boolean {
  return connection.getSenders().some(({ transport }) => transport?.state === "failed");
}
