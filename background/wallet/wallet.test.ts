import { describe, expect, it } from "vitest";
import type { WalletChange } from "../../protocol/bus/wallet-contract.ts";
import { parseAccount } from "../../protocol/number/address.ts";
import { createFakeTime } from "../base/fake-clock.suite.ts";
import { createWallet, type WalletEvent, walletWaits } from "./wallet.ts";
import { WalletError } from "./wallet-error.ts";

const alice = parseAccount("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const bob = parseAccount("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
const signature = `0x${"ab".repeat(65)}` as const;

interface Asked {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function open() {
  const time = createFakeTime();
  const stop = new AbortController();
  const asked: Asked[] = [];
  const listeners: ((change: WalletChange, value: unknown) => void)[] = [];
  const wallet = createWallet({
    about: { name: "Rabby", icon: "", shownOrigin: "https://otc.example", way: "page" },
    wire: {
      request: (method, params) =>
        new Promise((resolve, reject) => asked.push({ method, params, resolve, reject })),
      listen: listener => listeners.push(listener),
    },
    after: time.after,
    signal: stop.signal,
  });
  const heard: WalletEvent[] = [];
  wallet.watch(event => heard.push(event));
  const change = (name: WalletChange, value: unknown) => {
    for (const listener of listeners) listener(name, value);
  };
  return { wallet, asked, change, heard, time, stop };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    error => (error instanceof WalletError ? error.code : error),
  );

describe("a wallet", () => {
  it("tells accounts, chain and signature as what they are", async () => {
    const { wallet, asked } = open();
    const accounts = wallet.requestAccounts();
    asked[0]?.resolve([alice.toLowerCase()]);
    expect(await accounts).toEqual([alice]);
    const chain = wallet.readChain();
    asked[1]?.resolve("0x7a69");
    expect(await chain).toBe(31_337);
    const signed = wallet.signTypedData(alice, "{}");
    expect(asked[2]).toMatchObject({ method: "eth_signTypedData_v4", params: [alice, "{}"] });
    asked[2]?.resolve(signature);
    expect(await signed).toBe(signature);
  });

  it.each([
    ["accounts that are none", "requestAccounts", ["0x12"]],
    ["accounts that are no list", "requestAccounts", { 0: alice }],
    ["an account with a wrong capital", "requestAccounts", [`0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266`]],
    ["a chain in decimals", "readChain", "31337"],
    ["a chain beyond numbers", "readChain", `0x${"f".repeat(30)}`],
  ] as const)("does not believe %s", async (_what, method, value) => {
    const { wallet, asked } = open();
    const answer = failure(wallet[method]());
    asked[0]?.resolve(value);
    expect(await answer).toBe("wallet.answer");
  });

  it("does not believe a signature that is none", async () => {
    const { wallet, asked } = open();
    for (const [turn, value] of ["0x", "0xabc", 7, `0x${"ab".repeat(3_000)}`].entries()) {
      const answer = failure(wallet.signTypedData(alice, "{}"));
      asked[turn]?.resolve(value);
      expect(await answer).toBe("wallet.answer");
    }
  });

  it("with no account to show is locked", async () => {
    const { wallet, asked } = open();
    const answer = failure(wallet.requestAccounts());
    asked[0]?.resolve([]);
    expect(await answer).toBe("wallet.locked");
  });

  it.each([
    [4001, "wallet.refused"],
    [4100, "wallet.account"],
    [4900, "wallet.gone"],
    [4902, "wallet.chain"],
    [-32_002, "wallet.pending"],
    [-32_601, "wallet.method"],
    [-32_603, "wallet.failed"],
  ])("that says %i fails as %s", async (code, expected) => {
    const { wallet, asked } = open();
    const answer = failure(wallet.requestAccounts());
    asked[0]?.reject({ code, message: "words\u202e of the wallet" });
    expect(await answer).toBe(expected);
  });

  it("is quoted where its failure has no words of ours, without what hides in them", async () => {
    const { wallet, asked } = open();
    const answer = wallet.requestAccounts();
    asked[0]?.reject(new Error("out of\u202e ink"));
    await expect(answer).rejects.toThrow(/It says: “out of {2}ink”/);
  });
});

describe("a request dies", () => {
  it("when nobody answers in time, and what comes then is nobody's", async () => {
    const { wallet, asked, time } = open();
    const answer = failure(wallet.signTypedData(alice, "{}"));
    time.advance(walletWaits.personMs);
    expect(await answer).toBe("wallet.timeout");
    asked[0]?.resolve(signature);
    expect(time.waiting).toBe(0);
  });

  it("sooner where no person is asked", async () => {
    const { wallet, time } = open();
    const answer = failure(wallet.readChain());
    time.advance(walletWaits.machineMs);
    expect(await answer).toBe("wallet.timeout");
  });

  it("when its account is not to be had any more, and not for another's sake", async () => {
    const { wallet, asked, change, heard } = open();
    const answer = failure(wallet.signTypedData(alice, "{}"));
    change("accountsChanged", [bob, alice]);
    change("accountsChanged", [bob]);
    expect(await answer).toBe("wallet.changed");
    expect(heard).toEqual([
      { kind: "accounts", accounts: [bob, alice] },
      { kind: "accounts", accounts: [bob] },
    ]);
    expect(asked).toHaveLength(1);
  });

  it("when the wallet is locked", async () => {
    const { wallet, change } = open();
    const answer = failure(wallet.signTypedData(alice, "{}"));
    change("accountsChanged", []);
    expect(await answer).toBe("wallet.locked");
  });

  it("when the chain is changed; what is not bound to it goes on", async () => {
    const { wallet, asked, change } = open();
    const accounts = wallet.requestAccounts();
    const signing = failure(wallet.signTypedData(alice, "{}"));
    change("chainChanged", "0x1");
    expect(await signing).toBe("wallet.changed");
    asked[0]?.resolve([alice]);
    expect(await accounts).toEqual([alice]);
  });

  it("when the wallet is gone, or nobody wants it any more", async () => {
    const { wallet, change, stop } = open();
    const first = failure(wallet.requestAccounts());
    change("disconnect", null);
    expect(await first).toBe("wallet.gone");
    const second = failure(wallet.requestAccounts());
    stop.abort();
    expect(await second).toBe("wallet.gone");
    expect(await failure(wallet.requestAccounts())).toBe("wallet.gone");
  });

  it("and a change that makes no sense is none", async () => {
    const { wallet, asked, change, heard } = open();
    const answer = wallet.signTypedData(alice, "{}");
    change("accountsChanged", "nobody");
    change("chainChanged", { id: 1 });
    expect(heard).toEqual([]);
    asked[0]?.resolve(signature);
    expect(await answer).toBe(signature);
  });

  it("at once, where too many are open", async () => {
    const { wallet } = open();
    for (let turn = 0; turn < walletWaits.open; turn++) failure(wallet.readChain());
    expect(await failure(wallet.readChain())).toBe("wallet.busy");
  });
});
