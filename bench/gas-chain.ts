import type { Abi, Hex } from "viem";
import { type DevChain, startDevChain } from "../scripts/chain/dev-chain.ts";
import { type Client, clientOf } from "../scripts/chain/dev-client.ts";

/** A local chain on which each transaction tells what it cost, and time goes as it is told. */
export interface GasChain {
  readonly chainId: number;
  /** The published test accounts, each with play money. */
  readonly clients: readonly Client[];
  deploy(artifact: Artifact, args?: readonly unknown[]): Promise<Contract>;
  /** Sends a call and gives the gas of the whole transaction. A failed one ends the benchmark. */
  call(contract: Contract, by: Client, call: Call): Promise<number>;
  read(contract: Contract, name: string, args: readonly unknown[]): Promise<unknown>;
  /** What sending ether costs. */
  pay(by: Client, to: Hex): Promise<number>;
  wait(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

export interface Contract {
  readonly address: Hex;
  readonly abi: Abi;
}

export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly value?: bigint;
}

export async function startGasChain(): Promise<GasChain> {
  const life = new AbortController();
  const chain: DevChain = await startDevChain({ signal: life.signal });
  const clients = chain.accounts.map(({ privateKey }) => clientOf(chain, privateKey));
  const [deployer] = clients;
  if (deployer === undefined) throw new Error("The local chain has no accounts.");
  return {
    chainId: chain.chainId,
    clients,
    async deploy({ abi, bytecode }, args = []) {
      const hash = await deployer.write.deployContract({ abi, bytecode, args });
      const { contractAddress } = await deployer.read.waitForTransactionReceipt({ hash });
      if (!contractAddress) throw new Error("A contract could not be deployed.");
      return { address: contractAddress, abi };
    },
    async call(contract, by, { name, args, value }) {
      const request = { ...contract, functionName: name, args, ...(value !== undefined && { value }) };
      return await gasOf(by, await by.write.writeContract(request));
    },
    read: (contract, name, args) => deployer.read.readContract({ ...contract, functionName: name, args }),
    pay: async (by, to) => await gasOf(by, await by.write.sendTransaction({ to, value: 1n })),
    async wait(seconds) {
      await deployer.read.request({ method: "evm_increaseTime", params: [seconds] } as never);
      await deployer.read.request({ method: "evm_mine", params: [] } as never);
    },
    async stop() {
      life.abort();
      await chain.closed;
    },
  };
}

async function gasOf({ read }: Client, hash: Hex): Promise<number> {
  const { status, gasUsed } = await read.waitForTransactionReceipt({ hash });
  if (status !== "success") throw new Error(`Transaction ${hash} failed.`);
  return Number(gasUsed);
}
