import { ChainError } from "./chain.ts";

// What ENSIP-15 leaves as it is: letters, digits and hyphens of ASCII, but for the hyphens of punycode.
const PLAIN = /^(?:(?!..--)[a-z0-9-]+)(?:\.(?!..--)[a-z0-9-]+)*$/;

/**
 * A name in the one spelling that ENS knows it by (ENSIP-15).
 *
 * @throws ChainError where it has none, as names that are made to look like others
 */
export async function normaliseName(name: string): Promise<string> {
  if (PLAIN.test(name)) return name;
  // 40 KB that most people never need.
  const { ens_normalize } = await import("@adraffy/ens-normalize");
  try {
    return ens_normalize(name);
  } catch (cause) {
    throw new ChainError("chain.spelling", sentenceOf(cause), { cause });
  }
}

/** Whether a name that was found on the chain is spelt as it must be; another spelling may look like somebody else. */
export async function isNormal(name: string): Promise<boolean> {
  if (name === "") return false;
  try {
    return (await normaliseName(name)) === name;
  } catch (error) {
    if (error instanceof ChainError) return false;
    throw error;
  }
}

function sentenceOf(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : "";
  return /mixture|confusable/.test(words)
    ? "This name mixes letters of several scripts, as names do that pretend to be others. It is not called."
    : "This is no name as ENS spells them; check each letter.";
}
