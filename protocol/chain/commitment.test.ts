import { expect, it } from "vitest";
import { toTokenId } from "../number/number.ts";
import { parseHolding, toCommitment } from "./commitment.ts";

const place = { chainId: 31337, contract: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } as const;
const hidden = {
  numbers: ["+99912345678", "+9994004004"],
  account: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  secret: `0x${"5a".repeat(32)}`,
} as const;

it("a commitment is to these numbers in this order, by this account, with this secret, at this place", () => {
  const base = toCommitment(hidden, place);
  expect(base < 1n << 96n).toBe(true);
  const others = [
    toCommitment({ ...hidden, numbers: ["+9994004004", "+99912345678"] }, place),
    toCommitment({ ...hidden, account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" }, place),
    toCommitment({ ...hidden, secret: `0x${"a5".repeat(32)}` }, place),
    toCommitment(hidden, { ...place, chainId: 1 }),
    toCommitment(hidden, { ...place, contract: hidden.account }),
  ];
  expect(new Set([base, ...others]).size).toBe(6);
});

it("a word of a page is number, epoch and owner", () => {
  const owner = "0x00000000000000000000000000000000000a11ce";
  const word = (toTokenId("+999123412341234") << 192n) | (0xffff_ffffn << 160n) | BigInt(owner);
  expect(parseHolding(word)).toEqual({ id: 999123412341234n, epoch: 0xffff_ffff, owner });
});
