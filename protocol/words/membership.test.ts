import fc from "fast-check";
import { recoverAddress, sign } from "ox/Secp256k1";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../number/address.ts";
import { parseNumber } from "../number/number.ts";
import {
  checkMembership,
  digestMembership,
  formatMembership,
  isMembership,
  type Membership,
  MembershipError,
  parseMembership,
  type SignedMembership,
  toMembershipTypedData,
} from "./membership.ts";

const now = 1_795_000_000;
const agent = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const good: SignedMembership = {
  membership: { number: "+99912345678", agent, role: "agent", expiry: now + 60 },
  chainId: 31_337,
  signature: `0x${"ab".repeat(65)}`,
};

const memberships: fc.Arbitrary<Membership> = fc.record({
  number: fc.stringMatching(/^\+999[0-9]{4,12}$/).map(parseNumber),
  agent: fc.stringMatching(/^0x[0-9a-f]{40}$/).map(parseAccount),
  role: fc.constantFrom("agent", "lead", "machine"),
  expiry: fc.maxSafeNat(),
});

describe("the wire form", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(memberships, fc.integer({ min: 1 }), (membership, chainId) => {
        const signed = { ...good, membership, chainId };
        expect(parseMembership(formatMembership(signed))).toEqual(signed);
      }),
    );
  });

  it("throws nothing but its own error, and refuses what is cut", () => {
    const text = formatMembership(good);
    for (let length = 0; length < 62; length += 1) {
      expect(() => parseMembership(text.slice(0, length))).toThrow(MembershipError);
    }
    const nearly = fc
      .tuple(fc.nat({ max: 61 }), fc.constantFrom("A", "_", "9", "="))
      .map(([at, char]) => text.slice(0, at) + char + text.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), it => {
        try {
          expect(isMembership(parseMembership(it).membership)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MembershipError);
        }
      }),
    );
  });
});

it("the owner's wallet signs its digest, and is asked for its type", () => {
  const privateKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
  const payload = digestMembership(good.membership, 31_337);
  expect(parseAccount(recoverAddress({ payload, signature: sign({ payload, privateKey }) }))).toBe(
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  );
  expect(toMembershipTypedData(good.membership, 31_337)).toMatchObject({
    primaryType: "Membership",
    message: { number: "99912345678", agent, role: 1, expiry: now + 60 },
  });
});

it("the digest differs with every field", () => {
  const it_ = good.membership;
  const digests = [
    digestMembership(it_, 31_337),
    digestMembership(it_, 1),
    digestMembership({ ...it_, number: "+99912345679" }, 31_337),
    digestMembership({ ...it_, agent: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" }, 31_337),
    digestMembership({ ...it_, role: "machine" }, 31_337),
    digestMembership({ ...it_, expiry: now }, 31_337),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

describe("checkMembership", () => {
  const question = { now, chainId: 31_337, number: "+99912345678", agent } as const;
  it.each([
    ["ok", question],
    ["ok", { ...question, now: now + 59 }],
    ["expired", { ...question, now: now + 60 }],
    ["chain", { ...question, chainId: 1 }],
    ["number", { ...question, number: "+99912345679" as const }],
    ["agent", { ...question, agent: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" as const }],
  ])("says %s", (expected, asked) => {
    const outcome = checkMembership(good, asked);
    expect(outcome.ok ? "ok" : outcome.why).toBe(expected);
  });
});
