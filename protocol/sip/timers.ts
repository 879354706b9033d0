/**
 * The waits of RFC 3261 §17 and its appendix A (table 4), RFC 6026 §7 and §8 and RFC 3262 §3, in milliseconds.
 *
 * | timer | where it runs                 | value, unreliable      | value, reliable | section           |
 * |-------|-------------------------------|------------------------|-----------------|-------------------|
 * | A     | INVITE client, send again     | T1, doubled            | not started     | 17.1.1.2          |
 * | B     | INVITE client, give up        | 64*T1                  | 64*T1           | 17.1.1.2          |
 * | C     | proxy, INVITE branch          | over 3 min             | over 3 min      | 16.6 11, 16.8     |
 * | D     | INVITE client, absorb 3xx-6xx | at least 32 s          | 0               | 17.1.1.2          |
 * | E     | non-INVITE client, send again | T1, doubled up to T2   | not started     | 17.1.2.2          |
 * | F     | non-INVITE client, give up    | 64*T1                  | 64*T1           | 17.1.2.2          |
 * | G     | INVITE server, send again     | T1, doubled up to T2   | not started     | 17.2.1            |
 * | H     | INVITE server, await the ACK  | 64*T1                  | 64*T1           | 17.2.1            |
 * | I     | INVITE server, absorb ACKs    | T4                     | 0               | 17.2.1            |
 * | J     | non-INVITE server, absorb     | 64*T1                  | 0               | 17.2.2            |
 * | K     | non-INVITE client, absorb     | T4                     | 0               | 17.1.2.2          |
 * | L     | INVITE server, accepted       | 64*T1                  | 64*T1           | RFC 6026 8.7      |
 * | M     | INVITE client, accepted       | 64*T1                  | 64*T1           | RFC 6026 8.4      |
 *
 * A timer of 0 is not started at all: the machine goes at once where the timer would have led.
 */
export const sipTimers = {
  /** An estimate of the round trip. */
  t1: 500,
  /** The longest wait between two sendings of a non-INVITE request or a response to INVITE. */
  t2: 4_000,
  /** How long a message may stay in the network. */
  t4: 5_000,
  /** 64*T1: timers B, F, H, J, L, M, and whatever waits for an answer that was sent for again and again. */
  giveUp: 32_000,
  /** Timer C "MUST be larger than 3 minutes" (§16.6 step 11). */
  c: 181_000,
  /** Timer D "at least 32 seconds" (§17.1.1.2). */
  d: 32_000,
  /** Within this time the user of a server transaction answers, or the transaction sends a 100 (§17.2.1). */
  trying: 200,
} as const;

/** The next wait of a timer that doubles up to T2 (E and G). */
export function doubleUpToT2(wait: number): number {
  return Math.min(wait * 2, sipTimers.t2);
}
