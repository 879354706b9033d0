import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  type Abi,
  encodeDeployData,
  getContractAddress,
  type Hex,
  labelhash,
  namehash,
  zeroAddress,
} from "viem";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { Client } from "./dev-client.ts";

/** ENS as it was published: registry, registrar of .eth, resolver, and registrar of reverse names. */
export interface Ens {
  readonly registry: Hex;
  readonly registrar: Hex;
  readonly resolver: Hex;
  readonly reverse: Hex;
}

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

/**
 * Deploys ENS by an account that does nothing else, so that its contracts have the same addresses on every local
 * chain; what stands already is left as it is.
 *
 * @throws EnsError where the account has done something else before
 */
export async function deployEns(client: Client): Promise<Ens> {
  const { address: from } = client.account;
  const [registry, resolver, registrar, reverse] = [0n, 1n, 2n, 3n].map(nonce =>
    getContractAddress({ from, nonce }),
  ) as [Hex, Hex, Hex, Hex];
  const constructions: readonly (readonly [Artifact, readonly unknown[]])[] = [
    [artifacts.registry(), []],
    [artifacts.resolver(), [registry]],
    [artifacts.registrar(), [registry, namehash("eth")]],
    [artifacts.reverse(), [registry, resolver]],
  ];
  for (const [nonce, [{ abi, bytecode }, args]] of constructions.entries()) {
    await deployAt(client, BigInt(nonce), encodeDeployData({ abi, bytecode, args }));
  }
  const ens = { registry, resolver, registrar, reverse };
  await giveNode(client, ens, { parent: "", label: "eth", to: registrar });
  await giveNode(client, ens, { parent: "", label: "reverse", to: from });
  await giveNode(client, ens, { parent: "reverse", label: "addr", to: reverse });
  const isController = { address: registrar, abi: abis, functionName: "controllers", args: [from] };
  if (!(await client.read.readContract(isController)))
    await send(client, registrar, ["addController", [from]]);
  return ens;
}

export interface NameRecords {
  /** `alice` of `alice.eth`. */
  readonly label: string;
  /** Who owns the name and signs for its records. */
  readonly owner: Client;
  /** The text record `etherlynk`: the number that the name claims. */
  readonly number?: string;
}

/** Registers a name of .eth for a year, with its address and number. */
export async function registerName(ens: Ens, registrar: Client, records: NameRecords): Promise<string> {
  const { label, owner, number } = records;
  const name = `${label}.eth`;
  const node = namehash(name);
  const { address } = owner.account;
  if ((await ownerOf(owner, ens, node)) !== address) {
    await send(registrar, ens.registrar, ["register", [BigInt(labelhash(label)), address, year]]);
  }
  await send(owner, ens.registry, ["setResolver", [node, ens.resolver]]);
  await send(owner, ens.resolver, ["setAddr", [node, address]]);
  if (number !== undefined) await setText(ens, owner, { name, key: "etherlynk", value: number });
  return name;
}

/** The account goes by this name from now on. */
export function goByName({ reverse }: Ens, owner: Client, name: string): Promise<void> {
  return send(owner, reverse, ["setName", [name]]);
}

/** Whether an account ever went by a name. */
export async function goesByName({ account, read }: Client, { registry }: Ens): Promise<boolean> {
  const node = namehash(`${account.address.slice(2).toLowerCase()}.addr.reverse`);
  const call = { address: registry, abi: abis, functionName: "resolver", args: [node] };
  return (await read.readContract(call)) !== zeroAddress;
}

export function setText(ens: Ens, owner: Client, text: { name: string; key: string; value: string }) {
  return send(owner, ens.resolver, ["setText", [namehash(text.name), text.key, text.value]]);
}

/** The registry's owner of a node. */
export function ownerOf(client: Client, { registry }: Ens, node: Hex): Promise<unknown> {
  return client.read.readContract({ address: registry, abi: abis, functionName: "owner", args: [node] });
}

/** Sends one of the calls below and waits for it. */
export async function send(
  client: Client,
  to: Hex,
  call: readonly [string, readonly unknown[]],
): Promise<void> {
  const [functionName, args] = call;
  const hash = await client.write.writeContract({ address: to, abi: abis as Abi, functionName, args });
  const { status } = await client.read.waitForTransactionReceipt({ hash });
  if (status !== "success") throw new EnsError("chain.ens-call", `ENS refused ${functionName}.`);
}

const year = 365n * 86_400n;

const artifacts = {
  registry: () => load("@ensdomains/ens/build/contracts/ENSRegistry.json"),
  resolver: () => load("@ensdomains/resolver/build/contracts/PublicResolver.json"),
  registrar: () => load("@ensdomains/ethregistrar/build/contracts/BaseRegistrarImplementation.json"),
  reverse: () => load("@ensdomains/ens/build/contracts/ReverseRegistrar.json"),
};

const abis = [
  ...toAbi("owner(bytes32)", ["address"]),
  ...toAbi("resolver(bytes32)", ["address"]),
  ...toAbi("setSubnodeOwner(bytes32,bytes32,address)"),
  ...toAbi("setResolver(bytes32,address)"),
  ...toAbi("setOwner(bytes32,address)"),
  ...toAbi("controllers(address)", ["bool"]),
  ...toAbi("addController(address)"),
  ...toAbi("register(uint256,address,uint256)"),
  ...toAbi("setAddr(bytes32,address)"),
  ...toAbi("setText(bytes32,string,string)"),
  ...toAbi("setName(string)"),
];

function toAbi(signature: string, outputs: readonly string[] = []) {
  const [name = "", types = ""] = signature.slice(0, -1).split("(");
  const toParameters = (list: readonly string[]) => list.map(type => ({ name: "", type }));
  const stateMutability = outputs.length > 0 ? ("view" as const) : ("nonpayable" as const);
  return [
    {
      type: "function" as const,
      name,
      stateMutability,
      inputs: toParameters(types.split(",")),
      outputs: toParameters(outputs),
    },
  ];
}

function load(path: string): Artifact {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(path), "utf8"));
}

async function deployAt({ account, read, write }: Client, nonce: bigint, data: Hex): Promise<void> {
  const address = getContractAddress({ from: account.address, nonce });
  if ((await read.getCode({ address })) !== undefined) return;
  if ((await read.getTransactionCount({ address: account.address })) !== Number(nonce)) {
    throw new EnsError(
      "chain.ens-account",
      "The account that deploys ENS has done something else on this chain. Begin with a fresh one: --fresh.",
    );
  }
  const hash = await write.sendTransaction({ data, gas: 8_000_000n });
  await read.waitForTransactionReceipt({ hash });
}

async function giveNode(
  client: Client,
  ens: Ens,
  node: { parent: string; label: string; to: Hex },
): Promise<void> {
  const { parent, label, to } = node;
  const name = parent === "" ? label : `${label}.${parent}`;
  if ((await ownerOf(client, ens, namehash(name))) !== zeroAddress) return;
  await send(client, ens.registry, ["setSubnodeOwner", [namehash(parent), labelhash(label), to]]);
}

export class EnsError extends EtherlynkError {}
