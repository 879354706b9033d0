/** Random numbers that come again with the same seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  chance(share: number): boolean;
  pick<T>(of: readonly [T, ...T[]]): T;
  bytes(length: number): Buffer;
}

/** mulberry32: 32 bits of state are enough to tell fuzz cases apart. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: share => next() < share,
    pick: of => of[below(of.length)] ?? of[0],
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
