import { describe, expect, it } from "vitest";
import { isWalletMethod, readWalletNews, walletLimits } from "./wallet-contract.ts";

const wallet = "350670db-19fa-4704-a166-e52e178b59d2";
const icon = "data:image/svg+xml,<svg/>";

const read = (value: unknown) => readWalletNews(JSON.stringify(value));

describe("what a page says of its wallets", () => {
  it("is read where it is what it should be", () => {
    expect(read({ kind: "late" })).toEqual({ kind: "late" });
    expect(read({ kind: "found", wallet, name: "Rabby", icon })).toEqual({
      kind: "found",
      wallet,
      name: "Rabby",
      icon,
    });
    expect(read({ kind: "result", id: 1, value: ["0x1"] })).toEqual({
      kind: "result",
      id: 1,
      value: ["0x1"],
    });
    expect(read({ kind: "failed", id: 1, code: 4001, message: "no" })).toEqual({
      kind: "failed",
      id: 1,
      code: 4001,
      message: "no",
    });
    expect(read({ kind: "changed", wallet, name: "chainChanged", value: "0x1" })).toEqual({
      kind: "changed",
      wallet,
      name: "chainChanged",
      value: "0x1",
    });
  });

  it.each([
    ["nothing", undefined],
    ["a text that is no JSON", "{"],
    ["more than a message may be", JSON.stringify({ kind: "ready", x: "y".repeat(walletLimits.characters) })],
    ["another kind", JSON.stringify({ kind: "request", id: 1 })],
    ["a wallet without an id", JSON.stringify({ kind: "found", wallet: "me", name: "Rabby", icon })],
    ["a wallet without a name", JSON.stringify({ kind: "found", wallet, name: "\u202e ", icon })],
    ["an answer to no question", JSON.stringify({ kind: "result", id: "1", value: 1 })],
    ["a change that nobody knows", JSON.stringify({ kind: "changed", wallet, name: "message", value: 1 })],
    ["depth without end", `{"kind":"result","id":1,"value":${"[".repeat(40)}${"]".repeat(40)}}`],
  ])("is not read where it is %s", (_what, text) => expect(readWalletNews(text)).toBeUndefined());

  it("shows no name that turns the writing round, and no icon from elsewhere", () => {
    const found = read({
      kind: "found",
      wallet,
      name: `Meta\u202eMask${"!".repeat(100)}`,
      icon: "https://spy.example/pixel.png",
    });
    expect(found).toMatchObject({ icon: "" });
    expect(found).toHaveProperty("name", `MetaMask${"!".repeat(100)}`.slice(0, walletLimits.nameLength));
    expect(read({ kind: "found", wallet, name: "x", icon: "data:text/html,<script>" })).toMatchObject({
      icon: "",
    });
  });

  it("gives a number to a failure that has none", () => {
    expect(read({ kind: "failed", id: 1, code: "no", message: 7 })).toEqual({
      kind: "failed",
      id: 1,
      code: -32_603,
      message: "",
    });
  });
});

it("only what Etherlynk needs is a wallet's method", () => {
  expect(isWalletMethod("eth_signTypedData_v4")).toBe(true);
  for (const method of ["eth_sign", "personal_sign", "eth_decrypt", "constructor", undefined])
    expect(isWalletMethod(method)).toBe(false);
});
