import { describe, expect, it } from "vitest";
import { AddressBookError, parseAddressBook } from "./address-book.ts";

const numbers = "0x52908400098527886E0F7030069857D2E4169EE7";
const local = { id: 31_337, name: "Local", rpcs: ["http://127.0.0.1:8545"], numbers };

describe("parseAddressBook", () => {
  it("reads chains in their order", () => {
    const far = { id: 1, name: "Ethereum", rpcs: ["https://rpc.example/a", "https://rpc.example/b"] };
    const other = { ...local, id: 100, currency: "xDAI" };
    expect(parseAddressBook({ chains: [local, far, other] })).toEqual({ chains: [local, far, other] });
    expect(parseAddressBook({ chains: [] })).toEqual({ chains: [] });
  });

  it("writes contracts in their one form", () => {
    const given = { ...local, numbers: numbers.toLowerCase() };
    expect(parseAddressBook({ chains: [given] }).chains[0]?.numbers).toBe(numbers);
  });

  it.each([
    ["nothing", undefined],
    ["a list", [local]],
    ["more than chains", { chains: [], more: 1 }],
    ["nine chains", { chains: Array.from({ length: 9 }, (_, id) => ({ ...local, id: id + 1 })) }],
    ["a chain twice", { chains: [local, local] }],
    ["an id that is a text", { chains: [{ ...local, id: "1" }] }],
    ["an id of 0", { chains: [{ ...local, id: 0 }] }],
    ["no name", { chains: [{ ...local, name: "" }] }],
    ["a currency that is a sentence", { chains: [{ ...local, currency: "ETH each" }] }],
    ["a currency that reads like an amount", { chains: [{ ...local, currency: "000" }] }],
    ["no currency's sign", { chains: [{ ...local, currency: "" }] }],
    ["a server of another kind", { chains: [{ ...local, rpcs: ["ws://127.0.0.1:8545"] }] }],
    ["a server that is a script", { chains: [{ ...local, rpcs: ["javascript:alert(1)"] }] }],
    ["nine servers", { chains: [{ ...local, rpcs: Array(9).fill("http://a.example") }] }],
    ["a contract with a typing error", { chains: [{ ...local, numbers: numbers.replace("E", "e") }] }],
    ["a contract that nobody knows", { chains: [{ ...local, coins: numbers }] }],
  ])("refuses %s", (_, value) => {
    expect(() => parseAddressBook(value)).toThrow(AddressBookError);
  });
});
