/** An Opus packet of 20 ms at RTP's clock for Opus, which is always 48 kHz (RFC 7587 §4.1). */
export const opusPacket = { ms: 20, ticks: 960 } as const;

/** What a busy machine sends at once of what it is late with; more would only fill the listener's jitter buffer. */
const mostAtOnce = 5;

/** Gives one packet after the other at the pace of speech, by the time that has passed. */
export function startPlayout(
  packets: readonly Uint8Array[],
  play: { readonly packet: (packet: Uint8Array, index: number) => void; readonly done: () => void },
): () => void {
  const begun = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - begun) / opusPacket.ms) + 1;
    const until = Math.min(due, next + mostAtOnce, packets.length);
    for (; next < until; next += 1) play.packet(packets[next] ?? new Uint8Array(), next);
    if (next < packets.length) return;
    clearInterval(timer);
    play.done();
  }, opusPacket.ms);
  return () => clearInterval(timer);
}
