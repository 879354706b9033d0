import type { KnownOnChain } from "../../background/bus/phone-contract.ts";

export interface KnownInWords {
  /** Name and number, for those who are shown under another word. */
  readonly names: readonly string[];
  readonly facts: readonly string[];
  readonly warnings: readonly string[];
}

/** Until then people may still mean the owner before. */
const freshMs = 30 * 86_400_000;

/** What a chain says of an account, and how far that goes, as people say it. */
export function knownInWords(known: KnownOnChain, now: number): KnownInWords {
  const { chain, name, number, ownsName, areLinked, changedHands, isOffchain } = known;
  const facts = [
    number !== undefined && `Owns the number ${number}, on ${chain}.`,
    name !== undefined && nameFact(name, ownsName),
    areLinked && "Name and number name each other.",
  ];
  const warnings = [
    number !== undefined &&
      changedHands !== undefined &&
      now - changedHands < freshMs &&
      `${number} changed hands on ${dayOf(changedHands)}. You may have known somebody else under it.`,
    name !== undefined && isOffchain && `What ${name} leads to was said by a server outside the chain.`,
  ];
  return {
    names: [name, number].filter(each => each !== undefined),
    facts: facts.filter(fact => fact !== false),
    warnings: warnings.filter(warning => warning !== false),
  };
}

function nameFact(name: string, isOwned: boolean): string {
  return isOwned ? `Owns the name ${name}.` : `${name} leads to this account, but belongs to somebody else.`;
}

function dayOf(at: number): string {
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "long" });
}
