import { describe, expect, it } from "vitest";
import {
  contractDigestOf,
  digestOf,
  structHashOf,
  type TypedWord,
  toContractTypedData,
} from "./typed-word.ts";

// The example of EIP-712 itself, whose struct holds structs.
const mail: TypedWord = {
  primaryType: "Mail",
  types: {
    Person: [
      { name: "name", type: "string" },
      { name: "wallet", type: "address" },
    ],
    Mail: [
      { name: "from", type: "Person" },
      { name: "to", type: "Person" },
      { name: "contents", type: "string" },
    ],
  },
  message: {
    from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
    to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
    contents: "Hello, Bob!",
  },
};

describe("a typed word", () => {
  it("has the struct hash that EIP-712 publishes for its example", () => {
    expect(structHashOf(mail)).toBe("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
  });

  it("has another digest on another chain", () => {
    expect(digestOf(mail, 1)).not.toBe(digestOf(mail, 2));
  });

  it("takes numbers and decimal text alike", () => {
    const of = (value: number | string) =>
      structHashOf({
        primaryType: "A",
        types: { A: [{ name: "n", type: "uint256" }] },
        message: { n: value },
      });
    expect(of(12)).toBe(of("12"));
    expect(of(12)).not.toBe(of(13));
  });

  it("lacks no field: that is a bug of whoever made it", () => {
    expect(() => structHashOf({ ...mail, message: { contents: "x" } })).toThrow("lacks its field from");
  });

  it("of a contract names it, and is another than the same word of none", () => {
    const place = { chainId: 1, contract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC" } as const;
    expect(toContractTypedData(mail, place).domain).toEqual({
      name: "Etherlynk",
      version: "1",
      chainId: 1,
      verifyingContract: place.contract,
    });
    const other = { ...place, contract: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" } as const;
    const digests = [digestOf(mail, 1), contractDigestOf(mail, place), contractDigestOf(mail, other)];
    expect(new Set(digests).size).toBe(3);
  });

  it("takes lists of structs, in their order, with integers as numbers or text", () => {
    const listOf = (...counts: (number | string)[]): TypedWord => ({
      primaryType: "List",
      types: { List: [{ name: "items", type: "Item[]" }], Item: [{ name: "count", type: "uint8" }] },
      message: { items: counts.map(count => ({ count })) },
    });
    expect(structHashOf(listOf(1, 2))).toBe(structHashOf(listOf("1", "2")));
    expect(structHashOf(listOf(1, 2))).not.toBe(structHashOf(listOf(2, 1)));
    expect(structHashOf(listOf())).not.toBe(structHashOf(listOf(0)));
  });
});
