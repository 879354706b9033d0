import { formatNumber, fromTokenId } from "../../protocol/number/number.ts";
import { ChainError } from "./chain.ts";
import { type Facts, isClaimed } from "./facts.ts";
import { type KnownChain, type LookOptions, look } from "./look.ts";
import { nobody, type Subject } from "./question.ts";
import type { AllFacts } from "./resolved.ts";

/**
 * Looks for somebody on all chains at once. The order of the address book decides: what a later chain says counts
 * only when every earlier one has answered that it knows nothing, so that nobody comes before the real one by
 * registering on a lesser chain.
 *
 * @throws ChainError in words for people
 */
export async function search(
  chains: readonly KnownChain[],
  subject: Subject,
  options: LookOptions,
): Promise<AllFacts> {
  switch (subject.kind) {
    case "name":
      return searchName(chains, subject, options);
    case "number":
      return alone(await searchNumber(chains, subject, options));
    case "account":
      return searchAccount(chains, subject, options);
  }
}

async function searchName(
  chains: readonly KnownChain[],
  subject: Subject & { readonly kind: "name" },
  options: LookOptions,
): Promise<AllFacts> {
  const withNames = chains.filter(({ entry }) => entry.ens !== undefined);
  if (withNames.length === 0) throw noChain("with ENS ");
  const named = await firstOf(withNames, subject, {
    ...options,
    isIt: ({ answer }) => answer.ens.resolver !== nobody,
  });
  if (named === undefined) {
    throw new ChainError("chain.name-unknown", `Nobody has set up ${subject.name}. Check how it is written.`);
  }
  const elsewhere = chains.filter(({ entry }) => entry.id !== named.entry.id);
  const numbered = await numberElsewhere(named, elsewhere, options);
  const { account } = numbered.answer.account === nobody ? named.answer : numbered.answer;
  if (account === nobody) {
    throw new ChainError(
      "chain.name-empty",
      `${subject.name} leads to no account. Its owner has to set one.`,
    );
  }
  if (numbered !== named) return { named, numbered, entered: numbered };
  return { named, numbered, entered: await entryElsewhere(named, elsewhere, options) };
}

/** The name's number where its own chain has no numbers, and it claims the name too. */
async function numberElsewhere(
  named: Facts,
  elsewhere: readonly KnownChain[],
  options: LookOptions,
): Promise<Facts> {
  const token = named.answer.number;
  if (named.entry.numbers !== undefined || token === 0n) return named;
  const withNumbers = elsewhere.filter(({ entry }) => entry.numbers !== undefined);
  const found = await firstOf(withNumbers, { kind: "number", token }, { ...options, isIt: isClaimed });
  return found?.number?.records.name === named.name ? (found ?? named) : named;
}

/** The account's entry where the name's own chain has no registrar of clients. */
async function entryElsewhere(
  named: Facts,
  elsewhere: readonly KnownChain[],
  options: LookOptions,
): Promise<Facts> {
  if (named.entry.clients !== undefined) return named;
  const { account } = named.answer;
  const withEntries = elsewhere.filter(({ entry }) => entry.clients !== undefined);
  return (await firstOf(withEntries, { kind: "account", account }, { ...options, isIt: hasEntry })) ?? named;
}

async function searchNumber(
  chains: readonly KnownChain[],
  subject: Subject & { readonly kind: "number" },
  options: LookOptions,
): Promise<Facts> {
  const withNumbers = chains.filter(({ entry }) => entry.numbers !== undefined);
  if (withNumbers.length === 0) throw noChain("with numbers ");
  const found = await firstOf(withNumbers, subject, { ...options, isIt: isClaimed });
  if (found !== undefined) return found;
  const number = formatNumber(fromTokenId(subject.token));
  throw new ChainError("chain.number-unknown", `Nobody owns ${number}. Check how it is written.`);
}

/** An account is always somebody; what is found are its entry, and the name and number it goes by. */
async function searchAccount(
  chains: readonly KnownChain[],
  subject: Subject & { readonly kind: "account" },
  options: LookOptions,
): Promise<AllFacts> {
  const all = await Promise.all(chains.map(chain => look(chain, subject, options)));
  const [first] = all;
  if (first === undefined) throw noChain();
  const named = all.find(it => it.name !== undefined) ?? first;
  const entered = all.find(hasEntry) ?? first;
  return { named, numbered: named, entered };
}

function hasEntry({ client }: Facts): boolean {
  return client !== undefined && client.sequence > 0n;
}

function alone(facts: Facts): AllFacts {
  return { named: facts, numbered: facts, entered: facts };
}

interface FirstOptions extends LookOptions {
  isIt(facts: Facts): boolean;
}

async function firstOf(
  chains: readonly KnownChain[],
  subject: Subject,
  { isIt, ...options }: FirstOptions,
): Promise<Facts | undefined> {
  const asked = chains.map(chain => look(chain, subject, options));
  // Looked at in order; a later one's failure is nobody's while an earlier one has the answer.
  for (const later of asked) later.catch(() => undefined);
  for (const next of asked) {
    const facts = await next;
    if (isIt(facts)) return facts;
  }
  return undefined;
}

function noChain(what = ""): ChainError {
  return new ChainError("chain.none", `No chain ${what}is configured; add one in the settings.`);
}
