import { type Hex, namehash, zeroAddress } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAddress } from "../../protocol/number/address.ts";
import { linkName } from "../../scripts/chain/claim.ts";
import { goByName, registerName, send } from "../../scripts/chain/ens.ts";
import { type ChainProxy, startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, createTestResolver, startChainStage } from "./chain-stage.ts";
import { type Gateway, type GatewayOptions, startGateway } from "./ens/gateway.ts";

const key: Hex = `0x${"5".repeat(64)}`;
const signal = new AbortController().signal;
let stage: ChainStage;
let proxy: ChainProxy;
let gateway: Gateway;

beforeAll(async () => {
  stage = await startChainStage();
  proxy = await startChainProxy(stage.chain.rpc);
  const [account, other] = [stage.client(2).account.address, stage.client(3).account.address];
  gateway = await startGateway({
    key,
    records: {
      "far.eth": { account },
      "carol.far.eth": { account: other },
      "alice.far.eth": { account: other, number: "+99910001000" },
    },
  });
  await keepOutside("far", { urls: [gateway.url] });
}, 60_000);

describe("names that are kept outside the chain", () => {
  it("resolve, and those under them: two round trips and a gateway between", async () => {
    for (const [name, index] of [
      ["far.eth", 2],
      ["carol.far.eth", 3],
    ] as const) {
      const trips = proxy.count;
      const found = await resolve(name);
      expect(found, name).toMatchObject({
        account: stage.client(index).account.address,
        name,
        isOffchain: true,
      });
      expect(proxy.count - trips, name).toBe(2);
    }
  });

  it("link to a number as others do", async () => {
    const { numbers = zeroAddress } = stage.entry;
    await linkName(stage.client(0), { numbers, number: "+99910001000" }, "alice.far.eth");
    expect(await resolve("alice.far.eth")).toMatchObject({
      account: stage.seeded.alice.account,
      number: "+99910001000",
      name: "alice.far.eth",
      proofs: { ownsNumber: true, nameAndNumber: "both", nameAndAccount: "none" },
    });
  });

  it("that the gateway does not know lead to nobody", async () => {
    await expect(resolve("dave.far.eth")).rejects.toMatchObject({ code: "chain.name-empty" });
  });

  it("resolve by a gateway that takes POST, by the second where the first fails, and over several", async () => {
    const broken = await start({ misbehave: response => response.writeHead(502).end("no") });
    const owner = stage.client(4).account.address;
    const records = { "far2.eth": { account: owner } };
    const sound = await startGateway({ key, records });
    await keepOutside("far2", { urls: [broken.url, sound.post], hops: 3 });
    expect((await resolve("far2.eth")).account).toBe(owner);
    expect(sound.asked).toEqual(Array(6).fill("POST /"));
  });

  it("are not looked for where a stranger's account or number goes by them: no server of theirs is visited", async () => {
    const stranger = stage.client(3);
    await goByName(stage.seeded.ens, stranger, "carol.far.eth");
    const before = gateway.asked.length;
    const found = await resolve(stranger.account.address);
    expect(found.name).toBeUndefined();
    const numbered = await resolve("+999 1000 1000");
    expect([numbered.account, numbered.name]).toEqual([stage.seeded.alice.account, undefined]);
    expect(gateway.asked.length).toBe(before);
  });
});

describe("a gateway that", () => {
  it.each<[string, string, Omit<GatewayOptions, "key" | "records">]>([
    ["fails", "chain.gateway", { misbehave: response => response.writeHead(404).end("{}") }],
    ["sends too much", "chain.gateway", { misbehave: response => response.end(" ".repeat(20_000)) }],
    ["sends no data", "chain.gateway", { misbehave: response => response.end('{"data":7}') }],
    ["sends no JSON", "chain.gateway", { misbehave: response => response.end("<html>") }],
    [
      "sends what nobody signed",
      "chain.name-empty",
      { misbehave: response => response.end('{"data":"0x00"}') },
    ],
  ])("%s: %s", async (what, code, options) => {
    const bad = await start(options);
    const label = what.replaceAll(" ", "").toLowerCase();
    await keepOutside(label, { urls: [bad.url] });
    await expect(resolve(`${label}.eth`)).rejects.toMatchObject({ code });
  });

  it("sends on to another server is not followed there", async () => {
    const sound = await startGateway({
      key,
      records: { "senton.eth": { account: stage.client(4).account.address } },
    });
    const bad = await start({
      misbehave: (response, { url = "" }) => {
        response.writeHead(307, { location: new URL(url, sound.post).href }).end();
      },
    });
    await keepOutside("senton", { urls: [bad.url] });
    await expect(resolve("senton.eth")).rejects.toMatchObject({ code: "chain.gateway" });
    expect(sound.asked).toEqual([]);
  });

  it("does not answer is waited for no longer than the time limit", async () => {
    const slow = await start({ misbehave: () => undefined });
    await keepOutside("slow", { urls: [slow.url, slow.url, slow.url, slow.url] });
    const begun = performance.now();
    await expect(resolve("slow.eth")).rejects.toMatchObject({ code: "chain.gateway-slow" });
    // Four of them, each with a limit of its own, would take twelve seconds.
    expect(performance.now() - begun).toBeLessThan(11_000);
  });

  it("sends from one to the next without an end is left", async () => {
    const records = { "endless.eth": { account: stage.client(4).account.address } };
    const patient = await startGateway({ key, records });
    await keepOutside("endless", { urls: [patient.url], hops: 100 });
    await expect(resolve("endless.eth")).rejects.toMatchObject({ code: "chain.gateway" });
    expect(patient.asked.length).toBeLessThanOrEqual(10);
  });

  it("belongs to another contract gets no visit in its name", async () => {
    await keepOutside("borrowed", { urls: [gateway.url], sender: stage.client(7).account.address });
    const before = gateway.asked.length;
    await expect(resolve("borrowed.eth")).rejects.toMatchObject({ code: "chain.lookup" });
    expect(gateway.asked.length).toBe(before);
  });

  it("is being asked when the user hangs up is left at once", async () => {
    const slow = await start({ misbehave: () => undefined });
    await keepOutside("leaving", { urls: [slow.url] });
    const life = new AbortController();
    const resolving = createTestResolver([stage.entry]).resolve(parseAddress("leaving.eth"), life.signal);
    while (slow.asked.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
    life.abort(new Error("hung up"));
    await expect(resolving).rejects.toThrow("hung up");
  });
});

function start(options: Omit<GatewayOptions, "key" | "records">): Promise<Gateway> {
  return startGateway({ key, records: {}, ...options });
}

interface Outside {
  readonly urls: readonly string[];
  readonly hops?: number;
  readonly sender?: Hex;
}

async function keepOutside(label: string, { urls, hops = 1, sender = zeroAddress }: Outside): Promise<void> {
  const owner = stage.client(2);
  const resolver = await stage.deploy("OffchainResolver", [
    privateKeyToAddress(key),
    urls,
    BigInt(hops),
    sender,
  ]);
  await registerName(stage.seeded.ens, stage.client(-1), { label, owner });
  await send(owner, stage.seeded.ens.registry, ["setResolver", [namehash(`${label}.eth`), resolver]]);
}

function resolve(text: string) {
  const entry = { ...stage.entry, rpcs: [proxy.url] };
  return createTestResolver([entry]).resolve(parseAddress(text), signal);
}
