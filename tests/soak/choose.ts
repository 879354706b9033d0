/** Randomness that a seed repeats: mulberry32. */
export interface Choice {
  /** In [0, 1). */
  number(): number;
  of<Value>(values: readonly Value[]): Value;
}

export function createChoice(seed: number): Choice {
  let state = seed >>> 0;
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    number,
    of(values) {
      const value = values[Math.floor(number() * values.length)];
      if (value === undefined) throw new Error("There is nothing to choose from");
      return value;
    },
  };
}
