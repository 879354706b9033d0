import { encodeAbiParameters, encodeEventTopics, type Hex, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { type ChainQuestion, ChainRpcError } from "../sip/chain-rpc.ts";
import { createChangeGatherer } from "./change.ts";
import { askHead, followTo } from "./follow.ts";
import { createLedgerState } from "./ledger-state.ts";
import { followLimits } from "./limits.ts";
import type { Servers } from "./servers.ts";

const numbers: Hex = `0x${"11".repeat(20)}`;
const clients: Hex = `0x${"22".repeat(20)}`;
const entry = { id: 1, name: "Model", rpcs: [], numbers, clients } as const;
const accountOf = (who: number): Hex => `0x${who.toString(16).padStart(40, "0")}`;
const firstId = 9_990_000;

/** A block, and how everything stands after it: numbers' owners and accounts' epochs. */
interface ModelBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly parent: ModelBlock | undefined;
  readonly owners: ReadonlyMap<number, number>;
  readonly epochs: ReadonlyMap<number, number>;
  readonly logs: readonly { readonly address: Hex; readonly topics: unknown }[];
}

/** A generator of its own, so that a failure comes again. */
function createRandom(seed: number): (most: number) => number {
  let state = seed;
  return most => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % most;
  };
}

function createModel(seed: number) {
  const random = createRandom(seed);
  let made = 0;
  const genesis: ModelBlock = {
    ...{ number: 5, hash: toHex(1, { size: 32 }), parent: undefined },
    ...{ owners: new Map(), epochs: new Map(), logs: [] },
  };
  let head = genesis;
  let failsAfter = Number.POSITIVE_INFINITY;

  function extend(): void {
    made++;
    const owners = new Map(head.owners);
    const epochs = new Map(head.epochs);
    const logs = Array.from({ length: random(4) }, () => {
      const who = 1 + random(5);
      if (random(3) === 0) {
        epochs.set(who, (epochs.get(who) ?? 0) + 1);
        const args = { account: accountOf(who) };
        return {
          address: clients,
          topics: encodeEventTopics({ abi: clientsAbi, eventName: "EpochBegun", args }),
        };
      }
      const id = firstId + random(6);
      const args = { from: accountOf(owners.get(id) ?? 0), to: accountOf(who), id: BigInt(id) };
      owners.set(id, who);
      return {
        address: numbers,
        topics: encodeEventTopics({ abi: numbersAbi, eventName: "Transfer", args }),
      };
    });
    const hash = toHex(1_000 + made, { size: 32 });
    head = { number: head.number + 1, hash, parent: head, owners, epochs, logs };
  }

  function blockAt(at: unknown): ModelBlock | undefined {
    let block: ModelBlock | undefined = head;
    while (at !== "latest" && block !== undefined && block.number !== Number(at)) block = block.parent;
    return block;
  }

  function blockBy(hash: unknown): ModelBlock | undefined {
    let block: ModelBlock | undefined = head;
    while (block !== undefined && block.hash !== hash) block = block.parent;
    return block;
  }

  function answer({ method, params }: ChainQuestion): unknown {
    if (method === "eth_getLogs") return blockBy((params[0] as { blockHash: Hex }).blockHash)?.logs;
    if (method === "eth_getBlockByNumber") return toBlock(blockAt(params[0]));
    const [{ data }, at] = params as [{ data: Hex }, Hex];
    const asked = data.slice(10 + 128).match(/.{64}/g) ?? [];
    const rows = asked.map(word => toClient(Number(`0x${word}`), blockAt(at)?.epochs));
    const output = clientsAbi.find(it => it.type === "function" && it.name === "lookups");
    return encodeAbiParameters((output as unknown as { outputs: never }).outputs, [rows] as never);
  }

  const servers: Servers = {
    counts: { questions: 0, failures: 0 },
    doubt: () => undefined,
    async ask(question) {
      if (failsAfter-- <= 0)
        throw new ChainRpcError("chain.unreachable", "The chain did not answer; try again.");
      return answer(question);
    },
  };
  return {
    servers,
    head: () => head,
    /** The chain goes on, or takes back some blocks and goes on otherwise; the server may fail in between. */
    live() {
      for (let depth = random(3) === 0 ? random(6) : 0; depth > 0 && head.parent; depth--) head = head.parent;
      for (let length = random(5); length >= 0; length--) extend();
      failsAfter = random(2) === 0 ? random(8) : Number.POSITIVE_INFINITY;
    },
    heal() {
      failsAfter = Number.POSITIVE_INFINITY;
    },
  };
}

function toBlock(block: ModelBlock | undefined) {
  if (block === undefined) return null;
  const parentHash = block.parent?.hash ?? toHex(0, { size: 32 });
  return { number: toHex(block.number), hash: block.hash, parentHash, timestamp: "0x1" };
}

function toClient(who: number, epochs: ReadonlyMap<number, number> | undefined) {
  const plain = { apiOldest: 0, apiNewest: 0, direct: "", domain: "", nodes: [], providers: [] };
  const epoch = BigInt(epochs?.get(who) ?? 0);
  return { account: accountOf(who), epoch, sequence: 0n, revoked: [], entry: plain };
}

describe("a node that follows a chain", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "that grows, forks and falls silent (seed %s) knows what the chain knows, and tells what has changed",
    async seed => {
      const model = createModel(seed + 1);
      const from = { entry, servers: model.servers };
      const changes = createChangeGatherer(1);
      const first = await askHead(from);
      const state = createLedgerState(first, changes, followLimits);
      /** What somebody knows who hears of changes alone. */
      const heard = new Map<number, string | undefined>();
      for (let step = 0; step < 30; step++) {
        model.live();
        await look(from, state).catch(expectSilence);
        model.heal();
        await look(from, state);
        for (const [id, { from: before, to }] of changes.take()?.numbers ?? []) {
          expect(before).toBe(heard.get(id));
          heard.set(id, to);
        }
        const head = model.head();
        expect(state.head.hash).toBe(head.hash);
        for (let id = firstId; id < firstId + 6; id++) {
          const owner = head.owners.get(id);
          const account = owner === undefined ? undefined : accountOf(owner);
          expect([state.numbers.ownerOf(id), heard.get(id)]).toEqual([account, account]);
        }
        for (let who = 1; who <= 5; who++) {
          expect(state.clients.get(accountOf(who))?.epoch ?? 0).toBe(head.epochs.get(who) ?? 0);
        }
      }
    },
  );

  it("does not go back for a server that lags behind", async () => {
    const model = createModel(3);
    const from = { entry, servers: model.servers };
    const state = createLedgerState(await askHead(from), createChangeGatherer(1), followLimits);
    const old = await askHead(from);
    model.live();
    model.heal();
    await look(from, state);
    const { hash } = state.head;
    expect(await followTo(from, { state, head: old, most: 128 })).toBe("same");
    expect(state.head.hash).toBe(hash);
  });

  it("says that it is lost where the chain is another, or far ahead", async () => {
    const model = createModel(4);
    const from = { entry, servers: model.servers };
    const first = await askHead(from);
    const state = createLedgerState(first, createChangeGatherer(1), followLimits);
    const stranger = { ...first, number: 5, hash: toHex(7, { size: 32 }) };
    expect(await followTo(from, { state, head: stranger, most: 128 })).toBe("lost");
    const far = { ...first, number: 500, hash: toHex(8, { size: 32 }) };
    expect(await followTo(from, { state, head: far, most: 128 })).toBe("lost");
  });
});

type Follow = Parameters<typeof followTo>;

async function look(from: Follow[0], state: Follow[1]["state"]): Promise<void> {
  const head = await askHead(from);
  while ((await followTo(from, { state, head, most: 128 })) !== "same");
}

function expectSilence(error: unknown): void {
  expect(error).toBeInstanceOf(ChainRpcError);
}
