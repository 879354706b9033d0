/** A source of numbers that gives the same ones for the same seed: xorshift of 32 bits. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Random = (below: number) => number;
type Mutation = (text: string, random: Random) => string;

/** What means something somewhere in SIP, and what must not. */
const pieces = [
  ...'\0\t\n\r "\\<>,;:=@%?&*()[]{}/.-+~_\x7f\x80\xc3\xff',
  "\r\n",
  "\r\n ",
  "\r\n\r\n",
  '\\"',
  "\\\r\n",
  "%00",
  "%",
  "%4",
  "SIP/2.0",
  "SIP/2.0/WS a",
  "<sip:a@b>",
  ";tag=a",
  ";lr",
  "sip:",
  "sips:",
  "tel:",
  "[::1]",
  "[::",
  "1.2.3.4",
  "z9hG4bK",
  "__proto__",
  "Content-Length: 5\r\n",
  "l:1\r\n",
  "Via: SIP/2.0/WS x\r\n",
  "\xc3\xab",
  "\xed\xa0\x80",
  "\u{1f600}",
  "v=0\r\n",
];

const numbers = [
  "-1",
  "0",
  "00",
  "1",
  "255",
  "256",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "4294967296",
  "9".repeat(40),
  "1e9",
  "0x1",
  "1.5",
  "",
];

/** Ways to spoil a message at a place that matters. */
const mutations: readonly Mutation[] = [
  (text, random) => insert(text, random(text.length + 1), pick(pieces, random)),
  (text, random) => insert(text, random(text.length + 1), pick(pieces, random).repeat(1 << random(11))),
  (text, random) => cut(text, random(text.length + 1), 1 + random(4)),
  (text, random) => cut(text, random(text.length + 1), random(200)),
  (text, random) => insert(text, random(text.length + 1), String.fromCharCode(random(256))),
  (text, random) => onLine(text, random, line => `${line}\r\n${line}`),
  (text, random) => onLine(text, random, () => ""),
  (text, random) => onLine(text, random, line => line.toUpperCase()),
  (text, random) => onLine(text, random, line => line.replace(/ /g, "\r\n ")),
  (text, random) =>
    onLine(text, random, line =>
      line.replace(/^[^:]*/, pick(["v", "f", "t", "i", "m", "l", "c", "Route", "Date", "CSeq"], random)),
    ),
  (text, random) => onLine(text, random, line => line.replace(/\d+/, () => pick(numbers, random))),
  (text, random) =>
    onLine(text, random, line => `${line}${pick([",", ";", ", "], random)}${line.replace(/^[^:]*:/, "")}`),
  (text, random) => onLine(text, random, line => `${line}${";a=b".repeat(random(60))}`),
  (text, random) => onLine(text, random, line => `${line}${pick(pieces, random)}`),
  (text, random) => onLine(text, random, line => line.replace(/[;,:@=<>"]/, () => pick(pieces, random))),
  (text, random) => swapLines(text, random),
  (text, random) => text.slice(0, random(text.length + 1)),
];

/** One of them, or up to four after each other. */
export function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let count = random(2) === 0 ? 1 : 1 + random(4); count > 0; count -= 1)
    mutated = pick(mutations, random)(mutated, random);
  return mutated;
}

/** The head of one with the end of another. */
export function splice(one: string, other: string, random: Random): string {
  return one.slice(0, random(one.length + 1)) + other.slice(random(other.length + 1));
}

export function pick<T>(list: readonly T[], random: Random): T {
  const item = list[random(list.length)];
  if (item === undefined) throw new Error("There is nothing to pick from.");
  return item;
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

function cut(text: string, at: number, length: number): string {
  return text.slice(0, at) + text.slice(at + length);
}

function onLine(text: string, random: Random, change: (line: string) => string): string {
  const lines = text.split("\r\n");
  const at = random(lines.length);
  return lines.with(at, change(lines[at] ?? "")).join("\r\n");
}

function swapLines(text: string, random: Random): string {
  const lines = text.split("\r\n");
  const [one, other] = [random(lines.length), random(lines.length)];
  return lines
    .with(one, lines[other] ?? "")
    .with(other, lines[one] ?? "")
    .join("\r\n");
}
