import { ChainError } from "../../../background/chain/chain.ts";
import type { Facts } from "../../../background/chain/facts.ts";
import { type KnownChain, look } from "../../../background/chain/look.ts";
import { isNormal } from "../../../background/chain/normalise-name.ts";
import { nobody } from "../../../background/chain/question.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { formatNumber, type NumberText } from "../../../protocol/number/number.ts";
import type { LinkView } from "./model.ts";

export interface LinkQuestion {
  readonly number: NumberText;
  /** What the number claims; empty where it claims none. */
  readonly name: string;
  /** Who looks. */
  readonly account: AccountText;
  readonly signal: AbortSignal;
}

/** Looks at both claims between a number and its name; only both together count. */
export async function readLink(
  chains: readonly KnownChain[],
  { number, name, account, signal }: LinkQuestion,
): Promise<LinkView> {
  const nothing = { name, claimedByName: "", canComplete: false } as const;
  const written = formatNumber(number);
  if (name === "") return { ...nothing, state: "none", said: `${written} claims no name.` };
  if (!(await isNormal(name))) {
    return { ...nothing, state: "half", said: `${written} claims a name that nobody can have. Set another.` };
  }
  try {
    const facts = await lookUp(chains, name, signal);
    if (facts === undefined) {
      return {
        ...nothing,
        state: "half",
        said: `${written} claims ${name}, which nobody has set up in ENS.`,
      };
    }
    return judgeLink(facts, { number, name, account });
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    const said = `${written} claims ${name}. What the name claims could not be read: ${error.message}`;
    return { ...nothing, state: "unknown", said };
  }
}

/** The first chain on which the name is set up, as dialling finds it. */
export async function lookUp(
  chains: readonly KnownChain[],
  name: string,
  signal: AbortSignal,
): Promise<Facts | undefined> {
  for (const known of chains) {
    if (known.entry.ens === undefined) continue;
    const facts = await look(known, { kind: "name", name }, { signal, loopbackGateways: false });
    if (facts.answer.ens.resolver !== nobody) return facts;
  }
  return undefined;
}

function judgeLink(
  { answer: { ens }, isOffchain }: Facts,
  { number, name, account }: Omit<LinkQuestion, "signal">,
): LinkView {
  const claimed = { name, claimedByName: ens.number };
  const written = formatNumber(number);
  if (ens.number === number) {
    return {
      ...claimed,
      state: "linked",
      said: `${written} and ${name} claim each other.`,
      canComplete: false,
    };
  }
  const instead = ens.number === "" ? "claims no number yet" : `claims ${ens.number.slice(0, 40)} instead`;
  const canComplete = ens.owner === account && !isOffchain;
  const how = canComplete
    ? "You control the name: set its half below."
    : `Who controls the name sets its text record “etherlynk” to ${number}.`;
  const said = `Half a link, which counts for nothing: ${written} claims ${name}, but ${name} ${instead}. ${how}`;
  return { ...claimed, state: "half", said, canComplete };
}
