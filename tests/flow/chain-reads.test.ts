import * as AbiFunction from "ox/AbiFunction";
import { beforeAll, describe, expect, it } from "vitest";
import { createClock } from "../../background/base/clock.ts";
import { createFakeTime } from "../../background/base/fake-clock.suite.ts";
import { createLog, type LogLine } from "../../background/base/log.ts";
import { followHeads } from "../../background/chain/follow-heads.ts";
import { createAskAccount, readContracts } from "../../background/chain/read-contracts.ts";
import { createResolver } from "../../background/chain/resolver.ts";
import { createRpcList } from "../../background/chain/rpc-list.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { parseAddress } from "../../protocol/number/address.ts";
import { type ChainProxy, honest, startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, startChainStage } from "./chain-stage.ts";

const clock = createClock();
const log = createLog({ now: clock.now, level: "debug", write: () => undefined });
let stage: ChainStage;
let proxy: ChainProxy;

beforeAll(async () => {
  stage = await startChainStage();
  proxy = await startChainProxy(stage.chain.rpc);
}, 60_000);

describe("readContracts", () => {
  const ownerOf = AbiFunction.fromAbi(numbersAbi, "ownerOf");

  it("reads many things of one block in one round trip, and tells what reverts from what is empty", async () => {
    const to = stage.entry.numbers ?? "0x";
    const chain = createRpcList({ chainId: 31_337, urls: [proxy.url], clock, log });
    const before = proxy.count;
    const reads = [99910001000n, 99920002000n, 99977777777n].map(id => ({
      to,
      data: AbiFunction.encodeData(ownerOf, [id]),
    }));
    const nothingThere = { to: `0x${"1".repeat(40)}`, data: "0x1234" } as const;
    const { answers, head } = await readContracts(chain, [...reads, nothingThere]);
    expect(proxy.count - before).toBe(1);
    const word = (account: string) => `0x${account.slice(2).toLowerCase().padStart(64, "0")}`;
    const { alice, bob } = stage.seeded;
    expect(answers).toEqual([word(alice.account), word(bob.account), undefined, undefined]);
    expect(head.number).toBe(await stage.client(0).read.getBlockNumber());
  });

  it("asks a smart account whether it signed", async () => {
    const chain = createRpcList({ chainId: 31_337, urls: [stage.chain.rpc], clock, log });
    const account = await stage.deploy("SmartAccount", [`0x${"ab".repeat(32)}`]);
    const isSigned = createAskAccount(chain);
    expect(await isSigned(account, `0x${"ab".repeat(32)}`, "0x1234")).toBe(true);
    expect(await isSigned(account, `0x${"cd".repeat(32)}`, "0x1234")).toBe(false);
    expect(await isSigned(stage.client(0).account.address, `0x${"ab".repeat(32)}`, "0x1234")).toBe(false);
    const down = createRpcList({ chainId: 31_337, urls: ["http://127.0.0.1:1"], clock, log });
    expect(await createAskAccount(down)(account, `0x${"ab".repeat(32)}`, "0x1234")).toBe(false);
  });
});

describe("followHeads", () => {
  it("keeps answers warm while somebody looks, tells of new blocks, and asks nothing when nobody does", async () => {
    const time = createFakeTime();
    const phone = createClock(time);
    const lines: LogLine[] = [];
    const own = createLog({ now: phone.now, level: "debug", write: line => lines.push(line) });
    const rpcs = [proxy.url];
    const chains = [
      { entry: stage.entry, chain: createRpcList({ chainId: 31_337, urls: rpcs, clock: phone, log: own }) },
    ];
    const resolver = createResolver({ chains, clock: phone });
    const life = new AbortController();
    const { signal } = life;
    const news: number[] = [];
    let watching = true;
    followHeads({
      ...{ chains, resolver, clock: phone, log: own, signal },
      isWatching: () => watching,
      changed: chainId => news.push(chainId),
    });
    const trips = () => proxy.count;
    /** Lets a step of the watch pass, and its question be answered. */
    const step = async () => {
      const before = trips();
      time.advance(6_000);
      if (watching) await until(() => trips() > before && time.waiting > 0);
    };
    await until(() => time.waiting > 0);
    const alice = parseAddress("alice.eth");
    const first = await resolver.resolve(alice, signal);
    for (let i = 0; i < 5; i += 1) {
      await step();
      const before = trips();
      expect(await resolver.resolve(alice, signal)).toBe(first);
      expect(trips()).toBe(before);
    }
    const heard = news.length;
    await stage.request("anvil_mine", ["0x1"]);
    await step();
    expect(news.length).toBe(heard + 1);
    const second = await resolver.resolve(alice, signal);
    expect(second.block).toBe(first.block + 1n);

    proxy.conduct = async ({ response }) => void response.destroy();
    await step();
    expect(lines.map(({ name }) => name)).toContain("chain.head.unknown");
    proxy.conduct = honest;
    await step();
    expect(await resolver.resolve(alice, signal)).toBe(second);

    watching = false;
    const before = trips();
    for (let i = 0; i < 10; i += 1) await step();
    expect(trips()).toBe(before);
    life.abort();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 2));
}
