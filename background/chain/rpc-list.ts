import type { AddressBook } from "../../protocol/chain/address-book.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { type Chain, ChainError, type Hex, type Reading } from "./chain.ts";
import { createJsonRpc } from "./json-rpc.ts";
import { chainLimits } from "./limits.ts";
import type { KnownChain } from "./look.ts";
import { createServer, type Server, type Word } from "./server.ts";
import { createTurnList, type Heard, type TurnList } from "./turn-list.ts";
import { isSameBlockAndData, judge } from "./witnesses.ts";

export interface RpcListOptions {
  readonly chainId: number;
  /** In the order they are liked. */
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The chains of an address book, in its order, each behind its servers. */
export function createChains({ chains }: AddressBook, clock: Clock, log: Log): readonly KnownChain[] {
  return chains.map(entry => ({
    entry,
    chain: createRpcList({ chainId: entry.id, urls: entry.rpcs, clock, log }),
  }));
}

type Ask = (server: Server) => Promise<Word>;

/** A chain behind several servers: the first that answer are taken, and of two neither is simply believed. */
export function createRpcList({ chainId, urls, clock, log }: RpcListOptions): Chain {
  const servers = urls
    .slice(0, chainLimits.mostServers)
    .map(url => createServer(createJsonRpc(url), chainId));
  const turns = createTurnList(servers, clock, log);

  return {
    chainId,
    async run(code, signal) {
      const life = new AbortController();
      const both = signal === undefined ? life.signal : AbortSignal.any([signal, life.signal]);
      const thinking = new Set<Server>();
      const ask = async (server: Server) => {
        thinking.add(server);
        return server.run(code, "latest", both).finally(() => thinking.delete(server));
      };
      try {
        const [first, second] = await hear(turns, ask, () => clock.wait(chainLimits.graceMs, both));
        // It would keep every call waiting; after a rest it is tried again.
        for (const server of thinking) turns.rest(server, "chain.slow");
        if (second === undefined) return { ...first.word, witnesses: 1 };
        return await weigh([first, second], code, both);
      } finally {
        // Whoever is still thinking need not go on.
        life.abort();
      }
    },
    async head(signal) {
      const { word } = await turns.next(turns.waiting(), server => server.head(signal));
      return word;
    },
  };

  async function weigh(heard: Two, code: Hex, signal: AbortSignal): Promise<Reading> {
    const [newer, older] = byAge(heard);
    const verdict = judge(newer.word, older.word, Math.floor(clock.now() / 1_000));
    if (verdict === "agree") return { ...newer.word, witnesses: 2 };
    if (verdict === "older-is-stale") {
      turns.rest(older.server, "chain.stale");
      return { ...newer.word, witnesses: 1 };
    }
    // Something may have changed in the blocks that only one has: then both say the same of one that both have.
    const { number } = older.word.head;
    if (newer.word.head.number > number) {
      const [one, other] = await Promise.all([
        newer.server.run(code, number, signal),
        older.server.run(code, number, signal),
      ]);
      if (isSameBlockAndData(one, other)) return { ...newer.word, witnesses: 1 };
    }
    log.error("chain.servers.disagree", { block: String(number) });
    throw new ChainError(
      "chain.disagree",
      "Two servers of the chain say different things about this, so neither is believed. Try again, or check their addresses in the settings.",
    );
  }
}

type Two = readonly [Heard<Word>, Heard<Word>];

function byAge([one, other]: Two): Two {
  return one.word.head.number >= other.word.head.number ? [one, other] : [other, one];
}

/** Two servers' words, or one's where there is no other or it takes too long. */
async function hear(
  turns: TurnList,
  ask: Ask,
  grace: () => Promise<void>,
): Promise<readonly [Heard<Word>, Heard<Word> | undefined]> {
  const waiting = turns.waiting();
  if (turns.awake() < 2) return [await turns.next(waiting, ask), undefined];
  const one = turns.next(waiting, ask);
  const other = turns.next(waiting, ask);
  const first = await Promise.any([one, other]).catch(() => one);
  const others = Promise.all([unheard(one, first), unheard(other, first)]);
  const second = others.then(([a, b]) => a ?? b);
  return [first, await Promise.race([second, grace().then(nothing, nothing)])];
}

/** A second witness that failed has not been heard, which is no failure: there is the first. */
function unheard(seat: Promise<Heard<Word>>, first: Heard<Word>): Promise<Heard<Word> | undefined> {
  return seat.then(heard => (heard === first ? undefined : heard), nothing);
}

function nothing(): undefined {
  return undefined;
}
