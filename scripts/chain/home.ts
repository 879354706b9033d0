import type { Hex } from "viem";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { ChangeHead } from "../../protocol/words/change-head.ts";
import { type ClientEntry, toClientEntryTypedData } from "../../protocol/words/client-entry.ts";
import { toDeviceRevocationTypedData } from "../../protocol/words/device-revocation.ts";
import { toEpochEndTypedData } from "../../protocol/words/epoch-end.ts";
import type { TypedData } from "../../protocol/words/typed-word.ts";
import type { Client } from "./dev-client.ts";

/** Where an account is reached, as its entry in the registrar of clients says. */
export interface HomeEntry {
  readonly domain: string;
  /** `key`: SHA-256 thumbprint of the node's key, as 32 bytes. */
  readonly nodes: readonly { readonly url: string; readonly key: Hex }[];
}

/** Enters where the client's account is reached. */
export function enterHome(client: Client, clients: Hex, home: HomeEntry): Promise<void> {
  const entry: ClientEntry = { apiOldest: 1, apiNewest: 1, direct: "", providers: [], ...home };
  const { domain, nodes } = home;
  const plain = { apiOldest: 1, apiNewest: 1, direct: "", domain, nodes, providers: [] };
  return change(client, clients, {
    functionName: "setEntry",
    typed: (head, place) => toClientEntryTypedData(head, entry, place),
    args: (head, signature) => [head, plain, signature, []],
  });
}

/** Whether that is what the client's account has entered. */
export async function hasHome({ account, read }: Client, clients: Hex, home: HomeEntry): Promise<boolean> {
  const contract = { address: clients, abi: clientsAbi } as const;
  const { entry } = await read.readContract({ ...contract, functionName: "lookup", args: [account.address] });
  const toText = ({ domain, nodes }: HomeEntry) =>
    JSON.stringify([domain, nodes.map(({ url, key }) => [url, key])]);
  return toText(entry) === toText(home);
}

/** Ends the account's epoch: every delegation so far is void. */
export function endEpoch(client: Client, clients: Hex): Promise<void> {
  return change(client, clients, {
    functionName: "endEpoch",
    typed: (head, place) => toEpochEndTypedData(head, place),
    args: (head, signature) => [head, signature],
  });
}

/** Revokes a device, by its thumbprint as 32 bytes. */
export function revokeDevice(client: Client, clients: Hex, device: Hex): Promise<void> {
  return change(client, clients, {
    functionName: "revokeDevice",
    typed: (head, place) => toDeviceRevocationTypedData({ ...head, device }, place),
    args: (head, signature) => [head, device, signature],
  });
}

interface Change {
  readonly functionName: "setEntry" | "endEpoch" | "revokeDevice";
  typed(head: ChangeHead, place: { readonly chainId: number; readonly contract: Hex }): TypedData;
  args(head: unknown, signature: Hex): readonly unknown[];
}

async function change(client: Client, clients: Hex, { functionName, typed, args }: Change): Promise<void> {
  const { account, read, write } = client;
  const contract = { address: clients, abi: clientsAbi } as const;
  const now = await read.readContract({ ...contract, functionName: "lookup", args: [account.address] });
  const { timestamp } = await read.getBlock();
  const head = {
    account: account.address,
    sequence: Number(now.sequence),
    epoch: Number(now.epoch),
    deadline: Number(timestamp) + 3_600,
  };
  const typedData = typed(head, { chainId: read.chain.id, contract: clients });
  const signature = await account.signTypedData(typedData as Parameters<typeof account.signTypedData>[0]);
  const onChain = { ...head, sequence: now.sequence, epoch: now.epoch, deadline: BigInt(head.deadline) };
  const call = { ...contract, functionName, args: args(onChain, signature) };
  const hash = await write.writeContract(call as Parameters<typeof write.writeContract>[0]);
  const { status } = await read.waitForTransactionReceipt({ hash });
  if (status !== "success")
    throw new HomeError("chain.client", `The registrar of clients refused ${functionName}.`);
}

export class HomeError extends EtherlynkError {}
