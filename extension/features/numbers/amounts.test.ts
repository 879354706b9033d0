import { describe, expect, it } from "vitest";
import { AmountError, amountInWords, exactAmount, parseAmount } from "./amounts.ts";

describe("amounts", () => {
  it.each([
    ["0", "0 ETH"],
    ["1", "0.000000000000000001 ETH"],
    ["300000000000000", "0.0003 ETH"],
    ["1000000000000000000", "1 ETH"],
    // Never less than it is: who has just so much must not be told that it is enough.
    ["1234567890000000000", "1.2346 ETH"],
    ["999999999999999999999", "1000 ETH"],
  ])("%s wei in words is %s", (wei, words) => expect(amountInWords(wei, "ETH")).toBe(words));

  it("are told to the last digit where they are paid", () => {
    expect(exactAmount("1234567890000000001", "ETH")).toBe("1.234567890000000001 ETH");
    expect(exactAmount("2000000000000000000", "xDAI")).toBe("2 xDAI");
  });

  it.each([
    ["1.5", "1500000000000000000"],
    ["0,25", "250000000000000000"],
    [" 3 ETH", "3000000000000000000"],
    ["3eth", "3000000000000000000"],
    ["0.000000000000000001", "1"],
    ["0", "0"],
  ])("%s is read as %s", (text, wei) => expect(parseAmount(text, "ETH")).toBe(wei));

  it.each([
    "",
    "1e3",
    "-1",
    ".5",
    "1.",
    "0x10",
    "1.0000000000000000001",
    "12345678901",
    "1 000",
    "3 xDAI",
    "ETH",
  ])("%s is none", text => expect(() => parseAmount(text, "ETH")).toThrow(AmountError));
});
