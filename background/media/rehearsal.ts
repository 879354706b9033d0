import type { DialogTag } from "../../protocol/ids.ts";
import { type ConnectionOptions, MediaConnection } from "./connection.ts";
import type { MediaEvent } from "./media-port.ts";

/** Long for two ends in one window. */
const patienceMs = 2_000;
const tag = "rehearsal" as DialogTag;

/**
 * A window is new with each call, and whatever it does for the first time takes a multiple of the second: it connects
 * once with itself while it rings, so that the answer finds everything in place. No server is asked, and nobody hears
 * of it: both ends are here, and silent.
 */
export async function rehearse(options: Pick<ConnectionOptions, "config" | "tracks">): Promise<void> {
  const over = new AbortController();
  const { promise: connected, resolve: done } = Promise.withResolvers<void>();
  const timer = setTimeout(done, patienceMs);
  const open = (hear: (event: MediaEvent) => void) => {
    const config = { ...options.config, iceServers: [], iceTransportPolicy: "all" as const };
    const connection = new MediaConnection({
      ...{ tag, config, hear, trickle: true, tracks: options.tracks },
      failed: () => done(),
    });
    over.signal.addEventListener("abort", () => connection.close());
    return connection;
  };
  const asking: MediaConnection = open(event => {
    if (event.type === "offer-made")
      answering.command({ do: "make-answer", tag, offer: event.offer, hold: false });
    else if (event.type === "candidates-made") tellOf(answering, event.fragment);
    else if (event.type === "media-connected") done();
  });
  const answering: MediaConnection = open(event => {
    if (event.type === "answer-made") asking.command({ do: "take-answer", tag, answer: event.answer });
    else if (event.type === "candidates-made") tellOf(asking, event.fragment);
  });
  asking.command({ do: "make-offer", tag, hold: false, restart: false });
  await connected;
  clearTimeout(timer);
  over.abort();
}

function tellOf(connection: MediaConnection, fragment: string): void {
  connection.command({ do: "take-candidates", tag, fragment });
}
