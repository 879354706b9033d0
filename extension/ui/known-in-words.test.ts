import { describe, expect, it } from "vitest";
import type { KnownOnChain } from "../../background/bus/phone-contract.ts";
import { knownInWords } from "./known-in-words.ts";

const now = Date.UTC(2026, 10, 20);
const day = 86_400_000;
const all: KnownOnChain = {
  chain: "Ethereum",
  name: "bob.eth",
  number: "+999 2000 2000",
  ownsName: true,
  areLinked: true,
  isOffchain: false,
};

describe("what a chain says of an account", () => {
  it("is name and number, who owns them, and that they name each other", () => {
    const { names, facts, warnings } = knownInWords(all, now);
    expect(names).toEqual(["bob.eth", "+999 2000 2000"]);
    expect(facts).toEqual([
      "Owns the number +999 2000 2000, on Ethereum.",
      "Owns the name bob.eth.",
      "Name and number name each other.",
    ]);
    expect(warnings).toEqual([]);
  });

  it("says of a name that only leads there that it is somebody else's", () => {
    const { chain, name, isOffchain } = all;
    const known = { chain, ...(name && { name }), ownsName: false, areLinked: false, isOffchain };
    expect(knownInWords(known, now)).toMatchObject({
      names: ["bob.eth"],
      facts: ["bob.eth leads to this account, but belongs to somebody else."],
    });
  });

  it("warns for thirty days of a number that changed hands", () => {
    const warningsAt = (changedHands: number) => knownInWords({ ...all, changedHands }, now).warnings;
    expect(warningsAt(now - 29 * day)).toEqual([expect.stringContaining("changed hands on")]);
    expect(warningsAt(now - 31 * day)).toEqual([]);
  });

  it("warns of what a server outside the chain has said", () => {
    expect(knownInWords({ ...all, isOffchain: true }, now).warnings).toEqual([
      expect.stringContaining("a server outside the chain"),
    ]);
  });

  it("is nothing of an account without name and number", () => {
    const known = { chain: "Ethereum", ownsName: false, areLinked: false, isOffchain: true };
    expect(knownInWords(known, now)).toEqual({ names: [], facts: [], warnings: [] });
  });
});
