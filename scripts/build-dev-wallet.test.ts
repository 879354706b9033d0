import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recoverTypedDataAddress } from "viem";
import { describe, expect, it } from "vitest";
import type { Question } from "../examples/dev-wallet/confirmations.ts";
import { describeTyped, readTypedMessage } from "../examples/dev-wallet/describe.ts";
import { answer } from "../examples/dev-wallet/requests.ts";
import { refused } from "../examples/dev-wallet/rpc-error.ts";
import type { State, WalletState } from "../examples/dev-wallet/state.ts";
import { buildDevWallet } from "./build-dev-wallet.ts";

const alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const options = { account: 0, rpc: "http://127.0.0.1:1", chainId: 31_337 } as const;
const typed = {
  domain: { name: "Etherlynk", version: "1", chainId: 31_337 },
  types: {
    EIP712Domain: [
      { name: "name", type: "string" },
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
    ],
    Mail: [
      { name: "from", type: "Person" },
      { name: "cents", type: "uint256" },
    ],
    Person: [{ name: "wallet", type: "address" }],
  },
  primaryType: "Mail",
  message: { from: { wallet: alice }, cents: "123456789012345678901", hidden: "not signed" },
} as const;

function open(said: "yes" | "no" = "yes") {
  let now: WalletState = { account: 0, chainId: options.chainId, isLocked: false, approved: [] };
  const questions: Question[] = [];
  const state: State = {
    read: async () => now,
    change: async part => {
      now = { ...now, ...part };
    },
    watch: () => undefined,
  };
  const confirmations = {
    ask: async (question: Question) => {
      questions.push(question);
      if (said === "no") throw refused();
    },
    attach: () => undefined,
  };
  const request = (method: string, params: readonly unknown[] = [], origin = "https://otc.example") =>
    answer({ options, state, confirmations }, { origin, method, params });
  return { request, questions, state };
}

describe("the dev wallet", () => {
  it("shows its account to nobody before somebody said yes, and then to that one only", async () => {
    const { request, questions } = open();
    expect(await request("eth_accounts")).toEqual([]);
    expect(await request("eth_requestAccounts")).toEqual([alice]);
    expect(questions).toMatchObject([{ title: "Connect", origin: "https://otc.example", account: alice }]);
    expect(await request("eth_accounts")).toEqual([alice]);
    expect(await request("eth_accounts", [], "https://other.example")).toEqual([]);
    await expect(
      request("eth_signTypedData_v4", [alice, JSON.stringify(typed)], "https://other.example"),
    ).rejects.toMatchObject({ code: 4100 });
  });

  it("signs what it showed, as another library reads it", async () => {
    const { request, questions } = open();
    await request("eth_requestAccounts");
    const signature = await request("eth_signTypedData_v4", [alice, JSON.stringify(typed)]);
    const { types, message } = typed;
    const signer = recoverTypedDataAddress({
      ...typed,
      types: { Mail: types.Mail, Person: types.Person },
      message: { from: message.from, cents: BigInt(message.cents) },
      signature: signature as `0x${string}`,
    });
    expect(await signer).toBe(alice);
    expect(questions[1]?.title).toBe("Sign: Mail");
  });

  it("says no with 4001, and knows no other method", async () => {
    const { request } = open("no");
    await expect(request("eth_requestAccounts")).rejects.toMatchObject({ code: 4001 });
    await expect(request("eth_sign")).rejects.toMatchObject({ code: -32_601 });
    await expect(request("toString")).rejects.toMatchObject({ code: -32_601 });
  });

  it("signs for no other chain than its own, and changes to none it does not know", async () => {
    const { request, state } = open();
    await request("eth_requestAccounts");
    await expect(request("wallet_switchEthereumChain", [{ chainId: "0x5" }])).rejects.toMatchObject({
      code: 4902,
    });
    await state.change({ chainId: 1 });
    await expect(request("eth_signTypedData_v4", [alice, JSON.stringify(typed)])).rejects.toMatchObject({
      code: -32_602,
    });
    await request("wallet_switchEthereumChain", [{ chainId: "0x7a69" }]);
    expect(await request("eth_chainId")).toBe("0x7a69");
  });

  it("shows each field that is signed, in its depth, and none that is not", () => {
    const { lines } = describeTyped(readTypedMessage(JSON.stringify(typed)));
    expect(lines).toEqual([
      { label: "for name", value: "Etherlynk", depth: 0 },
      { label: "for version", value: "1", depth: 0 },
      { label: "for chainId", value: "31337", depth: 0 },
      { label: "from", value: "Person", depth: 0 },
      { label: "wallet", value: alice, depth: 1 },
      { label: "cents", value: "123456789012345678901", depth: 0 },
    ]);
  });

  it.each(["", "[]", '{"types":{},"primaryType":"Mail","domain":{},"message":{}}', "{".repeat(5)])(
    "signs nothing that is no typed data: %s",
    text => expect(() => readTypedMessage(text)).toThrow(/Typed data/),
  );

  it("is built into a folder that a browser loads, for one account", async () => {
    const folder = await buildDevWallet({ ...options, account: 3, folder: "dev-wallet-unit" });
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ manifest_version: 3, externally_connectable: { ids: ["*"] } });
    expect(readFileSync(join(folder, "worker.js"), "utf8")).toContain("account:3");
  });
});
