import { fromPublicKey } from "ox/Address";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../../protocol/number/address.ts";
import { type Delegation, digestDelegation, type SignedDelegation } from "../../protocol/words/delegation.ts";
import { type ChainRpc, ChainRpcError } from "./chain-rpc.ts";
import { createWalletCheck } from "./wallet-check.ts";

const ADDRESS = "192.0.2.1";
const key = { x: `0x${"12".repeat(32)}`, y: `0x${"34".repeat(32)}` } as const;

function createDelegation(account: `0x${string}`): Delegation {
  return {
    account: parseAccount(account),
    signKey: key,
    sealKey: key,
    scopes: 7,
    accountEpoch: 0,
    issued: 1_000,
    expiry: 2_000,
  };
}

function signByWallet(privateKey = randomPrivateKey(), account?: `0x${string}`): SignedDelegation {
  const delegation = createDelegation(account ?? fromPublicKey(getPublicKey({ privateKey })));
  const payload = digestDelegation(delegation, 1);
  return { delegation, chainId: 1, signature: toHex(sign({ payload, privateKey })) };
}

function createSetting(chain?: ChainRpc, remembered = 10) {
  const clock = { now: 0 };
  const check = createWalletCheck({
    chain,
    remembered,
    contractMs: 300_000,
    checksPerSecond: 10,
    checksAtOnce: 20,
    now: () => clock.now,
  });
  return { clock, check };
}

describe("wallet check", () => {
  it("believes an EOA that signed by itself, and no other", async () => {
    const { check } = createSetting();
    const mine = signByWallet();
    expect(await check.isSigned(mine, ADDRESS)).toBe(true);
    expect(await check.isSigned({ ...mine, chainId: 2 }, ADDRESS)).toBe(false);
    const longer = { ...mine, delegation: { ...mine.delegation, expiry: 3_000 } };
    expect(await check.isSigned(longer, ADDRESS)).toBe(false);
    expect(await check.isSigned(signByWallet(randomPrivateKey(), mine.delegation.account), ADDRESS)).toBe(
      false,
    );
  });

  it.each([
    ["no signature of any key", `0x${"ff".repeat(65)}`],
    ["zeros", `0x${"00".repeat(65)}`],
    ["a short one", "0x01"],
    ["a long one, without a chain", `0x${"01".repeat(900)}`],
  ] as const)("does not believe %s", async (_, signature) => {
    const { check } = createSetting();
    expect(await check.isSigned({ ...signByWallet(), signature }, ADDRESS)).toBe(false);
  });

  it("asks a smart account, with the digest that it would check, and asks again after a while", async () => {
    const asked: unknown[] = [];
    let answer = true;
    const chain: ChainRpc = {
      async isValidSignature(...question) {
        asked.push(question);
        return answer;
      },
    };
    const { check, clock } = createSetting(chain);
    const signed = { ...signByWallet(), signature: `0x${"ab".repeat(200)}` as const };
    const { account } = signed.delegation;
    expect(await check.isSigned(signed, ADDRESS)).toBe(true);
    expect(asked).toEqual([[account, digestDelegation(signed.delegation, 1), signed.signature]]);
    expect(await check.isSigned(signed, ADDRESS)).toBe(true);
    expect(asked).toHaveLength(1);
    clock.now = 300_000;
    answer = false;
    expect(await check.isSigned(signed, ADDRESS)).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it("does not ask the chain for an EOA", async () => {
    const chain: ChainRpc = { isValidSignature: () => Promise.reject(new Error("asked")) };
    expect(await createSetting(chain).check.isSigned(signByWallet(), ADDRESS)).toBe(true);
  });

  it("passes on that the chain did not answer, and remembers nothing of it", async () => {
    let down = true;
    const chain: ChainRpc = {
      async isValidSignature() {
        if (down) throw new ChainRpcError("chain.unreachable", "The chain did not answer; try again.");
        return true;
      },
    };
    const { check } = createSetting(chain);
    const signed = { ...signByWallet(), signature: `0x${"ab".repeat(200)}` as const };
    await expect(check.isSigned(signed, ADDRESS)).rejects.toBeInstanceOf(ChainRpcError);
    down = false;
    expect(await check.isSigned(signed, ADDRESS)).toBe(true);
  });

  it("gives each address its share: a flood of proofs costs nobody else", async () => {
    const { check, clock } = createSetting(undefined, 1_000);
    const fresh = () => ({ ...signByWallet(), signature: `0x${"00".repeat(65)}` as const });
    for (let i = 0; i < 20; i++) expect(await check.isSigned(fresh(), ADDRESS)).toBe(false);
    await expect(check.isSigned(fresh(), ADDRESS)).rejects.toMatchObject({ code: "wallet.busy" });
    expect(await check.isSigned(signByWallet(), "192.0.2.2")).toBe(true);
    clock.now = 100;
    const mine = signByWallet();
    expect(await check.isSigned(mine, ADDRESS)).toBe(true);
    await expect(check.isSigned(fresh(), ADDRESS)).rejects.toMatchObject({ code: "wallet.busy" });
    expect(await check.isSigned(mine, ADDRESS)).toBe(true);
  });

  it("remembers a bounded number, the most used ones", async () => {
    let asked = 0;
    const chain: ChainRpc = {
      async isValidSignature() {
        asked++;
        return true;
      },
    };
    const { check } = createSetting(chain, 2);
    const [one, two, three] = [1, 2, 3].map(n => ({
      ...signByWallet(),
      signature: `0x${`0${n}`.repeat(100)}` as const,
    }));
    if (!one || !two || !three) throw new Error("three were made");
    for (const signed of [one, two, one, three, one]) await check.isSigned(signed, ADDRESS);
    expect(asked).toBe(3);
    await check.isSigned(two, ADDRESS);
    expect(asked).toBe(4);
  });
});
