import { describe, expect, it } from "vitest";
import type { Wallet } from "../../../background/wallet/wallet.ts";
import { WalletError, type WalletFailure } from "../../../background/wallet/wallet-error.ts";
import { askWallet } from "./ask-wallet.ts";
import type { Review } from "./model.ts";

const from = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const to = "0x52908400098527886E0F7030069857D2E4169EE7";
const hash = `0x${"ab".repeat(32)}` as const;
const review: Review = {
  id: "step-1",
  chain: {
    id: 31_337,
    name: "Local chain",
    currency: "ETH",
    contract: to,
    rpcs: ["http://127.0.0.1:8545"],
    hasNames: true,
  },
  title: "Buy",
  does: [],
  call: { from, to, data: "0x1234", value: "255" },
  costs: { pays: "255", gas: "1", isTried: true, balance: "1000" },
};

/** A wallet that answers as it is told, and what was said to it and to the phone, in order. */
function setUp(answers: Partial<Wallet> = {}) {
  const said: unknown[] = [];
  const stop = new AbortController();
  const wallet: Wallet = {
    about: { name: "W", icon: "", shownOrigin: "x", way: "extension" },
    requestAccounts: async () => [from],
    readChain: async () => 31_337,
    switchChain: async id => void said.push(["switch", id]),
    signTypedData: () => Promise.reject(new Error("Nothing is signed here")),
    watch: () => undefined,
    ...answers,
    async sendTransaction(transaction) {
      said.push(["send", transaction]);
      return (await answers.sendTransaction?.(transaction)) ?? hash;
    },
  };
  const bus = {
    async ask(name: string, request: unknown) {
      said.push([name, request]);
      return null as never;
    },
  };
  const step = (one: string) => void said.push(one);
  return { said, stop, ask: () => askWallet({ wallet, review, bus, step, signal: stop.signal }) };
}

describe("askWallet", () => {
  it("has the phone keep the step before the wallet hears of it", async () => {
    const { said, ask } = setUp();
    await ask();
    expect(said).toEqual([
      "accounts",
      ["numbers.step.begin", { id: "step-1" }],
      "send",
      ["send", { from, to, data: "0x1234", value: "0xff" }],
      ["numbers.step.sent", { id: "step-1", hash }],
    ]);
  });

  it("asks nothing of a wallet that shows another account, and says which one is needed", async () => {
    const { said, ask } = setUp({ requestAccounts: async () => [to] });
    await expect(ask()).rejects.toThrow(new RegExp(`shows ${to}.*signed in here as ${from}`));
    expect(said).toEqual(["accounts"]);
  });

  it("has a wallet on another chain change it; one that does not know it hears how to add it", async () => {
    const right = setUp({ readChain: async () => 1 });
    await right.ask();
    expect(right.said.slice(0, 3)).toEqual(["accounts", "chain", ["switch", 31_337]]);
    const unknown = setUp({
      readChain: async () => 1,
      switchChain: () => Promise.reject(new WalletError("chain")),
    });
    await expect(unknown.ask()).rejects.toThrow("chain id 31337, server http://127.0.0.1:8545");
    expect(unknown.said).toEqual(["accounts", "chain"]);
  });

  it.each([
    ["refused", false],
    ["locked", false],
    ["pending", false],
    ["failed", false],
    ["timeout", true],
    ["gone", true],
    ["changed", true],
    ["answer", true],
  ] as const satisfies readonly [WalletFailure, boolean][])(
    "a wallet that is %s leaves it unsure whether something was sent: %s",
    async (why, unsure) => {
      const { said, ask } = setUp({ sendTransaction: () => Promise.reject(new WalletError(why)) });
      await expect(ask()).rejects.toMatchObject({ why });
      expect(said.at(-1)).toEqual(["numbers.step.leave", { id: "step-1", unsure }]);
    },
  );

  it("who stops waiting does not know what the wallet will do", async () => {
    const { said, stop, ask } = setUp({ sendTransaction: () => new Promise(() => undefined) });
    const asking = ask();
    await expect.poll(() => said.length).toBe(4);
    stop.abort();
    await expect(asking).rejects.toBe(stop.signal.reason);
    expect(said.at(-1)).toEqual(["numbers.step.leave", { id: "step-1", unsure: true }]);
  });
});
