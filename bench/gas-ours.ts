import { readFileSync } from "node:fs";
import type { Hex } from "viem";
import { clientsAbi } from "../protocol/chain/clients-abi.ts";
import { toCommitment } from "../protocol/chain/commitment.ts";
import { numbersAbi } from "../protocol/chain/numbers-abi.ts";
import { parseAccount } from "../protocol/number/address.ts";
import { fromTokenId } from "../protocol/number/number.ts";
import { digestAgreement, type Provider, services } from "../protocol/words/agreement.ts";
import { type ClientEntry, digestClientEntry } from "../protocol/words/client-entry.ts";
import type { Client } from "../scripts/chain/dev-client.ts";
import type { Artifact, Contract, GasChain } from "./gas-chain.ts";

export interface NumbersCosts {
  readonly commitNew: number;
  readonly claimNew: number;
  readonly commitKnown: number;
  readonly claimKnown: number;
  readonly transferDressed: number;
  readonly transferBare: number;
  readonly buyNew: number;
  readonly buyKnown: number;
}

type Step = (by: Client, ...ids: readonly bigint[]) => Promise<number>;

/** Whole transactions, in the order in which two people would make them. */
export async function measureNumbers(chain: GasChain): Promise<NumbersCosts> {
  const [deployer, alice, bob, carol] = chain.clients;
  if (!deployer || !alice || !bob || !carol) throw new Error("The local chain has too few accounts.");
  const fees = Array.from({ length: 9 }, (_, i) => (10n ** 15n) >> BigInt(i));
  const numbers = await chain.deploy(codeOf("Numbers", numbersAbi), [deployer.account.address, 60, fees]);
  const { commit, claim } = claiming(chain, numbers);
  const both = async (by: Client, id: bigint) => {
    const committed = await commit(by, id);
    return [committed, await claim(by, id)] as const;
  };
  // The first claim of all opens the slot of the count, once for ever.
  await both(deployer, 9990001n);
  const [commitNew, claimNew] = await both(alice, 99912345678n);
  const [commitKnown, claimKnown] = await both(alice, 99912345679n);
  for (const id of [99911111111n, 99911111112n, 99911111113n]) await both(alice, id);
  await both(bob, 99922222222n);

  const price = 10n ** 18n;
  const move = (to: Hex, id: bigint) =>
    chain.call(numbers, alice, { name: "transferFrom", args: [alice.account.address, to, id] });
  const list = (id: bigint) => chain.call(numbers, alice, { name: "list", args: [id, price] });
  const buy = (by: Client, id: bigint) => chain.call(numbers, by, { name: "buy", args: [id], value: price });
  const transferBare = await move(bob.account.address, 99912345679n);
  await chain.call(numbers, alice, { name: "setRecords", args: [99912345678n, records] });
  await list(99912345678n);
  const transferDressed = await move(bob.account.address, 99912345678n);
  for (const id of [99911111111n, 99911111112n]) await list(id);
  const buyNew = await buy(carol, 99911111111n);
  const buyKnown = await buy(bob, 99911111112n);
  return {
    commitNew,
    claimNew,
    commitKnown,
    claimKnown,
    transferDressed,
    transferBare,
    buyNew,
    buyKnown,
  };
}

function claiming(chain: GasChain, numbers: Contract): { commit: Step; claim: Step } {
  const secret: Hex = `0x${"5a".repeat(32)}`;
  const place = { chainId: chain.chainId, contract: numbers.address };
  return {
    commit(by, ...ids) {
      const account = parseAccount(by.account.address);
      const commitment = toCommitment({ numbers: ids.map(fromTokenId), account, secret }, place);
      return chain.call(numbers, by, { name: "commit", args: [commitment] });
    },
    async claim(by, ...ids) {
      await chain.wait(61);
      const fees = await Promise.all(ids.map(id => chain.read(numbers, "fee", [id])));
      const value = fees.reduce<bigint>((sum, fee) => sum + (fee as bigint), 0n);
      return await chain.call(numbers, by, { name: "claim", args: [ids, secret], value });
    },
  };
}

export interface ClientsCosts {
  readonly first: number;
  readonly changedAll: number;
  readonly changedOne: number;
}

/** An entry with two providers and one node, carried by somebody else: first; everything anew; one agreement anew. */
export async function measureClients(chain: GasChain): Promise<ClientsCosts> {
  const [, alice, carrier, turn, mail] = chain.clients;
  if (!alice || !carrier || !turn || !mail) throw new Error("The local chain has too few accounts.");
  const contract = await chain.deploy(codeOf("Clients", clientsAbi));
  const place = { chainId: chain.chainId, contract: contract.address };
  const account = parseAccount(alice.account.address);
  const { timestamp } = await alice.read.getBlock();
  const inADay = Number(timestamp) + 86_400;
  const setEntry = async (sequence: number, entry: ClientEntry) => {
    const head = { account, sequence, epoch: 0, deadline: inADay };
    const signature = await sign(alice, digestClientEntry(head, entry, place));
    const agreements = await Promise.all(
      entry.providers.map((it, i) => sign(i === 0 ? turn : mail, digestAgreement({ ...it, account }, place))),
    );
    const providers = entry.providers.map(it => ({ ...it, service: services[it.service] }));
    const args = [head, { ...entry, providers }, signature, agreements];
    return await chain.call(contract, carrier, { name: "setEntry", args });
  };
  const providerOf = (by: Client, terms: string): Provider => ({
    provider: parseAccount(by.account.address),
    service: by === turn ? "turn" : "voicemail",
    terms: `0x${terms.repeat(32)}`,
    expiry: inADay + Number.parseInt(terms, 16),
  });
  const entry = (host: string, terms: readonly [string, string]): ClientEntry => ({
    apiOldest: 1,
    apiNewest: 1,
    direct: "",
    domain: host,
    nodes: [{ url: `wss://${host}:9001`, key: `0x${terms[0].repeat(32)}` }],
    providers: [providerOf(turn, terms[0]), providerOf(mail, terms[1])],
  });
  const first = await setEntry(0, entry("node.example", ["1a", "2a"]));
  const changed = entry("other.example", ["1b", "2b"]);
  const changedAll = await setEntry(1, changed);
  const changedOne = await setEntry(2, { ...changed, providers: entry("", ["1b", "2c"]).providers });
  return { first, changedAll, changedOne };
}

function sign(by: Client, hash: Hex): Promise<Hex> {
  return by.account.sign({ hash });
}

const records = {
  name: "alice.eth",
  profile: "ipfs://profile",
  lightLogin: "https://light.example/1",
  policy: { callers: 2, bond: 5n * 10n ** 18n },
  blockList: "ipfs://blocked",
  blockRoot: `0x${"b1".repeat(32)}`,
  routes: "sip:+99940040041@node.example;after=20",
};

function codeOf(contract: string, abi: Artifact["abi"]): Artifact {
  const file = new URL(`../contracts/code/${contract}.json`, import.meta.url);
  return { abi, bytecode: JSON.parse(readFileSync(file, "utf8")).bytecode };
}
