import { beforeAll, describe, expect, it } from "vitest";
import { createClock } from "../../background/base/clock.ts";
import { createFakeTime } from "../../background/base/fake-clock.suite.ts";
import { chainLimits } from "../../background/chain/limits.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { parseAddress } from "../../protocol/number/address.ts";
import { parseNumber, toTokenId } from "../../protocol/number/number.ts";
import { claimNumber } from "../../scripts/chain/claim.ts";
import { type ChainProxy, type Conduct, honest, startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, createTestResolver, startChainStage } from "./chain-stage.ts";

const silent: Conduct = async () => undefined;
const signal = new AbortController().signal;
let stage: ChainStage;
let first: ChainProxy;
let second: ChainProxy;

beforeAll(async () => {
  stage = await startChainStage();
  first = await startChainProxy(stage.chain.rpc);
  second = await startChainProxy(stage.chain.rpc);
}, 60_000);

describe("one server", () => {
  it.each<[string, string, Conduct]>([
    [
      "is broken",
      "chain.refused",
      async ({ response }) => void response.writeHead(502).end("<html>no</html>"),
    ],
    ["hangs up", "chain.unreachable", async ({ response }) => void response.destroy()],
    [
      "refuses",
      "chain.refused",
      async () => '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"slow down"}}',
    ],
    ["speaks no JSON", "chain.malformed", async () => "<html>"],
    ["speaks another JSON", "chain.malformed", async () => '["hello"]'],
    ["answers nothing", "chain.malformed", async () => '{"jsonrpc":"2.0","id":1,"result":"0x"}'],
    ["answers what is no lens's answer", "chain.malformed", cutShort],
    ["sends without end", "chain.size", async () => `"${"x".repeat(300_000)}"`],
    [
      "redirects",
      "chain.unreachable",
      async ({ response }) => void response.writeHead(307, { location: "/" }).end(),
    ],
    ["does not answer", "chain.timeout", silent],
  ])("that %s: %s, in words", async (_, code, conduct) => {
    first.conduct = conduct;
    await expect(resolve([first.url])).rejects.toMatchObject({ code, message: expect.stringMatching(/\.$/) });
  });

  it("that does not answer is asked once by those who ask in a row, and again after a moment", async () => {
    first.conduct = async ({ response }) => void response.destroy();
    const time = createFakeTime(Date.now());
    const resolver = createTestResolver([{ ...stage.entry, rpcs: [first.url] }], createClock(time));
    const trips = first.count;
    for (const text of ["alice.eth", "bob.eth", "+999 1000 1000"]) {
      await expect(resolver.resolve(parseAddress(text), signal)).rejects.toMatchObject({
        code: "chain.unreachable",
      });
    }
    expect(first.count - trips).toBe(1);
    first.conduct = honest;
    time.advance(chainLimits.silenceMs);
    expect((await resolver.resolve(parseAddress("alice.eth"), signal)).account).toBe(
      stage.seeded.alice.account,
    );
  });

  it("of another chain is refused, and says which", async () => {
    const elsewhere = { ...stage.entry, id: 5, rpcs: [stage.chain.rpc] };
    await expect(
      createTestResolver([elsewhere]).resolve(parseAddress("alice.eth"), signal),
    ).rejects.toMatchObject({
      code: "chain.wrong",
      message: "This server is of chain 31337 and not of 5; check its address.",
    });
  });

  it("none: says what is missing", async () => {
    await expect(resolve([])).rejects.toMatchObject({ code: "chain.none" });
  });
});

describe("two servers", () => {
  it("are asked at once, and believed when they agree", async () => {
    [first.conduct, second.conduct] = [honest, honest];
    const before = first.count + second.count;
    expect((await resolve([first.url, second.url])).witnesses).toBe(2);
    expect(first.count + second.count - before).toBe(2);
  });

  it.each<[string, Conduct]>([
    ["is down", async ({ response }) => void response.destroy()],
    ["is of another chain", ({ pass }) => pass().then(text => text.replace("7a69", "0001"))],
    ["refuses", async () => '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"slow down"}}'],
  ])("one of which %s: the other's word is taken, and it is asked last from then on", async (_, conduct) => {
    [first.conduct, second.conduct] = [conduct, honest];
    const resolver = createTestResolver([{ ...stage.entry, rpcs: [first.url, second.url] }]);
    expect((await resolver.resolve(parseAddress("alice.eth"), signal)).witnesses).toBe(1);
    expect(resolver.lines.map(({ name }) => name)).toEqual(["chain.server.rests"]);
    const before = first.count;
    await resolver.resolve(parseAddress("bob.eth"), signal);
    expect(first.count).toBe(before);
  });

  it("one of which is slow: the other's word is taken after a moment, and at once the next time", async () => {
    [first.conduct, second.conduct] = [silent, honest];
    const resolver = createTestResolver([{ ...stage.entry, rpcs: [first.url, second.url] }], createClock());
    const begun = performance.now();
    expect((await resolver.resolve(parseAddress("alice.eth"), signal)).witnesses).toBe(1);
    // Without that moment it would have been waited for until its own time limit.
    expect(performance.now() - begun).toBeLessThan(chainLimits.answerMs - 200);
    expect(resolver.lines.map(({ fields }) => fields["why"])).toEqual(["chain.slow"]);
    const before = first.count;
    await resolver.resolve(parseAddress("bob.eth"), signal);
    expect(first.count).toBe(before);
  });

  it("one of which lies: neither is believed, and it is said", async () => {
    for (const liar of [first, second]) {
      [first.conduct, second.conduct] = [honest, honest];
      liar.conduct = lie;
      const resolver = createTestResolver([{ ...stage.entry, rpcs: [first.url, second.url] }]);
      await expect(resolver.resolve(parseAddress("alice.eth"), signal)).rejects.toMatchObject({
        code: "chain.disagree",
        message: expect.stringContaining("neither is believed"),
      });
      expect(resolver.lines.map(({ name, level }) => [level, name])).toEqual([
        ["error", "chain.servers.disagree"],
      ]);
    }
  });

  it("one of which lies about the newest block only, which it invents: it is not believed either", async () => {
    [first.conduct, second.conduct] = [
      async context => raised(await lie(context), context.question.params[1] === "latest"),
      honest,
    ];
    await expect(resolve([first.url, second.url])).rejects.toMatchObject({ code: "chain.disagree" });
  });

  it("one of which is a block behind a sale: the newer word is taken, once both agree on the older block", async () => {
    const { number, sell, buyer, seller } = await forSale("+999 6000 6000");
    second.conduct = pinned((await stage.client(0).read.getBlock()).number);
    first.conduct = honest;
    await sell();
    const entry = { ...stage.entry, rpcs: [first.url, second.url] };
    const found = await createTestResolver([entry]).resolve(parseAddress(number), signal);
    expect(found).toMatchObject({ account: buyer, witnesses: 1 });
    expect(found.account).not.toBe(seller);
  });

  it("one of which stands still: it is noticed, and the other's word is taken", async () => {
    const { number, sell, buyer } = await forSale("+999 6100 6100");
    const { number: old } = await stage.client(0).read.getBlock();
    // It cannot be asked for the older block either: it answers whatever it is asked from where it stands.
    second.conduct = ({ pass, question }) => pass({ params: [question.params[0], `0x${old.toString(16)}`] });
    first.conduct = honest;
    await stage.request("evm_increaseTime", [90]);
    await sell();
    const resolver = createTestResolver([{ ...stage.entry, rpcs: [first.url, second.url] }]);
    expect((await resolver.resolve(parseAddress(number), signal)).account).toBe(buyer);
    expect(resolver.lines.map(({ fields }) => fields["why"])).toEqual(["chain.stale"]);
  });
});

describe("two chains", () => {
  it("in the order of the address book: a number is that of the first that has it", async () => {
    const other = await startChainStage(31_338);
    const far = { ...other.entry, name: "Far chain" };
    const onlyFar = parseNumber("+999 8000 8000");
    await claimNumber(other.client(3), { numbers: far.numbers ?? "0x", number: onlyFar });
    const resolver = createTestResolver([stage.entry, far]);
    const here = await resolver.resolve(parseAddress("+999 1000 1000"), signal);
    expect(here.chain).toEqual({ id: 31_337, name: "Local chain" });
    const there = await resolver.resolve(parseAddress(onlyFar), signal);
    expect(there).toMatchObject({
      account: other.client(3).account.address,
      chain: { id: 31_338, name: "Far chain" },
    });
    // A block on either chain is reason to ask again.
    const { read } = other.client(0);
    await other.request("anvil_mine", ["0x1"]);
    const block = await read.getBlock();
    const head = { number: block.number, parentHash: block.parentHash, time: Number(block.timestamp) };
    expect(resolver.noteHead(31_338, head)).toBe(true);
    expect(await resolver.resolve(parseAddress(onlyFar), signal)).not.toBe(there);
  });

  it("of which the first is down: nobody comes before the real one by standing on the second", async () => {
    first.conduct = async ({ response }) => void response.destroy();
    const down = { ...stage.entry, rpcs: [first.url] };
    const up = { ...stage.entry, id: 31_339 };
    await expect(
      createTestResolver([down, up]).resolve(parseAddress("alice.eth"), signal),
    ).rejects.toMatchObject({ code: "chain.unreachable" });
  });

  it("names on one, numbers and homes on the other: all are found", async () => {
    const { ens, numbers, clients, ...rest } = stage.entry;
    const other = await startChainStage(31_340);
    const names = ens === undefined ? rest : { ...rest, ens };
    const { ens: _, ...telephony } = other.entry;
    const found = await createTestResolver([names, telephony]).resolve(parseAddress("alice.eth"), signal);
    expect(found).toMatchObject({
      account: stage.seeded.alice.account,
      number: "+99910001000",
      chain: { id: 31_340 },
      proofs: { ownsNumber: true, nameAndNumber: "both", nameAndAccount: "both" },
    });
    expect([numbers, clients]).not.toContain(undefined);
  });
});

function resolve(rpcs: readonly string[]) {
  return createTestResolver([{ ...stage.entry, rpcs }]).resolve(parseAddress("alice.eth"), signal);
}

async function cutShort({ pass }: Parameters<Conduct>[0]): Promise<string> {
  const text = await pass();
  return text.replace(/("result":"0x[0-9a-f]{320})[0-9a-f]*/, "$1");
}

/** Puts Bob's account in the place of Alice's. */
const lie: Conduct = async ({ pass }) => {
  const [alice, bob] = [stage.seeded.alice.account, stage.seeded.bob.account].map(it =>
    it.slice(2).toLowerCase(),
  );
  return (await pass()).replaceAll(alice ?? "", bob ?? "");
};

/** The same of a block five further on, where `latest` was asked. */
function raised(text: string | undefined, isLatest: boolean): string {
  if (!isLatest) return text ?? "";
  const number = /"0x[0-9a-f]{64}([0-9a-f]{64})/.exec(text ?? "")?.[1] ?? "";
  const higher = (BigInt(`0x${number}`) + 5n).toString(16).padStart(64, "0");
  return (text ?? "").replace(number, higher);
}

function pinned(block: bigint): Conduct {
  return ({ pass, question }) => {
    const at = question.params[1] === "latest" ? `0x${block.toString(16)}` : question.params[1];
    return pass({ params: [question.params[0], at] });
  };
}

async function forSale(text: string) {
  const [seller, buyer] = [stage.client(2), stage.client(6)];
  const number = parseNumber(text);
  const address = stage.entry.numbers ?? "0x";
  await claimNumber(seller, { numbers: address, number });
  const contract = { address, abi: numbersAbi } as const;
  const args = [toTokenId(number)] as const;
  const listed = await seller.write.writeContract({ ...contract, functionName: "list", args: [...args, 5n] });
  await seller.read.waitForTransactionReceipt({ hash: listed });
  const sell = async () => {
    const hash = await buyer.write.writeContract({ ...contract, functionName: "buy", args, value: 5n });
    await buyer.read.waitForTransactionReceipt({ hash });
  };
  return { number, sell, buyer: buyer.account.address, seller: seller.account.address };
}
