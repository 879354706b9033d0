import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createPublicClient, type Hex, http, namehash, parseAbi } from "viem";
import { createClock } from "../background/base/clock.ts";
import { createLog } from "../background/base/log.ts";
import { createResolver } from "../background/chain/resolver.ts";
import { createChains } from "../background/chain/rpc-list.ts";
import { clientsAbi } from "../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../protocol/chain/numbers-abi.ts";
import { parseAddress } from "../protocol/number/address.ts";
import { parseNumber, toTokenId } from "../protocol/number/number.ts";
import { startDevChain } from "../scripts/chain/dev-chain.ts";
import { seedDevChain } from "../scripts/chain/seed.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, printRow, toLoneRow, toRow } from "./rounds.ts";

// A name resolved by the phone: name, number, owner and entry by one lens; against the same reads one after the
// other by viem, which puts those that can go together into one request.

interface Figures {
  readonly ms: number;
  readonly trips: number;
}

const registryAbi = parseAbi([
  "function resolver(bytes32) view returns (address)",
  "function owner(bytes32) view returns (address)",
]);
const resolverAbi = parseAbi([
  "function addr(bytes32) view returns (address)",
  "function text(bytes32, string) view returns (string)",
  "function name(bytes32) view returns (string)",
]);

const options = parseOptions(process.argv.slice(2), 31);
const name = "alice.eth";
const life = new AbortController();
say("chain: a local chain, ENS, contracts and two people");
const chain = await startDevChain({ signal: life.signal });
const { book } = await seedDevChain(chain);
const [entry] = book.chains;
const trips = { count: 0, delayMs: 0 };
const server = await serve();
try {
  for (const delayMs of options.quick ? [0] : [0, 50]) await measure(delayMs);
} finally {
  server.closeAllConnections();
  server.close();
  life.abort();
  await chain.closed;
}

async function measure(delayMs: number): Promise<void> {
  const suffix = delayMs === 0 ? "" : `.${delayMs}ms`;
  trips.delayMs = delayMs;
  const warm: Figures[] = [];
  const rounds = await alternate(options.rounds, ["ours", "viem"] as const, async (side, round) => {
    if (round === 0) say(`chain: ${side}, ${delayMs} ms a hop`);
    if (side === "viem") return timed(readByViem);
    const resolve = newPhone();
    const cold = await timed(resolve);
    warm.push(await timed(resolve));
    return cold;
  });
  const most = (figures: readonly Figures[]) => Math.max(...figures.map(it => it.trips));
  const [cold, byViem] = [most(rounds.map(it => it.ours)), most(rounds.map(it => it.viem))];
  if (cold !== 1 || most(warm) !== 0)
    throw new Error(`${cold} round trips when cold, ${most(warm)} when warm`);
  const spec = {
    bench: `chain.resolve.cold${suffix}`,
    unit: "ms from a name to number, owner, entry and back",
    peerName: "viem 2.57.1, reads one after the other",
    more: { trips: cold, peerTrips: byViem, delayMs },
  };
  const pairs = rounds.map(({ ours, viem }) => ({ ours: ours.ms, peer: viem.ms }));
  if (spec.bench.includes(options.only)) printRow(toRow({ ...spec, goal: { atMost: 1 } }, pairs));
  const known = { ...spec, bench: `chain.resolve.warm${suffix}`, more: { trips: 0, delayMs } };
  const note = "viem keeps no answers";
  if (known.bench.includes(options.only))
    printRow(
      toLoneRow(
        known,
        warm.map(({ ms }) => ms),
        note,
      ),
    );
}

async function timed(run: () => Promise<unknown>): Promise<Figures> {
  const before = trips.count;
  const begun = performance.now();
  await run();
  return { ms: performance.now() - begun, trips: trips.count - before };
}

/** A phone that has just started. */
function newPhone(): () => Promise<unknown> {
  const clock = createClock();
  const log = createLog({ now: clock.now, level: "error", write: line => say(JSON.stringify(line)) });
  const chains = createChains({ chains: entry ? [{ ...entry, rpcs: [url()] }] : [] }, clock, log);
  const resolver = createResolver({ chains, clock });
  return () => resolver.resolve(parseAddress(name), life.signal);
}

async function readByViem(): Promise<void> {
  const client = createPublicClient({ transport: http(url(), { batch: true }) });
  const registry = { address: entry?.ens ?? "0x", abi: registryAbi } as const;
  const node = namehash(name);
  const [resolver] = await Promise.all([
    client.readContract({ ...registry, functionName: "resolver", args: [node] }),
    client.readContract({ ...registry, functionName: "owner", args: [node] }),
  ]);
  const records = { address: resolver, abi: resolverAbi } as const;
  const [, number] = await Promise.all([
    client.readContract({ ...records, functionName: "addr", args: [node] }),
    client.readContract({ ...records, functionName: "text", args: [node, "etherlynk"] }),
  ]);
  const id = toTokenId(parseNumber(number));
  const numbers = { address: entry?.numbers ?? "0x", abi: numbersAbi } as const;
  const { owner } = await client.readContract({ ...numbers, functionName: "lookup", args: [id] });
  const reverse = namehash(`${owner.slice(2).toLowerCase()}.addr.reverse`);
  const clients = { address: entry?.clients ?? "0x", abi: clientsAbi } as const;
  const [reverseResolver] = await Promise.all([
    client.readContract({ ...registry, functionName: "resolver", args: [reverse] }),
    client.readContract({ ...clients, functionName: "lookup", args: [owner] }),
  ]);
  const back = { address: reverseResolver as Hex, abi: resolverAbi } as const;
  const found = await client.readContract({ ...back, functionName: "name", args: [reverse] });
  if (found !== name) throw new Error(`viem found ${found}`);
}

/** Counts requests and holds them up, on the way there and on the way back. */
async function serve() {
  const wait = () => new Promise(resolve => setTimeout(resolve, trips.delayMs));
  const proxy = createServer(async (request, response) => {
    trips.count += 1;
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    if (trips.delayMs > 0) await wait();
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(chain.rpc, { method: "POST", headers, body })).text();
    if (trips.delayMs > 0) await wait();
    response.end(answer);
  });
  await new Promise<void>(resolve => proxy.listen(0, "127.0.0.1", resolve));
  return proxy;
}

function url(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
