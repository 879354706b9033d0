import { createServer } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { startEcho } from "../../services/echo/start-echo.ts";
import { type MachineKeys, openMachineKeys } from "../../services/kit/machine-keys.ts";
import { createLog } from "../../services/kit/service-log.ts";
import { createNode } from "../../signaller/node.ts";
import { createNodeKey, type NodeKey } from "../../signaller/node-key.ts";
import { buildDevWallet } from "../build-dev-wallet.ts";
import { buildExtension } from "../build-extension.ts";
import { type DevChain, devChainState, startDevChain } from "../chain/dev-chain.ts";
import type { Resident } from "../chain/seed.ts";
import { createDeskSite, settleFirstOrder } from "./desk.ts";
import { type Person, people } from "./people.ts";
import { enterHomes, letMoveIn, type Residents } from "./residents.ts";
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
  readonly dapp: string;
  readonly home: HomeDomain;
  /** The folder of the unpacked extension. */
  readonly phone: string;
  /** The folder of the development wallet that holds this person's account. */
  walletOf(person: Person): string;
  /** Their name and number on the chain. */
  residentOf(person: Person): Resident;
}

const domain = "localhost";
/** Where wallets and an extension that was built by itself look for a local chain. */
const usualChainPort = 8545;
const root = join(import.meta.dirname, "../..");

/** Starts it all, in the order in which each needs the one before; `things` closes it. */
export async function startWorld(options: WorldOptions, things: Things, ending: AbortSignal): Promise<World> {
  const folder = options.forgets ? undefined : folderOf(options);
  const chain = await openChain({ folder, fresh: options.fresh }, things);
  const [residents, wallets] = await Promise.all([letMoveIn(chain), buildWallets(chain)]);
  ending.throwIfAborted();
  const [echo, key] = await Promise.all([
    openMachineKeys(),
    createNodeKey(folder && join(folder, "node.pem")),
  ]);
  const { urls } = await openNode(options.port, { chain, echo, key, residents }, things);
  const home: HomeDomain = {
    ...{ domain, urls: [urls.ws], book: residents.book },
    chain: { id: chain.chainId, rpc: chain.rpc },
  };
  console.log("Building the extension for them…");
  const [phone] = await Promise.all([
    buildExtension("demo", "chrome", home),
    openEcho({ keys: echo, chain, url: urls.ws }, things),
    enterHomes(chain, residents.book, { domain, url: urls.ws, key }),
  ]);
  ending.throwIfAborted();
  return {
    ...{ dapp: urls.http, home, phone },
    walletOf: person => wallets.get(person) ?? "",
    residentOf: residents.of,
  };
}

/** Where what is kept of the chain lies. */
function folderOf({ folder }: WorldOptions): string {
  return folder === undefined ? join(root, dirname(devChainState)) : join(resolve(folder), "chain");
}

interface Keeping {
  readonly folder: string | undefined;
  readonly fresh: boolean;
}

async function openChain({ folder, fresh }: Keeping, things: Things): Promise<DevChain> {
  const stop = new AbortController();
  const kept = folder === undefined ? {} : { state: join(folder, basename(devChainState)), fresh };
  const port = folder === undefined || !(await isFree(usualChainPort)) ? 0 : usualChainPort;
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
  /** By which other nodes, and entries on the chain, know this one. */
  readonly key: NodeKey;
  readonly residents: Residents;
}

async function openNode(port: number, { chain, echo, key, residents }: NodeParts, things: Things) {
  const { chainId: id, rpc } = chain;
  const aliases = new Map([["echo", echo.account.toLowerCase()]]);
  const page = createDeskSite({ id, rpc }, residents.of);
  const links = { key, peers: [] };
  const { book } = residents;
  const node = createNode({ port, domain, chain: { id, rpc, book }, aliases, links, page });
  things.defer(() => node.close());
  const listening = await node.listen();
  console.log(`A node for ${domain}: ${listening.urls.ws}`);
  console.log(`The demo DApp: ${listening.urls.http}`);
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
async function buildWallets({ rpc, chainId }: DevChain): Promise<ReadonlyMap<Person, string>> {
  const folders = people.map(({ name, index }) =>
    buildDevWallet({ account: index, rpc, chainId, folder: `dev-wallet-${name.toLowerCase()}` }),
  );
  const built = await Promise.all(folders);
  return new Map(people.map((person, at) => [person, built[at] ?? ""]));
}
