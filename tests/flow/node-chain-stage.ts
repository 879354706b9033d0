import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { type NumberText, toTokenId } from "../../protocol/number/number.ts";
import type { FollowLimits } from "../../signaller/chain/limits.ts";
import type { NodeConfig } from "../../signaller/node.ts";
import type { ChainStage } from "./chain-stage.ts";
import { createDevice, type Device, type DeviceOptions, prove, registering } from "./device.ts";
import { type ClientOptions, createSipClient, type SipClient } from "./sip-client.ts";
import type { SipText } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

/** Tests do not wait for blocks as long as operators can. */
export const quickFollow: Partial<FollowLimits> = { pollMs: 20, longestWaitMs: 100, restMs: 50 };

export interface ChainNodeConfig extends NodeConfig {
  readonly rpcs?: readonly string[];
  readonly follow?: Partial<FollowLimits>;
}

/** A node that reads the stage's chain, by its own server or by another one. */
export function startChainNode(
  stage: ChainStage,
  { rpcs, follow, ...config }: ChainNodeConfig = {},
): Promise<TestNode> {
  const chains = [{ ...stage.entry, ...(rpcs && { rpcs }) }];
  const chain = { id: stage.entry.id, book: { chains }, limits: { ...quickFollow, ...follow } };
  return startNode({ domain: "one.example", chain, ...config });
}

/** The figure of a node's metric. */
export async function metricOf(node: TestNode, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text();
  return Number(new RegExp(`^etherlynk_${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not until now: ${what}.`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

export function loaded(node: TestNode): Promise<void> {
  return until("all is loaded", async () => (await metricOf(node, "chain_loaded")) === 1);
}

/** Until a node has followed the chain to where it is now. */
export async function caughtUp(stage: ChainStage, node: TestNode): Promise<void> {
  const head = Number(await stage.request("eth_blockNumber"));
  await until(`block ${head} is followed`, async () => (await metricOf(node, "chain_head")) >= head);
}

export interface Resident {
  readonly device: Device;
  readonly client: SipClient;
  readonly aor: string;
}

/** A device of the chain's account at this place. */
export function deviceOf(stage: ChainStage, index: number, options: DeviceOptions = {}): Device {
  const wallet = stage.chain.accounts.at(index)?.privateKey ?? "0x";
  return createDevice({ wallet, chainId: stage.entry.id, ...options });
}

export async function connect(
  node: TestNode,
  device: Device,
  { domain = "one.example", ...options }: Partial<ClientOptions> = {},
): Promise<Resident> {
  const client = await createSipClient(node.url, { user: device.account, domain, ...options });
  return { device, client, aor: `sip:${device.account}@${domain}` };
}

export function register({ client, device }: Resident, domain = "one.example"): Promise<SipText> {
  return prove(client, device, registering(client, device, domain));
}

/** Connected and registered. */
export async function enter(
  node: TestNode,
  device: Device,
  options: Partial<ClientOptions> = {},
): Promise<Resident> {
  const resident = await connect(node, device, options);
  const answer = await register(resident, options.domain);
  if (answer.status !== 200) throw new Error(`${device.account} was not registered: ${answer.start}`);
  return resident;
}

export async function transfer(
  stage: ChainStage,
  number: NumberText,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const seller = stage.client(from);
  const hash = await seller.write.writeContract({
    address: stage.entry.numbers ?? "0x",
    abi: numbersAbi,
    functionName: "transferFrom",
    args: [seller.account.address, stage.client(to).account.address, toTokenId(number)],
  });
  await seller.read.waitForTransactionReceipt({ hash });
}
