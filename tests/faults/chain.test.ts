import type { ServerResponse } from "node:http";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseNumber } from "../../protocol/number/number.ts";
import { endEpoch } from "../../scripts/chain/home.ts";
import { type ChainProxy, type Conduct, honest, startChainProxy } from "../flow/chain-proxy.ts";
import { type ChainStage, startChainStage } from "../flow/chain-stage.ts";
import {
  caughtUp,
  connect,
  deviceOf,
  enter,
  loaded,
  metricOf,
  type Resident,
  register,
  startChainNode,
  transfer,
  until,
} from "../flow/node-chain-stage.ts";
import { oneOf } from "../flow/sip-text.ts";
import type { TestNode } from "../flow/test-node.ts";

// A node whose chain is not there, is slow, lies, or sends without end: it goes on, and says so in words.

const [ALICE, BOB, CAROL] = [0, 1, 2];
const number = parseNumber("+999 1000 1000");
const uri = `sip:${number}@one.example`;

let stage: ChainStage;
let proxy: ChainProxy;
let snapshot: unknown;

beforeAll(async () => {
  stage = await startChainStage();
  proxy = await startChainProxy(stage.chain.rpc);
}, 60_000);
beforeEach(async () => {
  proxy.conduct = honest;
  snapshot = await stage.request("evm_snapshot");
});
afterEach(async () => {
  await stage.request("evm_revert", [snapshot]);
});

const result = (value: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 1, result: value });
const down: Conduct = async ({ response }) => void response.destroy();

const bad: readonly (readonly [string, Conduct])[] = [
  ["is down", down],
  ["does not answer", async () => undefined],
  ["speaks no JSON", async () => "<html>"],
  ["answers null to all", async () => result(null)],
  ["answers nothing to all", async () => result("0x")],
  ["refuses all", async () => '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"slow down"}}'],
  ["sends without end", async ({ response }) => endless(response)],
  [
    "is of another chain",
    async ({ question, pass }) => (question.method === "eth_chainId" ? result("0x1") : pass()),
  ],
  [
    "claims more entries than it sends",
    async ({ question, pass }) =>
      question.method === "eth_call" ? result(`0x${word(64)}${word(0)}${"f".repeat(64)}`) : pass(),
  ],
  [
    "sends logs that are none",
    async ({ question, pass }) =>
      question.method === "eth_getLogs" ? result([{ address: 7, topics: "x" }, null]) : pass(),
  ],
  [
    "gives blocks that do not follow each other",
    async ({ question, pass }) =>
      question.method === "eth_getBlockByNumber" ? result(strangeBlock()) : pass(),
  ],
];

describe("a node whose chain's server", () => {
  it.each(bad)("%s at start serves all the same, and knows all once it is well", async (_, conduct) => {
    proxy.conduct = conduct;
    const follow = { answerMs: 150, answerBytes: 1_000_000 };
    const node = await startChainNode(stage, { rpcs: [proxy.url], follow });
    await until("it was asked", () => proxy.count > 2);
    expect((await fetch(`http://127.0.0.1:${node.port}/healthz`)).status).toBe(200);
    proxy.conduct = honest;
    await loaded(node);
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    await ring(bob, alice);
  });

  it.each(bad.slice(0, 7))("%s later goes on with what it knows, and catches up", async (_, conduct) => {
    const follow = { answerMs: 150, answerBytes: 1_000_000 };
    const node = await startChainNode(stage, { rpcs: [proxy.url], follow });
    await loaded(node);
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    proxy.conduct = conduct;
    await until("it is noticed", () => node.said.some(line => line.startsWith("warn chain.silent")));
    await ring(bob, alice);
    expect((await connectAndRegister(node, CAROL)).status).toBe(200);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await endEpoch(stage.client(BOB), stage.entry.clients ?? "0x");
    proxy.conduct = honest;
    await caughtUp(stage, node);
    expect(await bob.client.closed).toBe(1008);
    expect((await connectAndRegister(node, BOB)).status).toBe(403);
    expect(node.said.some(line => line.startsWith("info chain.answers"))).toBe(true);
  });
});

describe("a node that does not know its chain", () => {
  it("admits nobody whose epoch it cannot ask for, and says to come again", async () => {
    proxy.conduct = down;
    const node = await startChainNode(stage, { rpcs: [proxy.url] });
    const answer = await connectAndRegister(node, ALICE);
    expect(answer.status).toBe(503);
    expect(oneOf(answer, "Retry-After")).not.toBe("");
    proxy.conduct = honest;
    await loaded(node);
    expect((await connectAndRegister(node, ALICE)).status).toBe(200);
  });

  it("says so to who calls a number, whose call can be given up meanwhile", async () => {
    const pages: Conduct = async ({ question, pass }) => (isPage(question.params) ? undefined : pass());
    proxy.conduct = pages;
    const node = await startChainNode(stage, { rpcs: [proxy.url], follow: { answerMs: 600 } });
    const bob = await enter(node, deviceOf(stage, BOB));
    proxy.conduct = async () => undefined;
    const given = bob.client.send("INVITE", uri);
    bob.client.cancel(given);
    await bob.client.response(given, 487);
    const failed = await bob.client.ask("INVITE", uri);
    expect(failed.status).toBe(503);
    expect(oneOf(failed, "Warning")).toContain("chain");
  });

  it("takes the next server of its book", async () => {
    const silent = await startChainProxy(stage.chain.rpc, down);
    const node = await startChainNode(stage, { rpcs: [silent.url, stage.chain.rpc] });
    await loaded(node);
    expect(await metricOf(node, "chain_failures_total")).toBeGreaterThan(0);
    expect(silent.count).toBeGreaterThan(0);
  });
});

describe("a server that stands still", () => {
  it("is passed over for the book's next", async () => {
    const at = await stage.request("eth_blockNumber");
    const still = await startChainProxy(stage.chain.rpc, ({ question, pass }) =>
      question.params[0] === "latest" ? pass({ params: [at, false] }) : pass(),
    );
    const follow = { staleSeconds: 1, restMs: 60_000 };
    const node = await startChainNode(stage, { rpcs: [still.url, stage.chain.rpc], follow });
    await loaded(node);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    const bob = await enter(node, deviceOf(stage, BOB));
    const answer = await bob.client.ask("INVITE", uri);
    expect(oneOf(answer, "Reason")).toContain("changed-hands");
  });
});

describe("a reorg", () => {
  it("deeper than what is kept has all loaded anew", async () => {
    const node = await startChainNode(stage, { follow: { keptBlocks: 3 } });
    await loaded(node);
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    await transfer(stage, number, { from: ALICE, to: CAROL });
    for (let i = 0; i < 4; i++) {
      await caughtUp(stage, node);
      await stage.request("evm_mine");
    }
    await caughtUp(stage, node);
    expect(await metricOf(node, "chain_loads_total")).toBe(1);
    await stage.request("anvil_reorg", [5, []]);
    await until("it is loaded again", async () => (await metricOf(node, "chain_loads_total")) === 2);
    await loaded(node);
    await ring(bob, alice);
  });

  it("of an epoch's end lets the old devices in again", async () => {
    const node = await startChainNode(stage);
    await loaded(node);
    const alice = await enter(node, deviceOf(stage, ALICE));
    await endEpoch(stage.client(ALICE), stage.entry.clients ?? "0x");
    expect(await alice.client.closed).toBe(1008);
    expect((await connectAndRegister(node, ALICE)).status).toBe(403);
    await stage.request("anvil_reorg", [1, []]);
    await until("she may come", async () => (await connectAndRegister(node, ALICE)).status === 200);
  });
});

async function ring(caller: Resident, callee: Resident): Promise<void> {
  const invite = caller.client.send("INVITE", uri);
  const ringing = await callee.client.request("INVITE");
  callee.client.respond(ringing, 486);
  await caller.client.response(invite, 486);
}

async function connectAndRegister(node: TestNode, index: number) {
  return register(await connect(node, deviceOf(stage, index)));
}

/** As long as somebody reads. */
function endless(response: ServerResponse): undefined {
  const send = () => {
    while (!response.destroyed && response.write("x".repeat(65_536)));
  };
  response.on("drain", send);
  send();
  return undefined;
}

function word(value: number): string {
  return value.toString(16).padStart(64, "0");
}

function strangeBlock() {
  const hash = () => `0x${Math.random().toString(16).slice(2).padEnd(64, "0").slice(0, 64)}`;
  return { number: "0x7fffffff", hash: hash(), parentHash: hash() };
}

function isPage([call]: readonly unknown[]): boolean {
  const data = typeof call === "object" && call !== null && "data" in call ? String(call.data) : "";
  return ["0x55680991", "0x42c7414c"].some(selector => data.startsWith(selector));
}
