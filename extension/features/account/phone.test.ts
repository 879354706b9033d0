import { fromPublicKey } from "ox/Address";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import { getSignPayload } from "ox/TypedData";
import { describe, expect, it, vi } from "vitest";
import type { HomeDomain } from "../../../background/bus/phone-contract.ts";
import { createWalletCheck } from "../../../background/identity/wallet-check.ts";
import { createDisk } from "../../../background/store/rig.suite.ts";
import { parseAccount } from "../../../protocol/number/address.ts";
import { openFeatureRig } from "../feature-rig.suite.ts";
import { toHome } from "./home.ts";
import type {} from "./model.ts";
import { type SignedIn, startAccount } from "./phone.ts";

const builtHome: HomeDomain = { domain: "node.example", urls: ["wss://node.example/"], chain: { id: 31337 } };
const elsewhere: HomeDomain = { domain: "b.example", urls: ["wss://b.example/"], chain: { id: 1 } };

function createWallet() {
  const privateKey = randomPrivateKey();
  return {
    account: parseAccount(fromPublicKey(getPublicKey({ privateKey }))),
    sign: (typedData: string) => toHex(sign({ payload: getSignPayload(JSON.parse(typedData)), privateKey })),
  };
}

async function start(disk = createDisk()) {
  const rig = await openFeatureRig(disk);
  const signedIn = vi.fn<(it: SignedIn) => void>();
  const signOut = vi.fn(() => Promise.resolve());
  const options = { wallets: createWalletCheck(), builtHome, signedIn, signOut };
  await startAccount(rig, options, rig.signal);
  return { ...rig, signedIn, signOut };
}

describe("signing in", () => {
  it("prepares what the wallet signs, and is this account's device once it has", async () => {
    const wallet = createWallet();
    const { panel, signedIn, snapshot } = await start();
    expect(snapshot().me).toBeNull();
    const wish = await panel.ask("account.delegation.prepare", { account: wallet.account.toLowerCase() });
    expect(wish.chainId).toBe(31337);
    expect(JSON.parse(wish.typedData)).toMatchObject({
      primaryType: "Delegation",
      domain: { name: "Etherlynk", chainId: 31337 },
      message: { account: wallet.account },
    });
    await panel.ask("account.delegation.sign", { signature: wallet.sign(wish.typedData) });
    expect(snapshot().me).toEqual({ account: wallet.account });
    expect(signedIn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ home: builtHome }));
    const { device } = signedIn.mock.calls[0]?.[0] ?? {};
    expect(device?.signKey.extractable).toBe(false);
    expect(device?.sealKey.extractable).toBe(false);
  });

  it("is signed in again after a restart, as the same device", async () => {
    const disk = createDisk();
    const wallet = createWallet();
    const first = await start(disk);
    const { typedData } = await first.panel.ask("account.delegation.prepare", { account: wallet.account });
    await first.panel.ask("account.delegation.sign", { signature: wallet.sign(typedData) });
    first.stop();
    const second = await start(disk);
    const [before, after] = [first, second].map(({ signedIn }) => signedIn.mock.calls[0]?.[0]);
    expect(after?.instance).toBe(before?.instance);
    expect(after?.device.delegation).toEqual(before?.device.delegation);
    expect(second.snapshot().me).toEqual({ account: wallet.account });
  });

  it.each([
    ["another account", createWallet().sign],
    ["no signature at all", () => "0x"],
    ["no hexadecimal", () => "signed"],
    ["more than any wallet signs", () => `0x${"ab".repeat(3_000)}`],
  ])("refuses %s", async (_what, signAs) => {
    const { panel, signedIn } = await start();
    const { typedData } = await panel.ask("account.delegation.prepare", { account: createWallet().account });
    await expect(
      panel.ask("account.delegation.sign", { signature: signAs(typedData) }),
    ).rejects.toMatchObject({ code: "account.signature" });
    expect(signedIn).not.toHaveBeenCalled();
  });

  it("a signature for keys that were prepared before the last ones is none", async () => {
    const wallet = createWallet();
    const { panel } = await start();
    const { typedData } = await panel.ask("account.delegation.prepare", { account: wallet.account });
    await panel.ask("account.delegation.prepare", { account: wallet.account });
    await expect(
      panel.ask("account.delegation.sign", { signature: wallet.sign(typedData) }),
    ).rejects.toMatchObject({ code: "account.signature" });
  });

  it("says what is missing where nothing was prepared, and what is wrong with an address", async () => {
    const { panel } = await start();
    await expect(panel.ask("account.delegation.sign", { signature: "0xab" })).rejects.toMatchObject({
      code: "account.unprepared",
    });
    await expect(panel.ask("account.delegation.prepare", { account: "alice.eth" })).rejects.toMatchObject({
      code: "account.address",
    });
  });
});

describe("the home of the line", () => {
  it("is the build's own until another is chosen, which stays", async () => {
    const disk = createDisk();
    const first = await start(disk);
    expect(first.snapshot().home).toEqual(builtHome);
    await first.panel.ask("account.home.choose", elsewhere);
    expect(first.snapshot().home).toEqual(elsewhere);
    first.stop();
    expect((await start(disk)).snapshot().home).toEqual(elsewhere);
  });

  it("does not change under an account that is signed in", async () => {
    const wallet = createWallet();
    const { panel } = await start();
    const { typedData } = await panel.ask("account.delegation.prepare", { account: wallet.account });
    await panel.ask("account.delegation.sign", { signature: wallet.sign(typedData) });
    await expect(panel.ask("account.home.choose", elsewhere)).rejects.toMatchObject({
      code: "account.signed-in",
    });
  });

  it.each([
    { ...elsewhere, urls: ["ws://127.0.0.1:9000/"] },
    { ...elsewhere, urls: ["ws://localhost:9000/", "wss://b.example:444/path"] },
    { ...elsewhere, chain: { id: 31337, rpc: "http://127.0.0.1:8545/" } },
  ])("may be %j", home => {
    expect(toHome(home)).toEqual(home);
  });

  it.each([
    undefined,
    "b.example",
    { ...elsewhere, domain: "no domain" },
    { ...elsewhere, urls: [] },
    { ...elsewhere, urls: Array(9).fill("wss://b.example/") },
    { ...elsewhere, urls: ["https://b.example/"] },
    { ...elsewhere, urls: ["wss://user:word@b.example/"] },
    { ...elsewhere, urls: ["ws://b.example/"] },
    { ...elsewhere, urls: ["ws://127.0.0.1.b.example/"] },
    { ...elsewhere, chain: { id: 0 } },
    { ...elsewhere, chain: { id: "1" } },
    { ...elsewhere, chain: { id: 1, rpc: "ftp://b.example/" } },
  ])("is not %j", home => {
    expect(() => toHome(home)).toThrow(expect.objectContaining({ code: "account.home" }));
  });
});

it("signing out is done by the session", async () => {
  const { panel, signOut } = await start();
  await panel.ask("account.session.end", null);
  expect(signOut).toHaveBeenCalledOnce();
});
