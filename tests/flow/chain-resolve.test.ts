import { type Hex, namehash, zeroAddress } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { parseAddress } from "../../protocol/number/address.ts";
import { parseNumber, toTokenId } from "../../protocol/number/number.ts";
import { claimNumber, linkName } from "../../scripts/chain/claim.ts";
import type { Client } from "../../scripts/chain/dev-client.ts";
import { goByName, registerName, send, setText } from "../../scripts/chain/ens.ts";
import { endEpoch, enterHome, revokeDevice } from "../../scripts/chain/home.ts";
import { type ChainProxy, startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, createTestResolver, startChainStage, type TestResolver } from "./chain-stage.ts";

const signal = new AbortController().signal;
let stage: ChainStage;
let proxy: ChainProxy;

beforeAll(async () => {
  stage = await startChainStage();
  proxy = await startChainProxy(stage.chain.rpc);
}, 60_000);

describe("name, number and account", () => {
  it("lead to one person, each in one round trip, and in none when asked again", async () => {
    const { alice } = stage.seeded;
    for (const text of ["alice.eth", "+999 1000 1000", alice.account]) {
      const { resolver, trips } = look();
      const found = await resolver.resolve(parseAddress(text), signal);
      expect(trips(), text).toBe(1);
      expect(found).toMatchObject({
        account: alice.account,
        name: "alice.eth",
        number: "+99910001000",
        chain: { id: 31_337 },
        proofs: { ownsNumber: true, ownsName: true, nameAndNumber: "both", nameAndAccount: "both" },
        accountEpoch: 0,
        witnesses: 1,
      });
      expect(await resolver.resolve(parseAddress(text), signal)).toBe(found);
      expect(trips(), text).toBe(1);
    }
  });

  it("are asked for once by all who ask at once, and again by who wants to know it anew", async () => {
    const { resolver, trips } = look();
    const address = parseAddress("alice.eth");
    const [one, other] = await Promise.all([
      resolver.resolve(address, signal),
      resolver.resolve(address, signal),
    ]);
    expect(other).toBe(one);
    expect(trips()).toBe(1);
    await Promise.all([
      resolver.resolve(address, signal, { isAnew: true }),
      resolver.resolve(address, signal, { isAnew: true }),
    ]);
    expect(trips()).toBe(3);
  });

  it("are found whatever domain stands beside them", async () => {
    const found = await resolve("sip:alice.eth@elsewhere.example");
    expect(found.account).toBe(stage.seeded.alice.account);
  });

  it("an account that nobody knows is itself, with nothing proven", async () => {
    const account = stage.client(7).account.address;
    expect(await resolve(account)).toMatchObject({
      account,
      proofs: { ownsNumber: false, ownsName: false, nameAndNumber: "none", nameAndAccount: "none" },
    });
  });

  it.each([
    ["nobody.eth", "chain.name-unknown", "Nobody has set up nobody.eth. Check how it is written."],
    ["not.alice.eth", "chain.name-unknown", "Nobody has set up not.alice.eth."],
    ["+999 7777 7777", "chain.number-unknown", "Nobody owns +999 7777 7777."],
    ["sip:bob@node.example", "chain.user", "The chain knows no users of a domain"],
  ])("%s: %s", async (text, code, sentence) => {
    await expect(resolve(text)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });
});

describe("spelling", () => {
  it("is ENS's: capital letters, wide letters and an emoji's selector are other spellings of one name", async () => {
    const owner = stage.client(2);
    await register("❤x", owner);
    for (const text of ["ALICE.eth", "ａｌｉｃｅ.eth"]) {
      expect((await resolve(text)).name, text).toBe("alice.eth");
    }
    for (const text of ["❤x.eth", "❤\ufe0fx.eth", "❤X.ETH"]) {
      expect((await resolve(text)).account, text).toBe(owner.account.address);
    }
  });

  it.each([
    ["аlice.eth", "mixes letters of several scripts"],
    ["alicе.eth", "mixes letters of several scripts"],
    ["xn--abc.eth", "no name as ENS spells them"],
    ["al_ice.eth", "no name as ENS spells them"],
  ])("%s is not called", async (text, sentence) => {
    await expect(resolve(text)).rejects.toMatchObject({
      code: "chain.spelling",
      message: expect.stringContaining(sentence),
    });
  });

  it("of a name that an account says it goes by is checked as well", async () => {
    const mallory = stage.client(3);
    // Cyrillic а, registered by somebody whom no registrar stops.
    await register("аlice", mallory);
    await goByName(stage.seeded.ens, mallory, "аlice.eth");
    const found = await resolve(mallory.account.address);
    expect(found.name).toBeUndefined();
    expect(found.proofs).toMatchObject({ ownsName: false, nameAndAccount: "none" });
  });
});

describe("both directions", () => {
  const number = parseNumber("+999 3000 3000");

  it("a name that claims somebody else's number leads to its own account, without the number", async () => {
    const mallory = stage.client(4);
    await register("mallory", mallory, "+99920002000");
    expect(await resolve("mallory.eth")).toMatchObject({
      account: mallory.account.address,
      name: "mallory.eth",
      proofs: { ownsNumber: false, nameAndNumber: "forward", nameAndAccount: "forward" },
    });
    expect((await resolve("mallory.eth")).number).toBeUndefined();
  });

  it("a number that claims somebody else's name is the number, without the name", async () => {
    const mallory = stage.client(4);
    const { numbers } = contracts();
    await claimNumber(mallory, { numbers, number });
    await linkName(mallory, { numbers, number }, "alice.eth");
    const found = await resolve(number);
    expect(found).toMatchObject({
      account: mallory.account.address,
      number,
      proofs: { ownsNumber: true, ownsName: false, nameAndNumber: "backward", nameAndAccount: "none" },
    });
    expect(found.name).toBeUndefined();
  });

  it("an account that goes by somebody else's name does not get it", async () => {
    const mallory = stage.client(4);
    await goByName(stage.seeded.ens, mallory, "bob.eth");
    const found = await resolve(mallory.account.address);
    expect([found.name, found.number]).toEqual([undefined, undefined]);
    expect(found.proofs).toMatchObject({ ownsName: false, nameAndAccount: "backward" });
  });

  it("a linked name leads to the number's owner, also where its address record says another", async () => {
    const owner = stage.client(2);
    const other = parseNumber("+999 4000 4000");
    const { numbers } = contracts();
    await claimNumber(owner, { numbers, number: other });
    await register("linked", owner, other);
    await linkName(owner, { numbers, number: other }, "linked.eth");
    await send(owner, stage.seeded.ens.resolver, ["setAddr", [nodeOf("linked.eth"), zeroAddress]]);
    expect(await resolve("linked.eth")).toMatchObject({
      account: owner.account.address,
      number: other,
      name: "linked.eth",
      proofs: { nameAndNumber: "both", nameAndAccount: "none", ownsName: true },
    });
    await setText(stage.seeded.ens, owner, { name: "linked.eth", key: "etherlynk", value: "" });
    await expect(resolve("linked.eth")).rejects.toMatchObject({ code: "chain.name-empty" });
  });
});

describe("a wrapped name", () => {
  it("is its holder's, not the wrapper's", async () => {
    const owner = stage.client(2);
    await register("wrapped", owner);
    const wrapper = await stage.deploy("Wrapper", [nodeOf("wrapped.eth"), owner.account.address]);
    await send(owner, stage.seeded.ens.registry, ["setOwner", [nodeOf("wrapped.eth"), wrapper]]);
    expect((await resolve("wrapped.eth")).proofs.ownsName).toBe(true);
  });
});

describe("an address book that is wrong", () => {
  it("is said to be, where there is no contract", async () => {
    const nothing = stage.client(7).account.address;
    for (const [wrong, text, contract] of [
      [{ numbers: nothing }, "+999 1000 1000", "Numbers"],
      [{ numbers: nothing }, "alice.eth", "Numbers"],
      [{ clients: nothing }, "alice.eth", "Clients"],
    ] as const) {
      const resolver = createTestResolver([{ ...stage.entry, ...wrong }]);
      await expect(resolver.resolve(parseAddress(text), signal)).rejects.toMatchObject({
        code: "chain.contract",
        message: `On Local chain there is no ${contract} where the address book says; check it.`,
      });
    }
  });

  it("that names no chain, or none with what is asked for, says what is missing", async () => {
    const { ens, numbers, ...bare } = stage.entry;
    expect([ens, numbers]).not.toContain(undefined);
    for (const [entries, text, sentence] of [
      [[], stage.seeded.alice.account, "No chain is configured"],
      [[bare], "alice.eth", "No chain with ENS is configured"],
      [[bare], "+999 1000 1000", "No chain with numbers is configured"],
    ] as const) {
      await expect(createTestResolver(entries).resolve(parseAddress(text), signal)).rejects.toThrow(sentence);
    }
  });
});

describe("a sale", () => {
  it("reroutes the very next call: other owner, no name, changed hands", async () => {
    const [seller, buyer] = [stage.client(2), stage.client(6)];
    const number = parseNumber("+999 5000 5000");
    const { numbers } = contracts();
    await claimNumber(seller, { numbers, number });
    await register("forsale", seller, number);
    await linkName(seller, { numbers, number }, "forsale.eth");
    const { resolver, trips } = look();
    const before = await resolver.resolve(parseAddress(number), signal);
    expect(before).toMatchObject({ account: seller.account.address, name: "forsale.eth" });
    expect(before.proofs.changedHandsAt).toBeUndefined();

    const contract = { address: numbers, abi: numbersAbi } as const;
    const id = toTokenId(number);
    const { read } = seller;
    await settled(await seller.write.writeContract({ ...contract, functionName: "list", args: [id, 5n] }));
    await settled(
      await buyer.write.writeContract({ ...contract, functionName: "buy", args: [id], value: 5n }),
    );
    const block = await read.getBlock();
    expect(resolver.noteHead(31_337, headOf(block))).toBe(true);

    const after = await resolver.resolve(parseAddress(number), signal);
    expect(trips()).toBe(2);
    expect(after.account).toBe(buyer.account.address);
    expect(after.name).toBeUndefined();
    expect(Math.abs(Number(block.timestamp) - (after.proofs.changedHandsAt ?? 0))).toBeLessThanOrEqual(512);
    // The name still claims the number, which no longer claims the name: it leads to the seller.
    expect(await resolve("forsale.eth")).toMatchObject({
      account: seller.account.address,
      proofs: { ownsNumber: false, nameAndNumber: "forward" },
    });
  });

  it("that a reorg undoes is undone here", async () => {
    const { resolver } = look();
    const { read } = stage.client(0);
    const number = parseNumber("+999 2000 2000");
    const contract = { address: contracts().numbers, abi: numbersAbi } as const;
    const [bob, buyer] = [stage.client(1), stage.client(6)];
    const id = toTokenId(number);
    await settled(await bob.write.writeContract({ ...contract, functionName: "list", args: [id, 5n] }));
    await settled(
      await buyer.write.writeContract({ ...contract, functionName: "buy", args: [id], value: 5n }),
    );
    const sold = await resolver.resolve(parseAddress(number), signal);
    expect(sold.account).toBe(buyer.account.address);
    await stage.request("anvil_reorg", [3, []]);
    expect(resolver.noteHead(31_337, headOf(await read.getBlock()))).toBe(true);
    const undone = await resolver.resolve(parseAddress(number), signal);
    expect(undone).toMatchObject({ account: bob.account.address, block: sold.block });
  });
});

describe("the registrar of clients", () => {
  it("says where an account is reached, its epoch, and which devices speak for it no longer", async () => {
    const owner = stage.client(0);
    const { clients } = contracts();
    const key = `0x${"0123456789abcdef".repeat(4)}` as const;
    const nodes = [
      { url: "wss://one.node.example:9001", key },
      { url: "javascript:alert(1)", key },
    ];
    await endEpoch(owner, clients);
    await enterHome(owner, clients, { domain: "Node.Example", nodes });
    await revokeDevice(owner, clients, key);
    const thumbprint = Buffer.from(key.slice(2), "hex").toString("base64url");
    for (const text of ["alice.eth", "+999 1000 1000", owner.account.address]) {
      expect(await resolve(text), text).toMatchObject({
        home: { domain: "node.example", nodes: [{ url: "wss://one.node.example:9001", thumbprint }] },
        accountEpoch: 1,
        revoked: [thumbprint],
      });
    }
  });
});

describe("a hostile resolver", () => {
  it.each([0, 1, 2, 3])("harms nobody but its own name (way %i)", async way => {
    const owner = stage.client(2);
    const hostile = await stage.deploy("HostileResolver", [way]);
    const label = `hostile${way}`;
    await register(label, owner);
    await send(owner, stage.seeded.ens.registry, ["setResolver", [nodeOf(`${label}.eth`), hostile]]);
    await expect(resolve(`${label}.eth`)).rejects.toMatchObject({
      code: expect.stringMatching(/^chain\.(name-empty|lookup)$/),
    });
    // Also where it stands behind the name that an account or a number claims.
    await goByName(stage.seeded.ens, owner, `${label}.eth`);
    expect((await resolve(owner.account.address)).name).toBeUndefined();
  });
});

describe("the longest of everything", () => {
  it("fits into one answer", async () => {
    const owner = stage.client(8);
    const { numbers, clients } = contracts();
    const hostile = await stage.deploy("HostileResolver", [3]);
    await register("longest", owner);
    await send(owner, stage.seeded.ens.registry, ["setResolver", [nodeOf("longest.eth"), hostile]]);
    const number = parseNumber("+999 123 456 789 012");
    await claimNumber(owner, { numbers, number });
    const text = "x".repeat(255);
    const key = (of: number): Hex => `0x${of.toString(16).padStart(64, "0")}`;
    const pointers = { profile: text, lightLogin: text, blockList: text, blockRoot: key(9) };
    const policy = { callers: 1, bond: 1n };
    const records = { name: "longest.eth", policy, ...pointers, routes: "x".repeat(1_024) };
    const contract = { address: numbers, abi: numbersAbi } as const;
    const args = [toTokenId(number), records] as const;
    await settled(await owner.write.writeContract({ ...contract, functionName: "setRecords", args }));
    const nodes = [1, 2, 3, 4].map(of => ({ url: `wss://${"n".repeat(249)}`, key: key(of) }));
    await enterHome(owner, clients, { domain: text, nodes });
    for (let device = 1; device <= 16; device += 1) await revokeDevice(owner, clients, key(device));
    const found = await resolve(number);
    expect(found.account).toBe(owner.account.address);
    expect([found.home?.nodes.length, found.revoked.length, found.name]).toEqual([4, 16, undefined]);
  });
});

describe("time", () => {
  it("ends a name: it is shown as run out, and proves nothing of its owner", async () => {
    await stage.request("evm_increaseTime", [366 * 86_400]);
    await stage.request("evm_mine");
    const found = await resolve("alice.eth");
    expect(found.proofs).toMatchObject({ ownsName: false, nameExpired: true });
    expect(found.account).toBe(stage.seeded.alice.account);
  });
});

function look(): { readonly resolver: TestResolver; trips(): number } {
  const before = proxy.count;
  const resolver = createTestResolver([{ ...stage.entry, rpcs: [proxy.url] }]);
  return { resolver, trips: () => proxy.count - before };
}

function resolve(text: string) {
  return look().resolver.resolve(parseAddress(text), signal);
}

function register(label: string, owner: Client, number?: string): Promise<string> {
  const records = number === undefined ? { label, owner } : { label, owner, number };
  return registerName(stage.seeded.ens, stage.client(-1), records);
}

function contracts(): { readonly numbers: Hex; readonly clients: Hex } {
  const { numbers = zeroAddress, clients = zeroAddress } = stage.entry;
  return { numbers, clients };
}

function nodeOf(name: string): Hex {
  return namehash(name);
}

async function settled(hash: Hex): Promise<void> {
  const { status } = await stage.client(0).read.waitForTransactionReceipt({ hash });
  expect(status).toBe("success");
}

function headOf(block: { readonly number: bigint; readonly parentHash: Hex; readonly timestamp: bigint }) {
  return { number: block.number, parentHash: block.parentHash, time: Number(block.timestamp) };
}
