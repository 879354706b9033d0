import { beforeAll, describe, expect, it } from "vitest";
import { parseNumber } from "../../protocol/number/number.ts";
import { claimNumber } from "../../scripts/chain/claim.ts";
import { type ChainStage, startChainStage } from "./chain-stage.ts";
import { deviceOf, enter, quickFollow, type Resident, transfer, until } from "./node-chain-stage.ts";
import { startNode, type TestNode } from "./test-node.ts";

const [ALICE, BOB, CAROL] = [0, 1, 2];
const onBoth = parseNumber("+999 1000 1000");
const onSecond = parseNumber("+999 5555 5555");

let first: ChainStage;
let second: ChainStage;

beforeAll(async () => {
  [first, second] = await Promise.all([startChainStage(31_337), startChainStage(31_338)]);
  await transfer(second, onBoth, { from: ALICE, to: CAROL });
  await claimNumber(second.client(CAROL), { numbers: second.entry.numbers ?? "0x", number: onSecond });
}, 90_000);

async function start(chains: readonly ChainStage[]): Promise<TestNode> {
  const book = { chains: chains.map(({ entry }) => entry) };
  const chain = { id: first.entry.id, book, limits: quickFollow };
  const node = await startNode({ domain: "one.example", chain });
  const metrics = () => fetch(`http://127.0.0.1:${node.port}/metrics`).then(answer => answer.text());
  const isLoaded = async () =>
    (await metrics()).match(/^etherlynk_chain_loaded\{chain="\d+"\} 1$/gm)?.length === chains.length;
  await until("both are loaded", isLoaded);
  return node;
}

async function enterAll(node: TestNode) {
  const [alice, bob, carol] = [
    await enter(node, deviceOf(first, ALICE)),
    await enter(node, deviceOf(first, BOB)),
    await enter(node, deviceOf(first, CAROL)),
  ];
  return { alice, bob, carol };
}

async function ring(caller: Resident, callee: Resident, number: string): Promise<void> {
  const invite = caller.client.send("INVITE", `sip:${number}@one.example`);
  callee.client.respond(await callee.client.request("INVITE"), 486);
  await caller.client.response(invite, 486);
}

describe("a number in a book of two chains", () => {
  it("is its owner's on the first that has it, and found on the second", async () => {
    const node = await start([first, second]);
    const { alice, bob, carol } = await enterAll(node);
    await ring(bob, alice, onBoth);
    await ring(bob, carol, onSecond);
    const other = await start([second, first]);
    const there = await enterAll(other);
    await ring(there.bob, there.carol, onBoth);
  });

  it("is not found where the chain that has it is not in the book", async () => {
    const node = await start([first]);
    const { bob } = await enterAll(node);
    expect((await bob.client.ask("INVITE", `sip:${onSecond}@one.example`)).status).toBe(404);
  });
});
