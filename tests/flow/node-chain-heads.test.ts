import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { parseNumber } from "../../protocol/number/number.ts";
import { startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, startChainStage } from "./chain-stage.ts";
import {
  caughtUp,
  deviceOf,
  enter,
  loaded,
  metricOf,
  startChainNode,
  transfer,
  until,
} from "./node-chain-stage.ts";

const [ALICE, BOB, CAROL] = [0, 1, 2];
const number = parseNumber("+999 1000 1000");
/** So seldom that a test would not wait for it: whatever is noticed was told of. */
const seldom = { pollMs: 60_000, quickPollMs: 60_000, toldPollMs: 60_000 };

const promise = '{"jsonrpc":"2.0","id":1,"result":"0x1"}';
const told = '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":{}}}';

let stage: ChainStage;
let snapshot: unknown;

beforeAll(async () => {
  stage = await startChainStage();
}, 60_000);
beforeEach(async () => {
  snapshot = await stage.request("evm_snapshot");
});
afterEach(async () => {
  await stage.request("evm_revert", [snapshot]);
});

describe("a chain whose server tells of its blocks", () => {
  it("is followed as soon as there is one: the seller is told, and the next call rings the buyer", async () => {
    const node = await startChainNode(stage, { follow: seldom });
    await loaded(node);
    await until("it is told", async () => (await metricOf(node, "chain_told")) === 1);
    const [alice, bob, carol] = [
      await enter(node, deviceOf(stage, ALICE)),
      await enter(node, deviceOf(stage, BOB)),
      await enter(node, deviceOf(stage, CAROL)),
    ];
    const before = await metricOf(node, "chain_questions_total");
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await alice.client.request("NOTIFY");
    bob.client.send("INVITE", `sip:${number}@one.example`);
    await carol.client.request("INVITE");
    // The head, and the logs of its one block: nothing was asked in between.
    expect((await metricOf(node, "chain_questions_total")) - before).toBeLessThanOrEqual(3);
  });

  it("and goes away is looked at again, and is asked to tell again when it is back", async () => {
    const teller = await startTeller(promise);
    const proxy = await startChainProxy(stage.chain.rpc);
    const node = await startChainNode(stage, {
      rpcs: [proxy.url, teller.url],
      follow: { toldPollMs: 60_000, tellAgainMs: 20, longestTellAgainMs: 20 },
    });
    await loaded(node);
    const isTold = async () => (await metricOf(node, "chain_told")) === 1;
    await until("it is told", isTold);
    teller.isOpen = false;
    await until("it is told no more", async () => !(await isTold()));
    teller.isOpen = true;
    await until("it is told again", isTold);
  });

  it("or of one that the others do not have yet: it is waited for", async () => {
    const teller = await startTeller(promise);
    let isBehind = false;
    let first: string | undefined;
    const proxy = await startChainProxy(stage.chain.rpc, async ({ question, pass }) => {
      if (question.method !== "eth_getBlockByNumber" || question.params[0] !== "latest") return pass();
      if (!isBehind) first = await pass();
      return first;
    });
    const node = await startChainNode(stage, {
      rpcs: [proxy.url, teller.url],
      follow: { toldPollMs: 60_000 },
    });
    await loaded(node);
    await until("it is told", async () => (await metricOf(node, "chain_told")) === 1);
    isBehind = true;
    await stage.request("evm_mine");
    const asked = proxy.count;
    teller.tell();
    await until("it is asked again and again", () => proxy.count > asked + 3);
    isBehind = false;
    await caughtUp(stage, node);
  });
});

describe("a chain whose servers tell nothing", () => {
  it("is looked at, often", async () => {
    const proxy = await startChainProxy(stage.chain.rpc);
    const node = await startChainNode(stage, { rpcs: [proxy.url] });
    await loaded(node);
    const alice = await enter(node, deviceOf(stage, ALICE));
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await alice.client.request("NOTIFY");
    expect(await metricOf(node, "chain_told")).toBe(0);
  });

  it("although one had said that it would: the next one is asked", async () => {
    const [silent, good] = [await startTeller(promise), await startTeller(promise)];
    const proxy = await startChainProxy(stage.chain.rpc);
    const node = await startChainNode(stage, {
      rpcs: [proxy.url, silent.url, good.url],
      follow: { toldPollMs: 20, tellAgainMs: 20, longestTellAgainMs: 20 },
    });
    await loaded(node);
    for (let block = 0; good.asked === 0 && block < 10; block++) {
      await stage.request("evm_mine");
      await caughtUp(stage, node);
    }
    await until("the good one is asked", () => good.asked > 0);
    good.tell();
    await until("it is told", async () => (await metricOf(node, "chain_told")) === 1);
  });

  it.each([
    ["says that it will and does not", promise],
    ["refuses", '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'],
    ["speaks no JSON", "hello"],
    ["speaks of something else", '{"jsonrpc":"2.0","method":"eth_other"}'],
  ])("one that %s keeps nobody from looking", async (_what, word) => {
    const teller = await startTeller(word);
    const proxy = await startChainProxy(stage.chain.rpc);
    const node = await startChainNode(stage, {
      rpcs: [proxy.url, teller.url],
      follow: { toldPollMs: 200, tellAgainMs: 20, longestTellAgainMs: 20 },
    });
    await loaded(node);
    await until("it is asked to tell", () => teller.asked > 0);
    for (let block = 0; block < 2; block++) {
      await stage.request("evm_mine");
      await caughtUp(stage, node);
    }
    expect(await metricOf(node, "chain_told")).toBe(0);
  });
});

interface Teller {
  readonly url: string;
  readonly asked: number;
  /** Whether it lets anybody in; who is there when it closes has to go. */
  isOpen: boolean;
  tell(): void;
}

/** A server that says one thing to whoever asks it to tell of blocks, and answers no question. */
async function startTeller(word: string): Promise<Teller> {
  const state = { asked: 0, isOpen: true };
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", verifyClient: () => state.isOpen });
  const leave = () => {
    for (const client of server.clients) client.terminate();
  };
  server.on("connection", socket =>
    socket.on("message", () => {
      state.asked += 1;
      socket.send(word);
    }),
  );
  await new Promise(resolve => server.on("listening", resolve));
  onTestFinished(() => {
    leave();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get asked() {
      return state.asked;
    },
    get isOpen() {
      return state.isOpen;
    },
    set isOpen(isOpen) {
      state.isOpen = isOpen;
      if (!isOpen) leave();
    },
    tell() {
      for (const client of server.clients) client.send(told);
    },
  };
}
