import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createClock } from "../../../background/base/clock.ts";
import { createLog } from "../../../background/base/log.ts";
import type { AskName, ReplyOf, RequestOf } from "../../../protocol/bus/contract.ts";
import { numbersAbi } from "../../../protocol/chain/numbers-abi.ts";
import { deployContracts } from "../../../scripts/chain/deploy.ts";
import { type DevChain, startDevChain } from "../../../scripts/chain/dev-chain.ts";
import { type Client, clientOf } from "../../../scripts/chain/dev-client.ts";
import { type Seeded, seedDevChain } from "../../../scripts/chain/seed.ts";
import { type FeatureRig, openFeatureRig } from "../feature-rig.suite.ts";
import type { Review, StepView, StepWish } from "./model.ts";
import { startNumbers } from "./phone.ts";

const id = 31_337;
let life: AbortController;
let chain: DevChain;
let seeded: Seeded;

beforeAll(async () => {
  life = new AbortController();
  chain = await startDevChain({ signal: life.signal });
  seeded = await seedDevChain(chain);
}, 30_000);
afterAll(async () => {
  life.abort();
  await chain.closed;
});

function client(index: number): Client {
  return clientOf(chain, chain.accounts.at(index)?.privateKey ?? "0x");
}

async function setUp(index: number, before?: FeatureRig) {
  const rig = await openFeatureRig(before?.disk);
  const notices: unknown[] = [];
  rig.panel.answer(
    "worker.notice.show",
    notice => {
      notices.push(notice);
      return null;
    },
    rig.signal,
  );
  const wallet = client(index);
  const { address } = wallet.account;
  rig.feed.change({ home: { ...rig.snapshot().home, book: seeded.book }, me: { account: address } });
  const clock = createClock();
  const log = createLog({ now: clock.now, level: "error", write: () => undefined });
  await startNumbers({ ...rig, now: clock.now, clock, log }, rig.signal);
  const ask = <Name extends AskName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> =>
    rig.panel.ask(name, request);
  const prepare = (wish: StepWish) => ask("numbers.step.prepare", { chain: id, wish });
  const send = async ({ call, id: step }: Review) => {
    await ask("numbers.step.begin", { id: step });
    const { to, data, value } = call;
    const hash = await wallet.write.sendTransaction({ to, data, value: BigInt(value) });
    await ask("numbers.step.sent", { id: step, hash });
    return hash;
  };
  const until = (step: string, stage: StepView["stage"]) =>
    vi.waitFor(
      async () => {
        const view = (await ask("numbers.steps.read", null)).find(one => one.id === step);
        expect(view).toMatchObject({ stage });
        return view as StepView;
      },
      { timeout: 10_000, interval: 50 },
    );
  const doIt = async (wish: StepWish) => {
    const review = await prepare(wish);
    expect(review.blocked).toBeUndefined();
    await send(review);
    return until(review.id, "done");
  };
  const claim = async (numbers: readonly string[]) => {
    const commit = await prepare({ kind: "claim", numbers });
    await send(commit);
    await until(commit.id, "ready");
    await send(await prepare({ kind: "open", step: commit.id }));
    return until(commit.id, "done");
  };
  return { rig, ask, prepare, send, until, doIt, claim, wallet, notices, account: address };
}

async function rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await fetch(chain.rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error) throw new Error(error.message);
  return result;
}

describe("a claim", () => {
  it("is committed, outlives the browser, is opened after its wait, and the number is there", async () => {
    const before = await setUp(2);
    const review = await before.prepare({ kind: "claim", numbers: ["+999 4321 1234", "+999 4321 1235"] });
    // Two numbers of 8 digits.
    expect(review.costs).toMatchObject({ pays: "0", isTried: true, later: { pays: "20000000000000000" } });
    await before.send(review);
    before.rig.stop();

    const after = await setUp(2, before.rig);
    const ready = await after.until(review.id, "ready");
    expect(ready.until).toBeGreaterThan(Date.now());
    const open = await after.prepare({ kind: "open", step: review.id });
    expect(open.costs).toMatchObject({ pays: "20000000000000000", isTried: true });
    await after.send(open);
    await after.until(review.id, "done");
    const mine = await after.ask("numbers.mine.read", { chain: id });
    expect(mine).toMatchObject({ missing: 0 });
    expect(mine.numbers.map(({ number }) => number)).toEqual(["+99943211234", "+99943211235"]);
  });

  it("whose secret is stored before the wallet is asked goes on also where the answer was lost", async () => {
    const before = await setUp(3);
    const review = await before.prepare({ kind: "claim", numbers: ["+999 5555 1111"] });
    await before.ask("numbers.step.begin", { id: review.id });
    const { to, data } = review.call;
    await before.wallet.write.sendTransaction({ to, data });
    // The browser dies between the wallet's sending and its answer.
    before.rig.stop();
    const after = await setUp(3, before.rig);
    await after.until(review.id, "ready");
    const open = await after.prepare({ kind: "open", step: review.id });
    await after.ask("numbers.step.begin", { id: open.id });
    await after.wallet.write.sendTransaction({
      ...{ to: open.call.to, data: open.call.data },
      value: BigInt(open.call.value),
    });
    await after.ask("numbers.step.leave", { id: open.id, unsure: true });
    const done = await after.until(review.id, "done");
    expect(done.said).toContain("The number is yours");
  });

  it("nothing stands in clear on the disk", async () => {
    const { rig, prepare, ask, account } = await setUp(2);
    const review = await prepare({ kind: "claim", numbers: ["+999 7654 3210"] });
    await ask("numbers.step.begin", { id: review.id });
    const db = await rig.disk.open();
    const text = JSON.stringify(await db.rows.toArray());
    expect(text).toContain("pending");
    for (const secret of ["76543210", account, "claim", review.id]) expect(text).not.toContain(secret);
  });

  it("that the wallet refused leaves nothing behind", async () => {
    const { ask, prepare } = await setUp(2);
    const review = await prepare({ kind: "claim", numbers: ["+999 7654 3210"] });
    await ask("numbers.step.begin", { id: review.id });
    await ask("numbers.step.leave", { id: review.id, unsure: false });
    expect(await ask("numbers.steps.read", null)).toEqual([]);
  });

  it("is one at a time, and of free numbers only", async () => {
    const { ask, prepare, send } = await setUp(4);
    await expect(prepare({ kind: "claim", numbers: ["+999 1000 1000"] })).rejects.toMatchObject({
      code: "numbers.taken",
    });
    const first = await prepare({ kind: "claim", numbers: ["+999 7654 3210"] });
    await send(first);
    await expect(prepare({ kind: "claim", numbers: ["+999 7654 3211"] })).rejects.toMatchObject({
      code: "numbers.one-claim",
    });
    await ask("numbers.step.forget", { id: first.id });
    expect((await prepare({ kind: "claim", numbers: ["+999 7654 3211"] })).blocked).toBeUndefined();
  });

  it("whose commitment was replaced by another of the same account holds no more", async () => {
    const { prepare, send, until, wallet, ask } = await setUp(8);
    const first = await prepare({ kind: "claim", numbers: ["+999 9090 9090"] });
    await send(first);
    await until(first.id, "ready");
    const address = seeded.book.chains[0]?.numbers ?? "0x";
    await wallet.write.writeContract({ address, abi: numbersAbi, functionName: "commit", args: [7n] });
    expect((await until(first.id, "expired")).said).toContain("a later one took the place");
    await ask("numbers.step.forget", { id: first.id });
  });

  it("that is opened too early is told to wait for the next blocks, and nothing else", async () => {
    const { rig, prepare, send, until, ask } = await setUp(8);
    const deployer = client(-2);
    const { numbers } = await deployContracts(deployer, {
      ...{ treasury: deployer.account.address, minCommitAge: 60, log: () => undefined },
    });
    const [entry] = seeded.book.chains;
    if (!entry) throw new Error("There is a chain");
    rig.feed.change({ home: { ...rig.snapshot().home, book: { chains: [{ ...entry, numbers }] } } });
    const first = await prepare({ kind: "claim", numbers: ["+999 9090 9091"] });
    await send(first);
    const { opensAt = 0 } = await until(first.id, "waiting");
    expect(opensAt - Date.now()).toBeGreaterThan(30_000);
    const open = await prepare({ kind: "open", step: first.id });
    expect(open).toMatchObject({ isPassing: true, blocked: expect.stringContaining("next blocks") });
    await ask("numbers.step.forget", { id: first.id });
  });

  it("tells by a notice that it can be opened, where no desk is looked at", async () => {
    const first = await setUp(5);
    const review = await first.prepare({ kind: "claim", numbers: ["+999 8888 1212"] });
    await first.send(review);
    first.rig.stop();
    const { notices } = await setUp(5, first.rig);
    await vi.waitFor(() => expect(notices).toEqual([expect.objectContaining({ id: review.id })]), 10_000);
  });
});

describe("what an owner does", () => {
  it("lists, is bought from, and takes the money out; the seller has lost the number", async () => {
    const seller = await setUp(6);
    await seller.claim(["+999 2468 1357"]);
    await seller.doIt({ kind: "list", number: "+99924681357", price: "1000000000000000000" });
    await seller.doIt({ kind: "list", number: "+99924681357", price: "2000000000000000000" });
    const buyer = await setUp(7);
    const market = await buyer.ask("numbers.market.read", { chain: id });
    expect(market.numbers).toEqual([
      expect.objectContaining({ number: "+99924681357", price: "2000000000000000000", isMine: false }),
    ]);
    const bought = await buyer.doIt({ kind: "buy", number: "+99924681357" });
    expect(bought.title).toBe("Buy +999 2468 1357 for 2 ETH");
    expect(await seller.ask("numbers.mine.read", { chain: id })).toMatchObject({ numbers: [], missing: 0 });
    await expect(seller.prepare({ kind: "cancel", number: "+99924681357" })).rejects.toMatchObject({
      code: "numbers.not-yours",
    });
    expect(await seller.ask("numbers.terms.read", { chain: id })).toMatchObject({
      credit: "2000000000000000000",
    });
    await seller.doIt({ kind: "withdraw" });
    await expect(seller.prepare({ kind: "withdraw" })).rejects.toMatchObject({ code: "numbers.credit" });
    const { events, isPartial } = await buyer.ask("numbers.history.read", {
      chain: id,
      number: "+99924681357",
    });
    expect(isPartial).toBe(false);
    expect(events.map(({ said }) => said.replace(/0x[0-9a-fA-F]{40}/g, "…"))).toEqual([
      "Sold by … to … for 2 ETH",
      "Offered for 2 ETH",
      "Offered for 1 ETH",
      "Claimed by …",
    ]);
  });

  it("changes one record for the price of one, and several at once", async () => {
    const { ask, prepare, doIt } = await setUp(0);
    const number = "+99910001000";
    const { records } = await ask("numbers.number.read", { chain: id, number });
    await doIt({ kind: "records", number, records: { ...records, callers: 2, bond: "50" } });
    await doIt({
      kind: "records",
      number,
      records: { ...records, callers: 1, profile: "https://alice.example/card", routes: "sip:desk@node" },
    });
    const detail = await ask("numbers.number.read", { chain: id, number });
    expect(detail).toMatchObject({
      name: "alice.eth",
      records: { callers: 1, bond: "0", profile: "https://alice.example/card", routes: "sip:desk@node" },
    });
    expect(detail.picture).toMatch(/^data:image\/svg\+xml;/);
    for (const wrong of [
      { ...records, callers: 4 },
      { ...records, bond: "-1" },
      { ...records, bond: "9".repeat(29) },
      { ...records, profile: "javascript:alert(1)" },
      { ...records, routes: "x".repeat(1_025) },
      detail.records,
    ]) {
      await expect(prepare({ kind: "records", number, records: wrong })).rejects.toMatchObject({
        code: expect.stringMatching(/^numbers\.(policy|bond|pointer|text|same)$/),
      });
    }
  });

  it("links a number with a name from both sides, and half a link says what is missing", async () => {
    const { ask, doIt } = await setUp(1);
    const number = "+99920002000";
    const link = async () => (await ask("numbers.number.read", { chain: id, number })).link;
    expect(await link()).toMatchObject({ state: "linked", name: "bob.eth" });
    await doIt({ kind: "name", number, name: "alice.eth" });
    expect(await link()).toMatchObject({
      ...{ state: "half", claimedByName: "+99910001000", canComplete: false },
      said: expect.stringContaining("claims +99910001000 instead"),
    });
    await doIt({ kind: "name", number, name: "nobody-has-this.eth" });
    expect(await link()).toMatchObject({ state: "half", said: expect.stringContaining("nobody has set up") });
    await doIt({ kind: "name", number, name: "" });
    expect(await link()).toMatchObject({ state: "none" });
    await doIt({ kind: "name", number, name: "Bob.eth" });
    expect(await link()).toMatchObject({ state: "linked" });
  });

  it("sets the name's half where the account controls the name, and is told where it does not", async () => {
    const { ask, prepare, doIt, claim } = await setUp(1);
    await claim(["+999 3141 5926"]);
    const number = "+99931415926";
    await doIt({ kind: "name", number, name: "bob.eth" });
    const read = () => ask("numbers.number.read", { chain: id, number });
    expect((await read()).link).toMatchObject({ state: "half", canComplete: true });
    await doIt({ kind: "ens-name", number, name: "bob.eth" });
    expect((await read()).link).toMatchObject({ state: "linked" });
    const other = await prepare({ kind: "ens-name", number, name: "alice.eth" });
    expect(other.blocked).toContain("may not change alice.eth");
  });

  it("gives a number away; the mistakes are caught before", async () => {
    const { ask, claim, prepare, doIt, account } = await setUp(8);
    await claim(["+999 1618 0339"]);
    const number = "+99916180339";
    const give = (to: string) => prepare({ kind: "transfer", number, to });
    await expect(give(account)).rejects.toMatchObject({ code: "numbers.to" });
    await expect(give(`0x${"0".repeat(40)}`)).rejects.toMatchObject({ code: "numbers.to" });
    await expect(give("0x1234")).rejects.toMatchObject({ code: "address.account" });
    const contract = seeded.book.chains[0]?.numbers ?? "";
    expect((await give(contract)).blocked).toContain("cannot hold numbers");
    await doIt({ kind: "transfer", number, to: seeded.bob.account });
    expect(await ask("numbers.number.read", { chain: id, number })).toMatchObject({
      ...{ isMine: false, owner: seeded.bob.account, epoch: 2, changedHands: expect.any(Number) },
    });
  });
});

describe("before a wallet is asked", () => {
  it("who has too little is told what is missing, and where to get it", async () => {
    const { prepare, account } = await setUp(9);
    const rich = (await rpc("eth_getBalance", [account, "latest"])) as string;
    await rpc("anvil_setBalance", [account, "0x38d7ea4c68000"]);
    const review = await prepare({ kind: "claim", numbers: ["+999 1234"] });
    await rpc("anvil_setBalance", [account, rich]);
    expect(review.blocked).toMatch(/has 0\.001 ETH on Local chain: \S+ ETH are missing\. .*money is play/);
  });

  it("what is asked is a number's call and nothing else", async () => {
    const { prepare, ask } = await setUp(9);
    const { call, chain: on } = await prepare({ kind: "claim", numbers: ["+999 98765"] });
    expect(call).toMatchObject({ to: on.contract, value: "0", from: chain.accounts[9]?.account });
    await expect(ask("numbers.step.begin", { id: "another" })).rejects.toMatchObject({
      code: "numbers.stale",
    });
    await expect(ask("numbers.terms.read", { chain: 1 })).rejects.toMatchObject({ code: "numbers.chain" });
  });
});

describe("finding", () => {
  it("free ones among nice ones, with their fees; a whole number that is taken says whose", async () => {
    const { ask } = await setUp(9);
    const find = (text: string, kind: "repeated" | "mirrored" = "repeated") =>
      ask("numbers.free.find", { chain: id, wish: { text, kind } });
    const words = await find("hello");
    expect(words.free[0]).toEqual({ number: "+99943556", why: "HELLO", fee: "300000000000000000" });
    expect(words.free).toHaveLength(24);
    expect(await find("+999 1000 1000")).toMatchObject({
      free: [],
      taken: { number: "+99910001000", owner: seeded.alice.account, isMine: false },
    });
    expect(await find("+999 1000 1001")).toMatchObject({ free: [{ number: "+99910001001" }] });
    expect(await find("nöthing")).toEqual({ free: [], looked: 0 });
  });

  it("the account's numbers also where the chain's server searches no events", async () => {
    const { rig, ask } = await setUp(0);
    const { createServer } = await import("node:http");
    const proxy = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      response.setHeader("content-type", "application/json");
      if (body.includes("eth_getLogs")) {
        const error = { code: -32_005, message: "too long a range" };
        return void response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error }));
      }
      const answer = await fetch(chain.rpc, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      response.end(await answer.text());
    });
    await new Promise<void>(resolve => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as { port: number };
    const [entry] = seeded.book.chains;
    if (!entry) throw new Error("There is a chain");
    rig.feed.change({
      home: { ...rig.snapshot().home, book: { chains: [{ ...entry, rpcs: [`http://127.0.0.1:${port}`] }] } },
    });
    const mine = await ask("numbers.mine.read", { chain: id });
    proxy.close();
    proxy.closeAllConnections();
    expect(mine.numbers.map(({ number }) => number)).toEqual(["+99910001000"]);
    expect(mine.missing).toBe(0);
  });
});

describe("what was sent", () => {
  it("waits for its block, is replaced by a dearer copy of itself, and is done by that", async () => {
    const { prepare, ask, until, wallet } = await setUp(0);
    await rpc("evm_setAutomine", [false]);
    try {
      const review = await prepare({ kind: "list", number: "+99910001000", price: "5" });
      await ask("numbers.step.begin", { id: review.id });
      const nonce = await wallet.read.getTransactionCount({ address: wallet.account.address });
      const { to, data } = review.call;
      const send = (maxFeePerGas: bigint, input = data) =>
        wallet.write.sendTransaction({
          ...{ to, data: input, nonce, maxFeePerGas, maxPriorityFeePerGas: maxFeePerGas, gas: 100_000n },
        });
      const hash = await send(10_000_000_000n);
      await ask("numbers.step.sent", { id: review.id, hash });
      await vi.waitFor(async () => expect((await until(review.id, "sent")).said).toContain("waits"), 5_000);
      const copy = await send(50_000_000_000n);
      await rpc("evm_mine");
      const done = await until(review.id, "done");
      expect(done.hash).toBe(copy);
      expect(done.said).toContain("no block follows it yet");
    } finally {
      await rpc("evm_setAutomine", [true]);
    }
  });

  it("that the wallet cancelled says so; dropped it is lost, and not done", async () => {
    const { prepare, ask, until, wallet } = await setUp(0);
    await rpc("evm_setAutomine", [false]);
    try {
      const review = await prepare({ kind: "list", number: "+99910001000", price: "6" });
      await ask("numbers.step.begin", { id: review.id });
      const { address } = wallet.account;
      const nonce = await wallet.read.getTransactionCount({ address });
      const fees = (price: bigint) => ({
        ...{ nonce, maxFeePerGas: price, maxPriorityFeePerGas: price, gas: 100_000n },
      });
      const { to, data } = review.call;
      const hash = await wallet.write.sendTransaction({ to, data, ...fees(10_000_000_000n) });
      await ask("numbers.step.sent", { id: review.id, hash });
      await vi.waitFor(async () => expect((await until(review.id, "sent")).said).toContain("waits"), 5_000);
      await rpc("anvil_dropTransaction", [hash]);
      expect((await until(review.id, "lost")).said).toContain("Nothing was done so far");
      await wallet.write.sendTransaction({ to: address, value: 0n, ...fees(50_000_000_000n) });
      await rpc("evm_mine");
      const replaced = await until(review.id, "replaced");
      expect(replaced.said).toContain("something else in its place");
    } finally {
      await rpc("evm_setAutomine", [true]);
    }
  });

  it("that the contract refused says so", async () => {
    const { prepare, ask, until, wallet } = await setUp(0);
    const review = await prepare({ kind: "list", number: "+99910001000", price: "7" });
    await ask("numbers.step.begin", { id: review.id });
    // Somebody is faster: what was tried does not hold any more.
    const address = seeded.book.chains[0]?.numbers ?? "0x";
    const [from, to] = [wallet.account.address, seeded.bob.account];
    const args = [from, to, 99_910_001_000n] as const;
    const gone = await wallet.write.writeContract({
      address,
      abi: numbersAbi,
      functionName: "transferFrom",
      args,
    });
    await wallet.read.waitForTransactionReceipt({ hash: gone });
    const { data } = review.call;
    const hash = await wallet.write.sendTransaction({ to: review.call.to, data, gas: 100_000n });
    await ask("numbers.step.sent", { id: review.id, hash });
    const failed = await until(review.id, "failed");
    expect(failed.said).toContain("The contract refused it");
  });

  it("by others shows in one's standing, and a block that is taken back shows there too", async () => {
    const [{ ask, doIt }, other] = [await setUp(8), await setUp(7)];
    const number = "+99922360679";
    await other.claim([number]);
    const looked = () => ask("numbers.standing.read", { chain: id, number });
    const owned = () => other.ask("numbers.standing.read", { chain: id });
    const [free, held] = [await looked(), await owned()];
    expect(await looked()).toBe(free);
    const to = client(8).account.address;
    await other.doIt({ kind: "transfer", number, to });
    expect(await looked()).not.toBe(free);
    expect(await owned()).not.toBe(held);
    await rpc("anvil_reorg", [1, []]);
    expect([await looked(), await owned()]).toEqual([free, held]);
    await other.doIt({ kind: "transfer", number, to });
    const given = await looked();
    await doIt({ kind: "list", number, price: "9" });
    expect(await looked()).not.toBe(given);
  });

  it("that a reorganisation took back is not done any more", async () => {
    const { claim, prepare, send, until } = await setUp(9);
    await claim(["+999 2718 2818"]);
    const review = await prepare({ kind: "list", number: "+99927182818", price: "8" });
    await send(review);
    await until(review.id, "done");
    await rpc("anvil_reorg", [1, []]);
    const back = await until(review.id, "lost");
    expect(back.said).toMatch(/took block \d+ back, and this with it: it is as if it had not been/);
  });
});
