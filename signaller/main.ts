// One node by itself. Exit 0: it stopped when asked to; 1: it could not start; 2: the command line is wrong.
//
// There is no handler for uncaught exceptions, on purpose. Whatever is received is read inside one connection's or
// one request's path, and an error there ends that path only (`websocket/connection.ts`, `upgrades.ts`, `sockets.ts`). An error that
// escapes all of them has left the node in a state nobody foresaw: it ends the process, and whoever supervises it
// starts it anew. That costs clients a reconnection and loses nothing, because the node keeps nothing.
import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { parseAddressBook } from "../protocol/chain/address-book.ts";
import { EtherlynkError } from "../protocol/errors.ts";
import { descriptorLimit } from "./descriptors.ts";
import { AddressListError } from "./door/addresses.ts";
import { limits } from "./limits.ts";
import { createLog, type Log } from "./log.ts";
import { createNode, type NodeConfig, type SignallerNode } from "./node.ts";
import { createNodeKey, type NodeKey } from "./node-key.ts";
import { HELP, type NodeOptions, OptionError, parseOptions } from "./options.ts";

async function obey(args: readonly string[]): Promise<void> {
  const command = parseOptions(args);
  if (command.do === "help") process.stdout.write(HELP);
  else if (command.do === "version") process.stdout.write(`${await readVersion()}\n`);
  else await run(command.options);
}

async function run(options: NodeOptions): Promise<void> {
  const log = createLog(line => process.stderr.write(`${line}\n`));
  const key = await createNodeKey(options.key);
  const domain = options.domain ?? (options.open ? undefined : "localhost");
  const tls = options.tls && (await readTls(options.tls));
  const chain = await readChain(options);
  const node = create({ ...options, chain, domain, tls, log, links: toLinks(options, key) });
  const { urls } = await listen(node, options);
  stopOnSignals(node, log);
  const words = [
    `listening ${urls.http}`,
    `PeerJS ${urls.ws}peerjs`,
    `SIP ${urls.ws}`,
    `domain=${domain ?? "any"}`,
    options.open ? "open" : "closed",
    `key=${key.thumbprint}`,
    `descriptors=${descriptorLimit() ?? "unknown"}`,
  ];
  process.stdout.write(`${words.join("  ")}\n`);
}

function toLinks({ peers, domain, book, plainLinks }: NodeOptions, key: NodeKey): NodeConfig["links"] {
  if (peers.length > 0 && domain === undefined) {
    throw new OptionError("--peer needs --domain: other nodes know this one by it.");
  }
  // Without a domain of its own no other node could find it, nor believe it.
  const isFound = book !== undefined && domain !== undefined;
  return peers.length > 0 || isFound ? { peers, key, plain: plainLinks } : undefined;
}

/** The chain that delegations are signed for is the book's first, unless it is said. */
async function readChain({ chain, book: file }: NodeOptions): Promise<NonNullable<NodeConfig["chain"]>> {
  if (file === undefined) return chain ?? { id: 1 };
  const book = parseAddressBook(await readJson(file));
  const [first] = book.chains;
  if (first === undefined) throw new StartError(`The address book ${file} names no chain.`);
  if (chain !== undefined && !book.chains.some(({ id }) => id === chain.id)) {
    throw new StartError(`Chain ${chain.id} of --chain is not in the address book ${file}.`);
  }
  return { id: first.id, ...chain, book };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "it is no JSON";
    throw new StartError(`The address book cannot be read from ${file}: ${code}.`, { cause });
  }
}

function create(config: NodeConfig): SignallerNode {
  try {
    return createNode(config);
  } catch (cause) {
    if (cause instanceof EtherlynkError || config.tls === undefined) throw cause;
    throw new StartError("The certificate and its key do not fit together, or are not PEM.", { cause });
  }
}

async function listen(node: SignallerNode, { host, port }: NodeOptions) {
  try {
    return await node.listen();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = LISTEN_FAILURES[code] ?? `cannot be used (${code})`;
    throw new StartError(`Port ${port} on ${host} ${reason}. Choose another by --port or --host.`, { cause });
  }
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken",
  EACCES: "is not allowed to you",
  EADDRNOTAVAIL: "is not an address of this machine",
  ENOTFOUND: "is not a host that is known here",
};

async function readTls({ cert, key }: { cert: string; key: string }) {
  return { cert: await readPem(cert, "certificate"), key: await readPem(key, "certificate's key") };
}

async function readPem(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new StartError(`The ${what} cannot be read from ${file}: ${code}.`, { cause });
  }
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return String(JSON.parse(text).version);
}

function stopOnSignals(node: SignallerNode, log: Log): void {
  const stop = (signal: NodeJS.Signals) => {
    log("info", "node.stopping", { signal });
    setTimeout(() => process.exit(0), limits.exitMs).unref();
    void node.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

class StartError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("node.start", sentence, options);
  }
}

// A node's objects either die at once or stay for hours. V8 would let the space for new ones grow to 3 × 16 MB, which is
// as much as 10,000 idle clients need otherwise; small, it also stays in the processor's cache.
setFlagsFromString("--semi-space-growth-factor=1");

// Whoever started us may be gone, and the pipe with them: a node does not end because nobody reads its words.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  await obey(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EtherlynkError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof OptionError || error instanceof AddressListError ? 2 : 1;
}
