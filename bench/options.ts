import { parseArgs } from "node:util";

export interface BenchOptions {
  /** How often every target is measured; a sign-test interval needs six for 95 %. */
  readonly rounds: number;
  /** Tiny counts and short windows: shows that the machinery works, its figures mean nothing. */
  readonly quick: boolean;
  /** Prints where our node spends its time, instead of leaving it at totals. */
  readonly profile: boolean;
  /** Only rows whose name contains this. */
  readonly only: string;
}

export function parseOptions(argv: readonly string[], defaultRounds: number): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      "cpu-profile": { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : defaultRounds));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
    throw new Error(`--rounds takes a whole number from 1 to 1000, not "${values.rounds}".`);
  }
  return { rounds, quick: values.quick, profile: values["cpu-profile"], only: values.only };
}

/** What a benchmark is doing right now; stdout is for rows alone. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
