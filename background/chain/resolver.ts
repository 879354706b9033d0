import { type Address, formatTarget, type Target } from "../../protocol/number/address.ts";
import { toTokenId } from "../../protocol/number/number.ts";
import type { Clock } from "../base/clock.ts";
import { AnswerCache } from "./answer-cache.ts";
import { ChainError, type Head } from "./chain.ts";
import type { KnownChain } from "./look.ts";
import { normaliseName } from "./normalise-name.ts";
import type { Subject } from "./question.ts";
import { type AllFacts, type Resolved, toResolved } from "./resolved.ts";
import { search } from "./search.ts";
import { createSharedAsks } from "./shared-asks.ts";

export interface ResolverOptions {
  /** In the order of the address book: what stands on the first is not looked for on the next. */
  readonly chains: readonly KnownChain[];
  readonly clock: Clock;
  /** For development and tests: gateways of names on this machine, without TLS. */
  readonly loopbackGateways?: boolean;
}

export interface Asking {
  /** Whatever is known: a number may have been sold with a block that was not noticed yet. */
  readonly isAnew?: boolean;
}

export interface Resolver {
  /**
   * Who is behind an address: one round trip to the chain when cold, none when warm, and one together for all who ask
   * at once. The domain in the address has no say in it.
   *
   * @throws ChainError whose sentence is for people
   */
  resolve(address: Address, signal: AbortSignal, asking?: Asking): Promise<Resolved>;
  /** Tells of a chain's newest block: what was read at another is asked anew. True when it is a new one. */
  noteHead(chainId: number, head: Head): boolean;
}

export function createResolver({ chains, clock, loopbackGateways = false }: ResolverOptions): Resolver {
  const cache = new AnswerCache(clock.elapsed);
  const asks = createSharedAsks<Resolved>();
  const find = async (key: string, subject: Subject, signal: AbortSignal): Promise<Resolved> => {
    const facts = await search(chains, subject, { signal, loopbackGateways });
    const resolved = toResolved(facts.entered.answer.account, facts);
    cache.keep(key, { resolved, heads: headsOf(facts) });
    return resolved;
  };
  return {
    noteHead: (chainId, head) => cache.note(chainId, head),
    async resolve({ target }, signal, { isAnew = false } = {}) {
      signal.throwIfAborted();
      const subject = await toSubject(target);
      const key = `${subject.kind}:${subject.kind === "name" ? subject.name : formatTarget(target)}`;
      const known = isAnew ? undefined : cache.get(key);
      if (known !== undefined) return known;
      return asks.ask(key, { signal, isAnew, run: life => find(key, subject, life) });
    },
  };
}

async function toSubject(target: Target): Promise<Subject> {
  switch (target.kind) {
    case "account":
      return target;
    case "name":
      return { kind: "name", name: await normaliseName(target.name) };
    case "number":
      return { kind: "number", token: toTokenId(target.number) };
    case "user":
      throw new ChainError("chain.user", "The chain knows no users of a domain; write user@domain.");
  }
}

function headsOf({ named, numbered, entered }: AllFacts): ReadonlyMap<number, Head> {
  return new Map([named, numbered, entered].map(({ entry, head }) => [entry.id, head]));
}
