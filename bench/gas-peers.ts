import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Hex, labelhash, namehash, zeroHash } from "viem";
import type { Artifact, Contract, GasChain } from "./gas-chain.ts";

export interface PeerCosts {
  readonly mintNew: number;
  readonly mintKnown: number;
  readonly transferToHolder: number;
  readonly transferToNew: number;
}

/** The same steps on a bare ERC-721: by the owner, who keeps another token; to a holder and to an account with none. */
export async function measureToken(chain: GasChain, artifact: Artifact): Promise<PeerCosts> {
  const [, alice, bob, carol] = chain.clients;
  if (!alice || !bob || !carol) throw new Error("The local chain has too few accounts.");
  const token = await chain.deploy(artifact);
  const mint = (to: Hex, id: bigint) => chain.call(token, alice, { name: "mint", args: [to, id] });
  const move = (to: Hex, id: bigint) =>
    chain.call(token, alice, { name: "transferFrom", args: [alice.account.address, to, id] });
  const mintNew = await mint(alice.account.address, 99912345678n);
  const mintKnown = await mint(alice.account.address, 99912345679n);
  await mint(alice.account.address, 9991234n);
  await mint(bob.account.address, 9995678n);
  const transferToHolder = await move(bob.account.address, 99912345678n);
  const transferToNew = await move(carol.account.address, 99912345679n);
  return { mintNew, mintKnown, transferToHolder, transferToNew };
}

export interface EnsCosts {
  readonly commit: number;
  readonly register: number;
  readonly setText: number;
}

/** ENS of the published artifacts: a name of eleven letters for a year, no resolver; then a text of 44 bytes. */
export async function measureEns(chain: GasChain): Promise<EnsCosts> {
  const [deployer, owner] = chain.clients;
  if (!deployer || !owner) throw new Error("The local chain has too few accounts.");
  const { registry, controller } = await deployEns(chain);
  const [name, secret, account] = ["etherlynk-a", `0x${"5a".repeat(32)}`, owner.account.address] as const;
  const commitment = await chain.read(controller, "makeCommitment", [name, account, secret]);
  const commit = await chain.call(controller, owner, { name: "commit", args: [commitment] });
  await chain.wait(61);
  const year = 365n * 86_400n;
  const value = (await chain.read(controller, "rentPrice", [name, year])) as bigint;
  const args = [name, account, year, secret];
  const register = await chain.call(controller, owner, { name: "register", args, value: value * 2n });
  const resolver = await chain.deploy(load("resolver", "PublicResolver"), [registry.address]);
  const text = [namehash(`${name}.eth`), "url", "https://etherlynk.example/a/profile/of/44-by"];
  const setText = await chain.call(resolver, owner, { name: "setText", args: text });
  return { commit, register, setText };
}

async function deployEns(chain: GasChain): Promise<{ registry: Contract; controller: Contract }> {
  const [deployer] = chain.clients;
  if (!deployer) throw new Error("The local chain has too few accounts.");
  const registry = await chain.deploy(load("ens", "ENSRegistry"));
  const registrar = await chain.deploy(load("ethregistrar", "BaseRegistrarImplementation"), [
    registry.address,
    namehash("eth"),
  ]);
  const oracle = await chain.deploy(load("ethregistrar", "DummyOracle"), [100_000_000n]);
  const prices = await chain.deploy(load("ethregistrar", "StablePriceOracle"), [
    oracle.address,
    [0n, 0n, 4n, 2n, 1n],
  ]);
  const controller = await chain.deploy(load("ethregistrar", "ETHRegistrarController"), [
    registrar.address,
    prices.address,
    60n,
    86_400n,
  ]);
  await chain.call(registry, deployer, {
    name: "setSubnodeOwner",
    args: [zeroHash, labelhash("eth"), registrar.address],
  });
  await chain.call(registrar, deployer, { name: "addController", args: [controller.address] });
  return { registry, controller };
}

function load(name: string, contract: string): Artifact {
  const path = `@ensdomains/${name}/build/contracts/${contract}.json`;
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(path), "utf8"));
}
