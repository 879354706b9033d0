import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import type { Bus } from "../../../background/bus/bus.ts";
import { createWalletCheck } from "../../../background/identity/wallet-check.ts";
import type { Wallet } from "../../../background/wallet/wallet.ts";
import { WalletError } from "../../../background/wallet/wallet-error.ts";
import { parseAccount } from "../../../protocol/number/address.ts";
import { type Delegation, toDelegationTypedData } from "../../../protocol/words/delegation.ts";
import { checkOf, type SignInStep, signIn } from "./sign-in.ts";

const key = privateKeyToAccount(`0x${"11".repeat(32)}`);
const account = parseAccount(key.address);
const delegation: Delegation = {
  account,
  signKey: { x: `0x${"a1".repeat(32)}`, y: `0x${"a2".repeat(32)}` },
  sealKey: { x: `0x${"b1".repeat(32)}`, y: `0x${"b2".repeat(32)}` },
  scopes: 127,
  accountEpoch: 0,
  issued: 1_790_000_000,
  expiry: 1_800_000_000,
};
const chainId = 31_337;
const wish = { typedData: JSON.stringify(toDelegationTypedData(delegation, chainId)), chainId, until: 0 };

function open(more: Partial<Wallet> = {}) {
  const steps: SignInStep["kind"][] = [];
  const asked: string[] = [];
  const stop = new AbortController();
  const wallet: Wallet = {
    about: { name: "Rabby", icon: "", shownOrigin: "https://otc.example", way: "page" },
    requestAccounts: async () => [account],
    readChain: async () => chainId,
    switchChain: async id => void asked.push(`switch ${id}`),
    signTypedData: (_, json) => key.signTypedData(JSON.parse(json)),
    sendTransaction: async () => "0x",
    watch: () => undefined,
    ...more,
  };
  const signatures: `0x${string}`[] = [];
  const ask = async (name: string, body: unknown) => {
    asked.push(name);
    if (name !== "account.delegation.sign") return wish;
    signatures.push((body as { signature: `0x${string}` }).signature);
    return null;
  };
  const run = () =>
    signIn({
      wallet,
      bus: { ask } as unknown as Bus,
      step: ({ kind }) => steps.push(kind),
      signal: stop.signal,
    });
  return { run, steps, asked, signatures, stop };
}

describe("signing in", () => {
  it("has the wallet sign what the phone prepared, as the phone checks it", async () => {
    const { run, steps, asked, signatures } = open();
    await run();
    expect(steps).toEqual(["accounts", "sign", "save"]);
    expect(asked).toEqual(["account.delegation.prepare", "account.delegation.sign"]);
    const [signature = "0x"] = signatures;
    expect(await createWalletCheck().isSigned({ delegation, chainId, signature })).toBe(true);
  });

  it("changes the chain first, where the wallet is on another", async () => {
    const { run, steps, asked } = open({ readChain: async () => 1 });
    await run();
    expect(steps).toEqual(["accounts", "chain", "sign", "save"]);
    expect(asked).toContain("switch 31337");
  });

  it("signs nothing where the owner said no", async () => {
    const refuse = async () => {
      throw new WalletError("refused");
    };
    const { run, asked } = open({ signTypedData: refuse });
    await expect(run()).rejects.toMatchObject({ code: "wallet.refused" });
    expect(asked).not.toContain("account.delegation.sign");
  });

  it("goes no step further once it was cancelled", async () => {
    const { run, asked, stop } = open({
      readChain: async () => {
        stop.abort();
        return chainId;
      },
    });
    await expect(run()).rejects.toThrow();
    expect(asked).toEqual(["account.delegation.prepare"]);
  });
});

it("what is to be compared is the beginning of the device's key", () => {
  expect(checkOf(wish)).toBe("0xa1a1a1a1");
});
