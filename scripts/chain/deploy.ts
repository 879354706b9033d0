import { readFileSync } from "node:fs";
import {
  concat,
  encodeAbiParameters,
  getContractAddress,
  type Hex,
  keccak256,
  parseEther,
  toHex,
} from "viem";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import type { Client } from "./dev-client.ts";
import { isCodeOf } from "./verify-code.ts";

export interface DeployOptions {
  /** To whom the fees of claims belong. */
  readonly treasury: AccountText;
  /** Seconds between commitment and claim. */
  readonly minCommitAge: number;
  readonly log: (line: string) => void;
}

export interface Deployed {
  readonly numbers: AccountText;
  readonly clients: AccountText;
}

/**
 * Deploys the contracts at addresses that follow from their code and their settings, the same on every chain. What
 * stands there already is looked at and left alone, so a run that was interrupted is simply begun again.
 *
 * @throws DeployError
 */
export async function deployContracts(client: Client, options: DeployOptions): Promise<Deployed> {
  await checkFactory(client);
  const { treasury, minCommitAge, log } = options;
  const numbersSettings = encodeAbiParameters(
    [{ type: "address" }, { type: "uint32" }, { type: "uint256[9]" }],
    [treasury, minCommitAge, fees],
  );
  const numbers = await deployOne(client, { name: "Numbers", settings: numbersSettings, log });
  const clients = await deployOne(client, { name: "Clients", settings: "0x", log });
  return { numbers, clients };
}

/** What a claim costs, of 4 to 12 digits: about a third for each digit more. */
const fees = ["1", "0.3", "0.1", "0.03", "0.01", "0.003", "0.001", "0.0003", "0.0001"].map(it =>
  parseEther(it),
) as unknown as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

/** Makes contracts at addresses that depend on their code alone; it is the same on all chains. */
const factory = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const factoryCodeHash = "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989";
const salt = keccak256(toHex("etherlynk 1"));

interface Part {
  readonly name: string;
  /** What the constructor is given, encoded. */
  readonly settings: Hex;
  readonly log: (line: string) => void;
}

async function deployOne(client: Client, { name, settings, log }: Part): Promise<AccountText> {
  const creation = concat([readCode(name), settings]);
  const address = getContractAddress({ opcode: "CREATE2", from: factory, salt, bytecode: creation });
  const before = await client.read.getCode({ address });
  if (before === undefined) {
    const hash = await client.write.sendTransaction({ to: factory, data: concat([salt, creation]) });
    await client.read.waitForTransactionReceipt({ hash, timeout: 300_000 });
  }
  // Not the receipt's word: one of an earlier run may have come first, and then this one has failed for that.
  const code = before ?? (await client.read.getCode({ address }));
  if (code === undefined) {
    throw new DeployError(
      "chain.deploy",
      `${name} was not deployed: its transaction failed. Run this again.`,
    );
  }
  if (!isCodeOf(code, creation)) {
    throw new DeployError(
      "chain.code",
      `What stands at ${address} is not ${name}. Is this the chain you meant?`,
    );
  }
  log(`${name}: ${address} ${before === undefined ? "deployed" : "stood already"}, code ${keccak256(code)}`);
  return address;
}

async function checkFactory({ read }: Client): Promise<void> {
  const code = await read.getCode({ address: factory });
  if (code !== undefined && keccak256(code) === factoryCodeHash) return;
  throw new DeployError(
    "chain.factory",
    `This chain lacks the contract at ${factory} by which addresses are the same everywhere. docs/chain.md tells how to bring it there.`,
  );
}

function readCode(name: string): Hex {
  const file = new URL(`../../contracts/code/${name}.json`, import.meta.url);
  const { bytecode }: { bytecode: Hex } = JSON.parse(readFileSync(file, "utf8"));
  return bytecode;
}

export class DeployError extends EtherlynkError {}
