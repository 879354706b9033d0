import { isNumber, type NumberText } from "../../../protocol/number/number.ts";

/** What makes a number easy to remember. */
export type NiceKind = "repeated" | "mirrored" | "counting";

export interface NiceWish {
  /** Digits that it is to have, or a word as it is dialled by letters; empty: any. */
  readonly text: string;
  /** Digits behind +999; left out: any. */
  readonly length?: number;
  readonly kind: NiceKind;
}

export interface Candidate {
  readonly number: NumberText;
  /** Why it is nice, in a word or two. */
  readonly why: string;
}

export const numberLengths = [4, 5, 6, 7, 8, 9, 10, 11, 12] as const;

/**
 * Nice numbers, the nicest first, each once. There may be very many: whoever reads stops.
 *
 * @example
 * niceNumbers({ text: "hello", kind: "repeated" }).next() // { number: "+99943556", why: "HELLO" }
 */
export function* niceNumbers(wish: NiceWish): Generator<Candidate> {
  const seen = new Set<string>();
  for (const { digits, why } of wishedDigits(wish)) {
    const number = `+999${digits}`;
    if (!isNumber(number) || seen.has(number)) continue;
    seen.add(number);
    yield { number, why };
  }
}

interface Digits {
  readonly digits: string;
  readonly why: string;
}

function* wishedDigits({ text, length, kind }: NiceWish): Generator<Digits> {
  const wished = text.replace(/[\s().-]/g, "");
  const lengths = numberLengths.filter(each => length === undefined || each === length);
  if (/^\+999[0-9]+$/.test(wished)) yield { digits: wished.slice(4), why: "as you wrote it" };
  else if (/^[0-9]+$/.test(wished)) yield* around(wished, wished, lengths);
  else if (/^[a-z0-9]+$/i.test(wished)) yield* around(toKeypad(wished), wished.toUpperCase(), lengths);
  else if (wished === "") yield* inTurns(lengths.map(each => byKind[kind](each)));
}

/** The digits alone where they are enough, then at the end and at the beginning of longer ones. */
function* around(digits: string, why: string, lengths: readonly number[]): Generator<Digits> {
  if (lengths.includes(digits.length)) yield { digits, why };
  for (const length of lengths) {
    const free = length - digits.length;
    if (free <= 0) continue;
    for (const rest of fillings(free)) {
      yield { digits: `${rest}${digits}`, why: `ends in ${why}` };
      yield { digits: `${digits}${rest}`, why: `begins with ${why}` };
    }
  }
}

/** Fillings of so many digits: the plain ones, then all others in an order that does not begin with zeros. */
function* fillings(length: number): Generator<string> {
  for (const digit of allDigits) yield digit.repeat(length);
  yield* spread(length);
}

/** All texts of so many digits, far from each other: a step that has no divisor in common with their count. */
function* spread(length: number): Generator<string> {
  const count = 10 ** length;
  const step = (618_033_989 % count) | 1;
  const stride = step % 5 === 0 ? step + 2 : step;
  for (let at = 0, place = 0; at < count; at += 1) {
    yield String(place).padStart(length, "0");
    place = (place + stride) % count;
  }
}

const byKind: Readonly<Record<NiceKind, (length: number) => Generator<Digits>>> = {
  *repeated(length) {
    for (const digit of allDigits) yield { digits: digit.repeat(length), why: "one digit" };
    for (const [one, other] of pairs()) {
      yield { digits: (one + other).repeat(length).slice(0, length), why: "two in turns" };
      yield { digits: one.repeat(length - 1) + other, why: "all but one" };
      const half = Math.floor(length / 2);
      yield { digits: one.repeat(half) + other.repeat(length - half), why: "two halves" };
    }
    const part = length % 3 === 0 ? 3 : 4;
    for (const block of spread(part)) {
      yield { digits: block.repeat(length).slice(0, length), why: "repeats itself" };
    }
  },
  *mirrored(length) {
    const half = Math.ceil(length / 2);
    for (const first of spread(half)) {
      const back = [...first.slice(0, length - half)].reverse().join("");
      yield { digits: first + back, why: "the same from both ends" };
    }
  },
  *counting(length) {
    for (const step of [1, 9, 2, 8]) {
      for (const first of allDigits) {
        const digits = Array.from({ length }, (_, at) => (Number(first) + at * step) % 10).join("");
        yield { digits, why: step > 5 ? "counts down" : "counts up" };
      }
    }
    for (const first of allDigits) {
      const digits = Array.from({ length }, (_, at) => (Number(first) + Math.floor(at / 2)) % 10).join("");
      yield { digits, why: "counts in pairs" };
    }
  },
};

const allDigits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] as const;

function* pairs(): Generator<readonly [string, string]> {
  for (const one of allDigits) for (const other of allDigits) if (one !== other) yield [one, other];
}

/** One of each after the other, so that the first that are read are of all lengths. */
function* inTurns(all: readonly Generator<Digits>[]): Generator<Digits> {
  let open = [...all];
  while (open.length > 0) {
    const still: Generator<Digits>[] = [];
    for (const one of open) {
      const next = one.next();
      if (next.done) continue;
      still.push(one);
      yield next.value;
    }
    open = still;
  }
}

/** A word as the keys of a telephone have its letters (ITU-T E.161). */
function toKeypad(word: string): string {
  return word.toUpperCase().replace(/[A-Z]/g, letter => KEYS.charAt(letter.charCodeAt(0) - 65));
}

const KEYS = "22233344455566677778889999";
