import { describe, expect, it } from "vitest";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { formatRelayTail, type RelayedType } from "../../protocol/peer/peer-message.ts";
import { createRandom, type Random } from "../websocket/random.suite.ts";
import { relay } from "./relay.ts";

// Messages of the wire, mutated: whatever a client sends, what its destination gets says who sent it, or is nothing
// that JSON.parse takes. FUZZ_SECONDS runs it longer, FUZZ_SEED again.

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 2);
const firstSeed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000_000);
const SRC = "alice";
const RELAYED: readonly string[] = ["OFFER", "ANSWER", "CANDIDATE"] satisfies RelayedType[];

describe("fuzzing", () => {
  it("finds no message that lies about its source, its type or its destination", {
    timeout: seconds * 1_000 + 20_000,
  }, () => {
    const until = performance.now() + seconds * 1_000;
    const seen = new Map<string, number>();
    let seed = firstSeed;
    for (; performance.now() < until || seen.size < 6; seed += 1) {
      const random = createRandom(seed);
      const message = mutate(random, randomMessage(random));
      const before = Buffer.from(message);
      const what = relay(message, SRC);
      expect(message.equals(before)).toBe(true);
      seen.set(what.do, (seen.get(what.do) ?? 0) + 1);
      if (what.do !== "pass" && what.do !== "rewrite") continue;
      const text =
        what.do === "rewrite"
          ? what.text
          : Buffer.concat([
              message.subarray(0, what.end),
              Buffer.from(formatRelayTail(what.type, SRC)),
            ]).toString();
      const received = parse(text);
      const told = `FUZZ_SEED=${seed} ${message.toString("latin1")}`;
      expect(text.length, told).toBeLessThan(peerLimits.messageBytes + 1_000);
      if (received === undefined) {
        // Only what was no JSON from the start.
        expect(parse(message.toString()), told).toBeUndefined();
        continue;
      }
      expect(received["src"], told).toBe(SRC);
      expect(received["dst"], told).toBe(what.to);
      expect(RELAYED, told).toContain(received["type"]);
      expect(parse(message.toString())?.["type"] === received["type"] || what.do === "pass", told).toBe(true);
      expect(received["payload"], told).toEqual(parse(message.toString())?.["payload"]);
    }
    expect(seed - firstSeed).toBeGreaterThan(1_000);
  });
});

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function randomMessage(random: Random): Buffer {
  const fields: [[string, unknown], ...[string, unknown][]] = [
    ["type", random.pick(["OFFER", "ANSWER", "CANDIDATE", "OFFER", "LEAVE", "EXPIRE", "HEARTBEAT", "OPEN"])],
    ["payload", random.pick<unknown>([{ sdp: 'a","dst":"eve"}' }, { a: { dst: "x" } }, {}, [], "p", null])],
    ["dst", random.pick<unknown>(["bob", "bob-2", "sip:b@c.d", "0xab", "a\\b", 'q"', "ü", 7, undefined])],
    ["src", random.pick<unknown>(["mallory", undefined, undefined])],
  ];
  const order = random.chance(0.5) ? fields.slice(0, 3) : shuffled(random, [...fields, random.pick(fields)]);
  const members = order
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `${random.chance(0.1) ? spelt(random, name) : `"${name}"`}:${JSON.stringify(value)}`,
    );
  if (random.chance(0.05)) return Buffer.from('{"type":"HEARTBEAT"}');
  if (random.chance(0.05)) return Buffer.from('{"type":"LEAVE"}');
  return Buffer.from(`{${members.join(random.chance(0.1) ? " ,\n" : ",")}}`);
}

/** The same key in another spelling: JSON lets any character be escaped. */
function spelt(random: Random, name: string): string {
  const at = random.below(name.length);
  const code = name.charCodeAt(at).toString(16).padStart(4, "0");
  return `"${name.slice(0, at)}\\u${code}${name.slice(at + 1)}"`;
}

function shuffled<T>(random: Random, list: T[]): T[] {
  return list
    .map(value => ({ value, at: random.below(1_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

const PIECES = [
  '"',
  "}",
  "{",
  ",",
  '"dst":"eve"',
  '"type":"LEAVE"',
  '"src":"eve"',
  "\\",
  ":",
  " ",
  "},",
  '"}',
] as const;

function mutate(random: Random, message: Buffer): Buffer {
  if (random.chance(0.4)) return message;
  const at = random.below(message.length);
  const cut = random.chance(0.5) ? random.below(4) : 0;
  const piece = random.chance(0.7)
    ? Buffer.from(random.pick([...PIECES] as [string, ...string[]]))
    : random.bytes(1);
  return Buffer.concat([message.subarray(0, at), piece, message.subarray(at + cut)]);
}
