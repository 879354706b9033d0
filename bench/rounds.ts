/** What one round measured of both sides, moments apart on the same machine. Smaller is better. */
export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** The ratio ours/peer that has to be reached. */
export interface Goal {
  readonly atMost: number;
}

export interface Interval {
  /** Median of the rounds' ratios. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** How sure: 0.95 or more from six rounds on; fewer rounds cannot give it and say what they give. */
  readonly coverage: number;
}

export interface RowSpec {
  /** `relay.200B`: the benchmark's name first. */
  readonly bench: string;
  readonly unit: string;
  readonly peerName: string;
  readonly goal?: Goal;
  /** Anything else worth a column: medians of parts, counts, a note in words. */
  readonly more?: Readonly<Record<string, string | number | boolean | null>>;
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** One measured row; `ok` is judged on the better end of the interval. */
export function toRow(spec: RowSpec, pairs: readonly Pair[]): Row {
  const { ratio, low, high, coverage } = toInterval(pairs);
  return {
    bench: spec.bench,
    ours: toFigure(median(pairs.map(pair => pair.ours))),
    peer: toFigure(median(pairs.map(pair => pair.peer))),
    ratio: toFigure(ratio),
    low: toFigure(low),
    high: toFigure(high),
    unit: spec.unit,
    ...(spec.goal && { goal: `≤ ${toFigure(spec.goal.atMost)}`, ok: low <= spec.goal.atMost }),
    peerName: spec.peerName,
    rounds: pairs.length,
    coverage: toFigure(coverage),
    ...spec.more,
  };
}

/** A row without its peer, when that is not to be had on this machine: the note says why. */
export function toLoneRow(spec: Omit<RowSpec, "goal">, ours: readonly number[], note: string): Row {
  return {
    bench: spec.bench,
    ours: toFigure(median(ours)),
    peer: null,
    ratio: null,
    low: null,
    high: null,
    unit: spec.unit,
    peerName: spec.peerName,
    rounds: ours.length,
    note,
    ...spec.more,
  };
}

/** Rows go to stdout, one JSON object a line; everything else a benchmark says goes to stderr. */
export function printRow(row: Row): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/**
 * Measures every target once, one after the other; each round begins with the next one, so that neither a warm
 * machine nor a busy neighbour favours the same side each time.
 */
export async function inTurn<Name extends string, Result>(
  round: number,
  names: readonly Name[],
  measure: (name: Name) => Promise<Result>,
): Promise<Record<Name, Result>> {
  const measured = new Map<Name, Result>();
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(round + turn) % names.length];
    if (name !== undefined) measured.set(name, await measure(name));
  }
  return Object.fromEntries(measured) as Record<Name, Result>;
}

/** As many alternated rounds as asked for. */
export async function alternate<Name extends string, Result>(
  rounds: number,
  names: readonly Name[],
  measure: (name: Name, round: number) => Promise<Result>,
): Promise<Record<Name, Result>[]> {
  const results: Record<Name, Result>[] = [];
  for (let round = 0; round < rounds; round++) {
    results.push(await inTurn(round, names, name => measure(name, round)));
  }
  return results;
}

/**
 * The sign-test interval of the median of the paired ratios: between the k-th smallest and the k-th largest,
 * with the largest k that keeps 95 %. It assumes nothing about how the noise is distributed, and a single wild
 * round cannot move it once there are nine rounds or more; with 6 to 8 rounds it is the smallest and the largest.
 */
export function toInterval(pairs: readonly Pair[]): Interval {
  if (pairs.length === 0) throw new Error("An interval needs at least one round.");
  const ratios = pairs.map(pair => pair.ours / pair.peer);
  return { ratio: median(ratios), ...signTest(ratios) };
}

/** The same of any values of the rounds. */
export function signTest(values: readonly number[]): Omit<Interval, "ratio"> {
  const sorted = [...values].sort((a, b) => a - b);
  const { rank, coverage } = signTestRank(sorted.length);
  return {
    low: sorted[rank - 1] ?? Number.NaN,
    high: sorted[sorted.length - rank] ?? Number.NaN,
    coverage,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The k of the interval and what it covers: 1 - 2 P(fewer than k of n fair coins show heads). */
function signTestRank(count: number): { rank: number; coverage: number } {
  let tail = 0.5 ** count;
  let term = tail;
  let rank = 1;
  for (let heads = 1; heads < count; heads++) {
    term = (term * (count - heads + 1)) / heads;
    if (tail + term > 0.025) break;
    tail += term;
    rank = heads + 1;
  }
  return { rank, coverage: Math.max(0, 1 - 2 * tail) };
}

/** Four significant digits: more would be noise. */
export function toFigure(value: number): number {
  return Number(value.toPrecision(4));
}
