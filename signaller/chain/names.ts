import { encodeData, from } from "ox/AbiFunction";
import { keccak256 } from "ox/Hash";
import { isNumber, toTokenId } from "../../protocol/number/number.ts";
import { ChainRpcError } from "../sip/chain-rpc.ts";
import { askNumber, readNumber, readOwner } from "./contracts.ts";
import type { Ledger } from "./ledger.ts";
import type { FollowLimits } from "./limits.ts";
import { createQuestions } from "./questions.ts";
import { toWords } from "./read-words.ts";

/** Whom names of ENS lead to. Our phones know by themselves; this is for clients that know nothing of chains. */
export interface Names {
  /**
   * Whom a name leads to: the owner of the number that it claims, where the number claims it too; else the account of
   * its address record. `undefined`: nobody has set it up.
   *
   * @throws ChainRpcError (as a rejection)
   */
  accountOf(name: string): Promise<Named | undefined>;
}

export interface Named {
  /** In lower case. */
  readonly account: string;
  /** By which the account was found. */
  readonly number?: string;
}

interface Known {
  readonly named: Named | undefined;
  /** The block up to which the chain was known then: with the next one the name may be another's. */
  readonly head: number;
  readonly until: number;
}

const resolverOf = from("function resolver(bytes32) view returns (address)");
const addressOf = from("function addr(bytes32) view returns (address)");
const textOf = from("function text(bytes32, string) view returns (string)");
/** The text record by which a name claims a number, and its longest value. */
const NUMBER_KEY = "etherlynk";
const MOST_TEXT = 1_024;
// What ENSIP-15 leaves as it is: letters, digits and hyphens of ASCII, but for the hyphens of punycode.
const PLAIN = /^(?:(?!..--)[a-z0-9-]+)(?:\.(?!..--)[a-z0-9-]+)+$/;

/** @param ledgers the chains in the order they are asked; the first with ENS has the names */
export function createNames(ledgers: readonly Ledger[], limits: FollowLimits): Names {
  const ledger = ledgers.find(({ entry }) => entry.ens !== undefined);
  const known = new Map<string, Known>();
  const questions = createQuestions(limits.mostQuestions);
  return {
    async accountOf(name) {
      if (ledger === undefined || !PLAIN.test(name)) return undefined;
      const kept = known.get(name);
      const { head } = ledger.figures();
      if (kept !== undefined && kept.head === head && kept.until > performance.now()) return kept.named;
      return questions.ask(name, async () => {
        const named = await withinTime(resolveName(ledger, name), limits.nameMs);
        known.delete(name);
        known.set(name, { named, head, until: performance.now() + limits.nameKeptMs });
        for (const oldest of known.keys()) {
          if (known.size <= limits.mostNames) break;
          known.delete(oldest);
        }
        return named;
      });
    },
  };
}

async function resolveName(ledger: Ledger, name: string): Promise<Named | undefined> {
  const node = namehash(name);
  const { ens, numbers } = ledger.entry;
  const resolver = await readAccount(ledger, ens, encodeData(resolverOf, [node]));
  if (resolver === undefined) return undefined;
  const [account, claimed] = await Promise.all([
    readAccount(ledger, resolver, encodeData(addressOf, [node])),
    numbers === undefined ? "" : readText(ledger, resolver, encodeData(textOf, [node, NUMBER_KEY])),
  ]);
  const plain = account === undefined ? undefined : { account };
  if (numbers === undefined || !isNumber(claimed)) return plain;
  const answer = await ledger.ask(askNumber(numbers, Number(toTokenId(claimed)))("latest"));
  const number = answer === undefined ? undefined : readNumber(answer);
  const isBoth = number?.owner !== undefined && number.name === name;
  return isBoth ? { account: number.owner, number: claimed } : plain;
}

async function readAccount(
  ledger: Ledger,
  to: string | undefined,
  data: string,
): Promise<string | undefined> {
  const answer = await ledger.ask({ method: "eth_call", params: [{ to, data }, "latest"] });
  // Who is no contract answers nothing.
  return answer === "0x" ? undefined : readOwner(answer);
}

/** A resolver is anybody's contract: what is no text is none. */
async function readText(ledger: Ledger, to: string, data: string): Promise<string> {
  const answer = await ledger.ask({ method: "eth_call", params: [{ to, data }, "latest"] });
  try {
    const words = toWords(answer);
    return words.text(words.follow(0, 0), MOST_TEXT);
  } catch (error) {
    if (error instanceof ChainRpcError) return "";
    throw error;
  }
}

/** EIP-137. */
function namehash(name: string): `0x${string}` {
  const encoder = new TextEncoder();
  let node = new Uint8Array(32);
  for (const label of name.split(".").toReversed()) {
    const both = new Uint8Array(64);
    both.set(node);
    both.set(keccak256(encoder.encode(label), { as: "Bytes" }), 32);
    node = new Uint8Array(keccak256(both, { as: "Bytes" }));
  }
  return `0x${Buffer.from(node).toString("hex")}`;
}

async function withinTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new ChainRpcError(
    "chain.slow",
    "The chain took too long to say whose name this is. Try again.",
  );
  const timer = setTimeout(() => late.reject(error), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
