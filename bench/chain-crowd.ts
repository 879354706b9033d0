import { sign } from "ox/Secp256k1";
import { toHex as signatureToHex } from "ox/Signature";
import { encodeFunctionData, type Hex, numberToHex, parseEther, toHex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import type { ChainEntry } from "../protocol/chain/address-book.ts";
import { clientsAbi } from "../protocol/chain/clients-abi.ts";
import { toCommitment } from "../protocol/chain/commitment.ts";
import { numbersAbi } from "../protocol/chain/numbers-abi.ts";
import { parseAccount } from "../protocol/number/address.ts";
import { fromTokenId, toTokenId } from "../protocol/number/number.ts";
import { digestClientEntry } from "../protocol/words/client-entry.ts";

/** Many people on a local chain: their numbers claimed and their entries signed as anybody's are. */
export interface Crowd {
  readonly numbers: number;
  readonly clients: number;
  /** One block in which so many numbers change hands and as many accounts change their entry. */
  live(changes: number): Promise<void>;
}

export interface CrowdOptions {
  readonly rpc: string;
  readonly entry: ChainEntry;
  readonly numbers: number;
  readonly clients: number;
}

/** The contract's own bound of one claim. */
const PER_CLAIM = 50;
const PER_BATCH = 200;
const DOMAINS = 100;

interface Step {
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Person {
  readonly key: Hex;
  readonly account: Hex;
  sequence: number;
}

/** By way of anvil: whoever sends need not sign, and a block holds what it is given. */
export async function createCrowd({ rpc, entry, ...counts }: CrowdOptions): Promise<Crowd> {
  const { numbers = "0x", clients = "0x" } = entry;
  await ask(rpc, [
    { method: "anvil_autoImpersonateAccount", params: [true] },
    { method: "evm_setAutomine", params: [false] },
    { method: "evm_setBlockGasLimit", params: [numberToHex(30_000_000_000)] },
  ]);
  const claims = Array.from({ length: Math.ceil(counts.numbers / PER_CLAIM) }, (_, at) => {
    const account = parseAccount(`0x${(0xe0_0000_0000 + at).toString(16).padStart(40, "0")}`);
    const length = Math.min(PER_CLAIM, counts.numbers - at * PER_CLAIM);
    const first = 999_100_000_000_000n + BigInt(at * PER_CLAIM);
    return { account, secret: toHex(BigInt(at + 1), { size: 32 }), ids: idsFrom(first, length) };
  });
  const place = { chainId: entry.id, contract: numbers };
  // Told, since the local chain answers a batch at once and would give one nonce twice.
  const nonces = new Map<Hex, number>();
  const send = (from: Hex, to: Hex, data: Hex): Step => {
    const nonce = nonces.get(from) ?? 0;
    nonces.set(from, nonce + 1);
    const gas = numberToHex(10_000_000);
    return { method: "eth_sendTransaction", params: [{ from, to, data, gas, nonce: numberToHex(nonce) }] };
  };
  await inBatches(rpc, claims, ({ account }) => ({
    method: "anvil_setBalance",
    params: [account, numberToHex(parseEther("1000"))],
  }));
  await inBatches(rpc, claims, ({ account, secret, ids }) => {
    const commitment = toCommitment({ numbers: ids.map(fromTokenId), account, secret }, place);
    const args = [commitment] as const;
    return send(account, numbers, encodeFunctionData({ abi: numbersAbi, functionName: "commit", args }));
  });
  await ask(rpc, [{ method: "evm_increaseTime", params: [60] }]);
  await mine(rpc);
  // 12 digits are the cheapest: 0.0001 each.
  await inBatches(rpc, claims, ({ account, secret, ids }) => {
    const data = encodeFunctionData({ abi: numbersAbi, functionName: "claim", args: [ids, secret] });
    const step = send(account, numbers, data);
    const value = numberToHex(parseEther("0.0001") * BigInt(ids.length));
    return { ...step, params: [{ ...(step.params[0] as object), value }] };
  });
  const people = Array.from({ length: counts.clients }, (): Person => {
    const key = generatePrivateKey();
    return { key, account: privateKeyToAddress(key), sequence: 0 };
  });
  const payer = claims[0]?.account ?? "0x";
  const enter = (person: Person, at: number): Step =>
    send(payer, clients, toEntry(person, { at, place: { chainId: entry.id, contract: clients } }));
  await inBatches(rpc, people, enter);

  let turn = 0;
  return {
    ...counts,
    async live(changes) {
      turn++;
      const moving = claims
        .filter((_, at) => at % Math.floor(claims.length / changes) === 0)
        .slice(0, changes);
      const steps = moving.map(({ account, ids }, at) => {
        const id = ids[turn % ids.length] ?? 0n;
        const to = claims[(at + turn) % claims.length]?.account ?? account;
        const args = [account, to, id] as const;
        return send(
          account,
          numbers,
          encodeFunctionData({ abi: numbersAbi, functionName: "transferFrom", args }),
        );
      });
      const some = people.slice((turn * changes) % people.length).slice(0, changes);
      await ask(rpc, [...steps, ...some.map((person, at) => enter(person, at + turn))]);
      await mine(rpc);
    },
  };
}

function toEntry(
  person: Person,
  {
    at,
    place,
  }: { readonly at: number; readonly place: { readonly chainId: number; readonly contract: Hex } },
): Hex {
  const account = parseAccount(person.account);
  const head = { account, sequence: person.sequence++, epoch: 0, deadline: 4_000_000_000 };
  const domain = `node-${at % DOMAINS}.example`;
  const key = toHex(BigInt(1_000 + (at % DOMAINS)), { size: 32 });
  const nodes = [{ url: `wss://${domain}:9001`, key }];
  const entry = { apiOldest: 1, apiNewest: 1, direct: "", domain, nodes, providers: [] };
  const payload = digestClientEntry(head, entry, place);
  const signature = signatureToHex(sign({ payload, privateKey: person.key }));
  const onChain = { ...head, sequence: BigInt(head.sequence), epoch: 0n, deadline: BigInt(head.deadline) };
  return encodeFunctionData({
    abi: clientsAbi,
    functionName: "setEntry",
    args: [onChain, entry, signature, []],
  });
}

function idsFrom(first: bigint, length: number): readonly bigint[] {
  return Array.from({ length }, (_, i) => toTokenId(fromTokenId(first + BigInt(i))));
}

/** A block for each batch. */
async function inBatches<T>(
  rpc: string,
  items: readonly T[],
  toStep: (item: T, at: number) => Step,
): Promise<void> {
  for (let at = 0; at < items.length; at += PER_BATCH) {
    await ask(
      rpc,
      items.slice(at, at + PER_BATCH).map((item, i) => toStep(item, at + i)),
    );
    await mine(rpc);
  }
}

async function mine(rpc: string): Promise<void> {
  await ask(rpc, [{ method: "evm_mine", params: [] }]);
}

async function ask(rpc: string, steps: readonly Step[]): Promise<void> {
  const body = JSON.stringify(steps.map((step, id) => ({ jsonrpc: "2.0", id, ...step })));
  const headers = { "content-type": "application/json" };
  const response = await fetch(rpc, { method: "POST", headers, body });
  const answers: readonly { readonly error?: unknown }[] = JSON.parse(await response.text());
  const failed = answers.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`The local chain refused: ${JSON.stringify(failed.error)}`);
}
