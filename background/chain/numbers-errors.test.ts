import * as AbiError from "ox/AbiError";
import { describe, expect, it } from "vitest";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { isTooEarly, refusalInWords } from "./numbers-errors.ts";

function encoded(name: string, args: readonly unknown[]): `0x${string}` {
  const error = AbiError.fromAbi(numbersAbi as never, name as never) as AbiError.AbiError;
  return AbiError.encode(error, args as never);
}

describe("refusalInWords", () => {
  it("names the number that is taken", () => {
    expect(refusalInWords(encoded("NumberTaken", [9991234n]))).toBe("+999 1234 is somebody's already.");
  });

  it("names the account that takes nothing", () => {
    const to = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    expect(refusalInWords(encoded("PaymentRefused", [to]))).toContain(to);
  });

  it("has a sentence of its own for all that a wallet's owner can meet", () => {
    const others = new Set([
      ...["NoTreasury", "NotTreasury", "FeesOutOfOrder", "WrongCommitAge"],
      ...["AccountBalanceOverflow", "BalanceQueryForZeroAddress"],
    ]);
    const plain = refusalInWords(undefined);
    for (const item of numbersAbi) {
      if (item.type !== "error") continue;
      const said = refusalInWords(AbiError.getSelector(AbiError.from(item as AbiError.AbiError)));
      if (others.has(item.name)) expect(said, item.name).toBe(plain);
      else expect(said, item.name).not.toBe(plain);
    }
  });

  it.each([undefined, "0x", "0x12345678", "0x08c379a0"] as const)("makes nothing of %s", data => {
    expect(refusalInWords(data)).toContain("would refuse this");
  });

  it("does without what a server has cut short", () => {
    expect(refusalInWords(encoded("NumberTaken", [9991234n]).slice(0, 20) as "0x")).toBe(
      "One of the numbers is somebody's already.",
    );
  });
});

it("only a commitment that is too young passes by itself", () => {
  expect(isTooEarly(encoded("CommittedTooRecently", [1n]))).toBe(true);
  for (const data of [undefined, "0x", encoded("CommittedTooLongAgo", [1n])] as const) {
    expect(isTooEarly(data)).toBe(false);
  }
});
