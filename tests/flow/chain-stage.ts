import type { Hex } from "viem";
import { type Abi, encodeDeployData } from "viem";
import { afterAll } from "vitest";
import { type Clock, createClock } from "../../background/base/clock.ts";
import { createFakeTime } from "../../background/base/fake-clock.suite.ts";
import { createLog, type LogLine } from "../../background/base/log.ts";
import { createResolver, type Resolver } from "../../background/chain/resolver.ts";
import { createChains } from "../../background/chain/rpc-list.ts";
import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import { type DevChain, startDevChain } from "../../scripts/chain/dev-chain.ts";
import { type Client, clientOf } from "../../scripts/chain/dev-client.ts";
import { type Seeded, seedDevChain } from "../../scripts/chain/seed.ts";
import { type Compiled, compileSolidity } from "../../scripts/chain/solidity.ts";

/** A local chain with everything on it, and phones that look at it. */
export interface ChainStage {
  readonly chain: DevChain;
  readonly seeded: Seeded;
  readonly entry: ChainEntry;
  /** The chain's account at this place: 0 is Alice's, 1 Bob's, the last is ENS's publisher. */
  client(index: number): Client;
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  deploy(contract: string, args: readonly unknown[]): Promise<Hex>;
}

export async function startChainStage(chainId = 31_337): Promise<ChainStage> {
  const life = new AbortController();
  const chain = await startDevChain({ signal: life.signal, chainId });
  afterAll(async () => {
    life.abort();
    await chain.closed;
  });
  const seeded = await seedDevChain(chain);
  const [entry] = seeded.book.chains;
  if (entry === undefined) throw new Error("no chain was seeded");
  const client = (index: number) => clientOf(chain, chain.accounts.at(index)?.privateKey ?? "0x");
  const compiled = new Map<string, Compiled>();
  return {
    ...{ chain, seeded, entry, client },
    request: (method, params = []) => ask(chain.rpc, method, params),
    async deploy(contract, args) {
      const file = `tests/flow/ens/${contract}.sol`;
      const known = compiled.get(file) ?? compileSolidity({ file, contract });
      compiled.set(file, known);
      const { abi, bytecode } = known;
      const { read, write } = client(5);
      const hash = await write.sendTransaction({
        data: encodeDeployData({ abi: abi as Abi, bytecode, args }),
      });
      const { contractAddress } = await read.waitForTransactionReceipt({ hash });
      if (!contractAddress) throw new Error(`${contract} was not deployed`);
      return contractAddress;
    },
  };
}

export interface TestResolver extends Resolver {
  readonly lines: readonly LogLine[];
}

/**
 * A phone's resolver. Its time stands still unless a test wants the real one, so that a busy machine makes no server a
 * slow one.
 */
export function createTestResolver(entries: readonly ChainEntry[], clock: Clock = still()): TestResolver {
  const lines: LogLine[] = [];
  const log = createLog({ now: clock.now, level: "debug", write: line => lines.push(line) });
  const chains = createChains({ chains: entries }, clock, log);
  return { ...createResolver({ chains, clock, loopbackGateways: true }), lines };
}

function still(): Clock {
  return createClock(createFakeTime(Date.now()));
}

async function ask(rpc: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const answer: { result?: unknown } = JSON.parse(await response.text());
  return answer.result;
}
