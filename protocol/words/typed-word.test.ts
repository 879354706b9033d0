import { describe, expect, it } from "vitest";
import { digestOf, structHashOf, type TypedWord } from "./typed-word.ts";

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
});
