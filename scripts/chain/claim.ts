import { bytesToHex, type Hex, keccak256, zeroAddress } from "viem";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { NumberText } from "../../protocol/number/number.ts";
import { toTokenId } from "../../protocol/number/number.ts";
import type { Client } from "./dev-client.ts";

export interface Claim {
  readonly numbers: Hex;
  readonly number: NumberText;
}

/**
 * Claims a number for the client's account, as a wallet would: commit, wait, reveal and pay. False where it is the
 * account's own already.
 *
 * @throws ClaimError where it is somebody else's
 */
export async function claimNumber(client: Client, { numbers: address, number }: Claim): Promise<boolean> {
  const { account, read, write } = client;
  const contract = { address, abi: numbersAbi } as const;
  const id = toTokenId(number);
  const { owner } = await read.readContract({ ...contract, functionName: "lookup", args: [id] });
  if (owner === account.address) return false;
  if (owner !== zeroAddress) throw new ClaimError("chain.taken", `${number} is somebody else's.`);
  const secret = keccak256(bytesToHex(crypto.getRandomValues(new Uint8Array(32))));
  const commitment = await read.readContract({
    ...contract,
    functionName: "commitmentTo",
    args: [[id], account.address, secret],
  });
  await settle(
    client,
    await write.writeContract({ ...contract, functionName: "commit", args: [commitment] }),
  );
  await untilOpen(client, address);
  const value = await read.readContract({ ...contract, functionName: "fee", args: [id] });
  const hash = await write.writeContract({ ...contract, functionName: "claim", args: [[id], secret], value });
  await settle(client, hash);
  return true;
}

/** The number claims the name, which is half of their link. */
export async function linkName(client: Client, { numbers, number }: Claim, name: string): Promise<void> {
  const contract = { address: numbers, abi: numbersAbi } as const;
  const hash = await client.write.writeContract({
    ...contract,
    functionName: "setName",
    args: [toTokenId(number), name],
  });
  await settle(client, hash);
}

/** Waits until the commitment may be opened, by the clock: a local chain's next block is of the time it is made. */
async function untilOpen({ read }: Client, address: Hex): Promise<void> {
  const age = await read.readContract({ address, abi: numbersAbi, functionName: "minCommitAge" });
  const { timestamp } = await read.getBlock();
  const wait = (Number(timestamp) + age + 1) * 1_000 - Date.now();
  await new Promise(resolve => setTimeout(resolve, Math.max(wait, 0)));
}

async function settle({ read }: Client, hash: Hex): Promise<void> {
  const { status } = await read.waitForTransactionReceipt({ hash });
  if (status !== "success") throw new ClaimError("chain.claim", `Transaction ${hash} failed.`);
}

export class ClaimError extends EtherlynkError {}
