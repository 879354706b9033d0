/** What a call is like to the ear. `none`: nothing has arrived since the last look. */
export type Grade = "good" | "fair" | "poor" | "none";

/** Counters of all that arrives, as they stand at one moment. */
export interface Traffic {
  readonly received: number;
  readonly lost: number;
  /** In seconds. */
  readonly jitter: number;
  /** In seconds; `undefined` before the first answer. */
  readonly roundTrip: number | undefined;
}

export interface Quality {
  readonly grade: Grade;
  /** Of the packets since the last look, in [0, 1]. */
  readonly loss: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | undefined;
}

/**
 * A grade of what arrived between two looks. The bounds are those of ITU-T G.114 for delay (150 and 400 ms one
 * way), and of Opus for loss, which hides 3 % well and 10 % badly.
 */
export function toQuality(before: Traffic, now: Traffic): Quality {
  const received = Math.max(0, now.received - before.received);
  const lost = Math.max(0, now.lost - before.lost);
  const loss = received + lost === 0 ? 0 : lost / (received + lost);
  const jitterMs = now.jitter * 1000;
  const roundTripMs = now.roundTrip === undefined ? undefined : now.roundTrip * 1000;
  const grade = received === 0 ? "none" : gradeOf(loss, jitterMs, roundTripMs ?? 0);
  return { grade, loss, jitterMs, roundTripMs };
}

/** Reads a report of getStats: sound alone, without which there is no call. */
export function toTraffic(report: ReadonlyMap<string, unknown>): Traffic {
  let traffic: Traffic = { received: 0, lost: 0, jitter: 0, roundTrip: undefined };
  for (const entry of report.values()) traffic = addEntry(traffic, entry);
  return traffic;
}

function addEntry(traffic: Traffic, entry: unknown): Traffic {
  if (typeof entry !== "object" || entry === null) return traffic;
  const facts = entry as Readonly<Record<string, unknown>>;
  if (facts["type"] === "inbound-rtp" && facts["kind"] === "audio") {
    return {
      ...traffic,
      received: traffic.received + toNumber(facts["packetsReceived"]),
      lost: traffic.lost + toNumber(facts["packetsLost"]),
      jitter: Math.max(traffic.jitter, toNumber(facts["jitter"])),
    };
  }
  const isPath = facts["type"] === "candidate-pair" && facts["nominated"] === true;
  const trip = facts["currentRoundTripTime"];
  return isPath && typeof trip === "number" ? { ...traffic, roundTrip: trip } : traffic;
}

function gradeOf(loss: number, jitterMs: number, roundTripMs: number): Grade {
  if (loss > 0.1 || jitterMs > 100 || roundTripMs > 800) return "poor";
  return loss > 0.03 || jitterMs > 40 || roundTripMs > 300 ? "fair" : "good";
}

function toNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
