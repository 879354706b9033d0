import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as Keystore from "ox/Keystore";
import { keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddressBook } from "../../protocol/chain/address-book.ts";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { type DevChain, startDevChain } from "../../scripts/chain/dev-chain.ts";
import { clientOf } from "../../scripts/chain/dev-client.ts";
import { enterHomes, giveMoney, seedDevChain } from "../../scripts/chain/seed.ts";
import { startChainProxy } from "./chain-proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "etherlynk-deploy-"));
const life = new AbortController();
let chain: DevChain;

beforeAll(async () => {
  chain = await startDevChain({ signal: life.signal });
});
afterAll(async () => {
  life.abort();
  await chain.closed;
  rmSync(folder, { recursive: true });
});

describe("npm run chain:deploy", () => {
  it("refuses a private key on its command line, and says what to use", async () => {
    const { code, text } = await deploy(["--rpc", chain.rpc, "--keystore", key(0)]);
    expect(code).toBe(1);
    expect(text).toContain("must not stand on a command line");
    expect(text).not.toContain(key(0));
  });

  it.each([
    [[], "--rpc takes"],
    [["--rpc", "http://127.0.0.1:1/secret-key"], "name with --public which address others shall use"],
    [["--rpc", "http://127.0.0.1:1", "--treasury", "0x12"], "--treasury: An account is"],
    [["--rpc", "http://127.0.0.1:1", "--min-commit-age", "0"], "--min-commit-age is a number"],
    [["--rpc", "http://127.0.0.1:1", "--more"], "--more"],
    [["--rpc", "http://127.0.0.1:1"], "No key to deploy with"],
  ])("says what is wrong with %j", async (args, sentence) => {
    const { code, text } = await deploy(args);
    expect([code, text]).toEqual([1, expect.stringContaining(sentence)]);
  });

  it("says so where the chain cannot be reached", async () => {
    const { code, text } = await deploy(["--rpc", "http://127.0.0.1:1"], { ETHERLYNK_DEPLOYER_KEY: key(0) });
    expect([code, text]).toEqual([1, expect.stringContaining("HTTP request failed")]);
  });

  it("that was interrupted after the first contract goes on where it stopped", async () => {
    const proxy = await startChainProxy(chain.rpc);
    let sent = 0;
    proxy.conduct = async ({ question, pass, response }) => {
      if (question.method.startsWith("eth_sendRaw")) sent += 1;
      if (sent > 1) response.destroy();
      return sent > 1 ? undefined : pass();
    };
    const out = join(folder, "book.json");
    const environment = { ETHERLYNK_DEPLOYER_KEY: key(0) };
    const broken = await deploy(["--rpc", proxy.url, "--out", out], environment);
    expect([broken.code, broken.text]).toEqual([1, expect.stringContaining("Run this again to go on.")]);
    expect(broken.text).toMatch(/Numbers: 0x\w{40} deployed/);

    const resumed = await deploy(["--rpc", chain.rpc, "--out", out, "--name", "Test chain"], environment);
    expect(resumed.code, resumed.text).toBe(0);
    expect(resumed.text).toMatch(/Numbers: 0x\w{40} stood already/);
    expect(resumed.text).toMatch(/Clients: 0x\w{40} deployed/);
    const [entry] = bookOf(out).chains;
    expect(entry).toMatchObject({ id: chain.chainId, name: "Test chain", rpcs: [chain.rpc] });
    const { read, account } = clientOf(chain, key(0));
    const contract = { address: entry?.numbers ?? "0x", abi: numbersAbi } as const;
    expect(await read.readContract({ ...contract, functionName: "treasury" })).toBe(account.address);
    expect(await read.readContract({ ...contract, functionName: "minCommitAge" })).toBe(60);
  });

  it("opens a keystore by its password, and deploys nothing twice", async () => {
    const [encryptionKey, opts] = Keystore.pbkdf2({ password: "a long password", iterations: 1_000 });
    const store = Keystore.encrypt(key(1), encryptionKey, opts);
    const file = join(folder, "key.json");
    writeFileSync(file, JSON.stringify(store));
    const args = ["--rpc", chain.rpc, "--out", join(folder, "second.json"), "--keystore", file, "--treasury"];
    const treasury = clientOf(chain, key(0)).account.address;
    const wrong = await deploy([...args, treasury], { ETHERLYNK_KEYSTORE_PASSWORD: "another" });
    expect([wrong.code, wrong.text]).toEqual([
      1,
      expect.stringContaining("does not open with this password"),
    ]);
    const { read } = clientOf(chain, key(0));
    const before = await read.getTransactionCount({ address: clientOf(chain, key(1)).account.address });
    const right = await deploy([...args, treasury], { ETHERLYNK_KEYSTORE_PASSWORD: "a long password" });
    expect(right.code, right.text).toBe(0);
    // Addresses follow from code and settings, not from who deploys.
    expect(bookOf(join(folder, "second.json")).chains[0]?.numbers).toBe(
      bookOf(join(folder, "book.json")).chains[0]?.numbers,
    );
    expect(await read.getTransactionCount({ address: clientOf(chain, key(1)).account.address })).toBe(before);
  });

  it("notices that what stands at its address is something else", async () => {
    const out = join(folder, "third.json");
    const environment = { ETHERLYNK_DEPLOYER_KEY: key(0) };
    const address = bookOf(join(folder, "book.json")).chains[0]?.clients ?? "0x";
    const { read } = clientOf(chain, key(0));
    const code = (await read.getCode({ address })) ?? "0x";
    // One bit of it, in the middle of the code.
    const at = code.length / 2;
    const flipped = (Number.parseInt(code.charAt(at), 16) ^ 1).toString(16);
    await set(address, `${code.slice(0, at)}${flipped}${code.slice(at + 1)}`);
    const { code: exit, text } = await deploy(["--rpc", chain.rpc, "--out", out], environment);
    expect([exit, text]).toEqual([1, expect.stringContaining(`What stands at ${address} is not Clients`)]);
    await set(address, code);
    expect(keccak256((await read.getCode({ address })) ?? "0x")).toBe(keccak256(code));
  });

  it("says so where the chain has no contract that makes addresses the same", async () => {
    const factory = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
    const { read } = clientOf(chain, key(0));
    const code = (await read.getCode({ address: factory })) ?? "0x";
    await set(factory, "0x");
    const { text } = await deploy(["--rpc", chain.rpc], { ETHERLYNK_DEPLOYER_KEY: key(0) });
    expect(text).toContain("This chain lacks the contract at 0x4e59");
    await set(factory, code);
  });
});

describe("the seeded chain", () => {
  it("is the same when seeded again, and leaves alone what people changed since", async () => {
    const first = await seedDevChain(chain);
    const alice = clientOf(chain, key(0));
    const contract = { address: first.book.chains[0]?.numbers ?? "0x", abi: numbersAbi } as const;
    const [id, heir] = [99910001000n, clientOf(chain, key(5)).account.address];
    const args = [alice.account.address, heir, id] as const;
    const hash = await alice.write.writeContract({ ...contract, functionName: "transferFrom", args });
    await alice.read.waitForTransactionReceipt({ hash });
    const block = await alice.read.getBlockNumber();
    expect(await seedDevChain(chain)).toEqual(first);
    expect(await alice.read.getBlockNumber()).toBe(block);
    expect(await alice.read.readContract({ ...contract, functionName: "ownerOf", args: [id] })).toBe(heir);
  });

  it("says where its people are reached, once for each place", async () => {
    const seeded = await seedDevChain(chain);
    const contract = { address: seeded.book.chains[0]?.clients ?? "0x", abi: clientsAbi } as const;
    const { read } = clientOf(chain, key(0));
    const thumbprint = `0x${"4".repeat(64)}` as const;
    for (const [url, sequence] of [
      ["ws://127.0.0.1:9000", 1n],
      ["ws://127.0.0.1:9000", 1n],
      ["ws://127.0.0.1:9001", 2n],
    ] as const) {
      await enterHomes(chain, seeded, { domain: "localhost", nodes: [{ url, key: thumbprint }] });
      for (const { account } of [seeded.alice, seeded.bob]) {
        const client = await read.readContract({ ...contract, functionName: "lookup", args: [account] });
        expect([client.sequence, client.entry.domain, client.entry.nodes[0]?.url]).toEqual([
          sequence,
          "localhost",
          url,
        ]);
      }
    }
  });

  it("gives play money, within bounds", async () => {
    const poor = `0x${"7".repeat(40)}` as const;
    const { read } = clientOf(chain, key(0));
    await giveMoney(chain, poor, 3);
    expect(await read.getBalance({ address: poor })).toBe(3n * 10n ** 18n);
    await giveMoney(chain, poor, 1e9);
    expect(await read.getBalance({ address: poor })).toBe(103n * 10n ** 18n);
  });
});

function key(index: number): `0x${string}` {
  return chain.accounts[index]?.privateKey ?? "0x";
}

function bookOf(file: string) {
  return parseAddressBook(JSON.parse(readFileSync(file, "utf8")));
}

async function set(address: string, code: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "anvil_setCode", params: [address, code] });
  await fetch(chain.rpc, { method: "POST", headers: { "content-type": "application/json" }, body });
}

/** The command as people run it, without the part of `npm run` that looks for Node and packages. */
function deploy(args: readonly string[], environment: Record<string, string> = {}) {
  const { ETHERLYNK_DEPLOYER_KEY: _, ETHERLYNK_KEYSTORE_PASSWORD: __, ...plain } = process.env;
  const child = spawn(process.execPath, ["scripts/chain/deploy-main.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...plain, ...environment },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", part => {
      text += part;
    });
  }
  return new Promise<{ code: number | null; text: string }>(resolve => {
    child.on("close", code => resolve({ code, text }));
  });
}
