import { createServer } from "node:net";
import { join, resolve } from "node:path";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { formatNumber } from "../../protocol/number/number.ts";
import { startEcho } from "../../services/echo/start-echo.ts";
import { type MachineKeys, openMachineKeys } from "../../services/kit/machine-keys.ts";
import { createLog } from "../../services/kit/service-log.ts";
import { createNode } from "../../signaller/node.ts";
import { buildDevWallet } from "../build-dev-wallet.ts";
import { buildExtension } from "../build-extension.ts";
import { type DevChain, devChainState, startDevChain } from "../chain/dev-chain.ts";
import { seedDevChain } from "../chain/seed.ts";
import { createDeskSite, settleFirstOrder } from "./desk.ts";
import { type Person, people } from "./people.ts";
import type { Things } from "./things.ts";

export interface WorldOptions {
  readonly port: number;
  /** Nothing is kept from run to run. */
  readonly forgets: boolean;
  readonly fresh: boolean;
  readonly folder: string | undefined;
}

/** All that a call needs, on this machine: chain, node, desk, echo, and the extensions built for them. */
export interface World {
  readonly desk: string;
  readonly home: HomeDomain;
  /** The folder of the unpacked extension. */
  readonly phone: string;
  /** The folder of the development wallet that holds this person's account. */
  walletOf(person: Person): string;
}

const domain = "localhost";
/** Where wallets and an extension that was built by itself look for a local chain. */
const usualChainPort = 8545;
const root = join(import.meta.dirname, "../..");

/** Starts it all, in the order in which each needs the one before; `things` closes it. */
export async function startWorld(options: WorldOptions, things: Things, ending: AbortSignal): Promise<World> {
  const chain = await openChain(options, things);
  const { book, alice, bob } = await seedDevChain(chain);
  for (const { name, number } of [alice, bob]) console.log(`On it: ${name}, ${formatNumber(number)}`);
  ending.throwIfAborted();
  const keys = await openMachineKeys();
  const { urls } = await openNode(options.port, { chain, echo: keys }, things);
  await openEcho({ keys, chain, url: urls.ws }, things);
  ending.throwIfAborted();
  const home: HomeDomain = {
    ...{ domain, urls: [urls.ws], book },
    chain: { id: chain.chainId, rpc: chain.rpc },
  };
  console.log("Building the extension and the wallets for them…");
  const phone = await buildExtension("demo", "chrome", home);
  const wallets = new Map<Person, string>();
  for (const person of people) wallets.set(person, await buildWallet(person, chain));
  ending.throwIfAborted();
  return { desk: urls.http, home, phone, walletOf: person => wallets.get(person) ?? "" };
}

async function openChain(options: WorldOptions, things: Things): Promise<DevChain> {
  const { forgets, fresh, folder } = options;
  const stop = new AbortController();
  const state = folder === undefined ? join(root, devChainState) : join(resolve(folder), "chain/state.json");
  const kept = forgets ? {} : { state, fresh };
  const port = forgets || !(await isFree(usualChainPort)) ? 0 : usualChainPort;
  const chain = await startDevChain({ ...kept, port, signal: stop.signal });
  let isEnding = false;
  // Ctrl-C in a terminal reaches it as well as us, and it may be the faster one.
  const closed = chain.closed.catch((error: Error) => {
    if (!isEnding) console.error(error.message);
  });
  things.defer(async () => {
    isEnding = true;
    stop.abort();
    await closed;
  });
  await settleFirstOrder({ id: chain.chainId, rpc: chain.rpc });
  console.log(`A local chain: ${chain.rpc}, id ${chain.chainId}`);
  return chain;
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const trial = createServer();
    trial.once("error", () => resolve(false));
    trial.listen(port, "127.0.0.1", () => trial.close(() => resolve(true)));
  });
}

interface NodeParts {
  readonly chain: DevChain;
  /** Whom `echo@localhost` leads to. */
  readonly echo: MachineKeys;
}

async function openNode(port: number, { chain, echo }: NodeParts, things: Things) {
  const { chainId: id, rpc } = chain;
  const aliases = new Map([["echo", echo.account.toLowerCase()]]);
  const node = createNode({ port, domain, chain: { id, rpc }, aliases, page: createDeskSite({ id, rpc }) });
  things.defer(() => node.close());
  const listening = await node.listen();
  console.log(`A node for ${domain}: ${listening.urls.ws}`);
  console.log(`The desk: ${listening.urls.http}`);
  return listening;
}

interface EchoParts {
  readonly keys: MachineKeys;
  readonly chain: DevChain;
  readonly url: string;
}

/** The machine that answers test calls; its account is another in each run. */
async function openEcho({ keys, chain, url }: EchoParts, things: Things): Promise<void> {
  const stop = new AbortController();
  things.defer(async () => stop.abort());
  const log = createLog(line => {
    if (/^(error|warn)/.test(line)) console.error(`The echo: ${line}`);
  });
  await startEcho({ domain, urls: [url], keys, chainId: chain.chainId, log, signal: stop.signal });
  console.log(`An echo answers sip:echo@${domain}`);
}

/** Each holds one account, so that nobody has to choose. */
function buildWallet({ name, index }: Person, { rpc, chainId }: DevChain): Promise<string> {
  return buildDevWallet({ account: index, rpc, chainId, folder: `dev-wallet-${name.toLowerCase()}` });
}
