import type { RecentCall } from "../../background/store/records/recent-call.ts";
import type { CallId } from "../../protocol/ids.ts";

/** People one talks to: a few often, most of them seldom. */
const people = Array.from(
  { length: 200 },
  (_, at) => `0x${(at + 1).toString(16).padStart(40, "70997970c51812dc")}`,
);

const start = Date.UTC(2020, 0, 1);
const minute = 60_000;

/** The `at`-th call of a made-up life, the same each time. One in a thousand is about cotton. */
export function toCall(at: number): RecentCall {
  const peer = personOf(at);
  const began = start + at * minute;
  return {
    id: `${(at * 2_654_435_761).toString(16)}f81d4fae7dec11d0a76500a0@node.example` as CallId,
    direction: at % 2 === 0 ? "incoming" : "outgoing",
    address: at % 1_000 === 17 ? "sip:cotton.eth@node.example" : peer,
    peer,
    proof: "proven",
    reason: "hung-up-by-them",
    talked: true,
    began,
    connected: began + 4_000,
    ended: began + 44_000,
    context: undefined,
    seen: true,
  };
}

/** The square of a fraction favours the first ones. */
export function personOf(at: number): string {
  const fraction = fractionOf(at);
  return people[Math.floor(fraction * fraction * people.length)] ?? "";
}

/** From 0 up to 1, as if by chance (Knuth's multiplicative hashing). */
export function fractionOf(at: number): number {
  return ((at * 2_654_435_761 + 12_345) % 2 ** 32) / 2 ** 32;
}
