import { Buffer } from "node:buffer";
import fc from "fast-check";
import { recoverAddress, sign } from "ox/Secp256k1";
import { fromHex, toHex } from "ox/Signature";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../number/address.ts";
import {
  checkDelegation,
  type Delegation,
  DelegationError,
  delegationLimits,
  digestDelegation,
  formatDelegation,
  isDelegation,
  parseDelegation,
  type SignedDelegation,
  scopes,
  toDelegationTypedData,
  toScopeBits,
} from "./delegation.ts";

const hex = (bytes: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)).map(it => `0x${it}` as const);
const coordinate = hex(32).filter(it => !/^0x0*$/.test(it));
const key = fc.record({ x: coordinate, y: coordinate });
const uint = fc.maxSafeNat();
const delegationArbitrary: fc.Arbitrary<Delegation> = fc.record({
  account: hex(20).map(parseAccount),
  signKey: key,
  sealKey: key,
  scopes: fc.nat({ max: 0xffff_ffff }),
  accountEpoch: uint,
  issued: uint,
  expiry: uint,
});
const signedArbitrary: fc.Arbitrary<SignedDelegation> = fc.record({
  delegation: delegationArbitrary,
  chainId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  signature: fc.oneof(hex(65), hex(1), hex(600)),
});

const now = 1_795_000_000;
const good: SignedDelegation = {
  delegation: {
    account: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    signKey: { x: `0x${"11".repeat(32)}`, y: `0x${"12".repeat(32)}` },
    sealKey: { x: `0x${"21".repeat(32)}`, y: `0x${"22".repeat(32)}` },
    scopes: toScopeBits(["register", "invite", "answer"]),
    accountEpoch: 3,
    issued: now - 1000,
    expiry: now + 86_400,
  },
  chainId: 31_337,
  signature: `0x${"ab".repeat(65)}`,
};
/** The good one, with a number of 64 bits at this offset that no JavaScript number can hold. */
function beyond(offset: number): string {
  const bytes = Buffer.from(formatDelegation(good), "base64url");
  bytes.writeBigUInt64BE(2n ** 53n, offset);
  return bytes.toString("base64url");
}

const question = { now, chainId: 31_337, scope: "register", accountEpoch: 3 } as const;

describe("the wire form", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(signedArbitrary, signed => {
        expect(parseDelegation(formatDelegation(signed))).toEqual(signed);
      }),
    );
  });

  it("is one word of a header, 334 characters with an EOA's signature", () => {
    expect(formatDelegation(good)).toMatch(/^[A-Za-z0-9_-]{334}$/);
  });

  it.each([
    ["nothing", ""],
    ["a word", "delegation"],
    ["another version", formatDelegation(good).replace(/^A/, "B")],
    ["no signature", formatDelegation({ ...good, signature: "0x" })],
    ["a signature too long", formatDelegation({ ...good, signature: `0x${"00".repeat(2049)}` })],
    [
      "a key of zeros",
      formatDelegation({
        ...good,
        delegation: { ...good.delegation, signKey: { x: `0x${"00".repeat(32)}`, y: `0x${"12".repeat(32)}` } },
      }),
    ],
    ["chain 0", formatDelegation({ ...good, chainId: 0 })],
    ["padding", `${formatDelegation(good)}=`],
    ["an expiry beyond 2^53", beyond(177)],
    ["a chain beyond 2^53", beyond(1)],
  ])("refuses %s", (_, text) => {
    expect(() => parseDelegation(text)).toThrow(DelegationError);
  });

  it("refuses a message cut anywhere", () => {
    const text = formatDelegation(good);
    for (let length = 0; length < 248; length += 1) {
      expect(() => parseDelegation(text.slice(0, length))).toThrow(DelegationError);
    }
  });

  it("throws nothing but its own error", () => {
    const nearly = fc
      .tuple(fc.nat({ max: 333 }), fc.constantFrom("A", "_", "=", " ", "é", ""))
      .map(([at, char]) => {
        const text = formatDelegation(good);
        return text.slice(0, at) + char + text.slice(at + 1);
      });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: "binary" })), text => {
        try {
          expect(isDelegation(parseDelegation(text).delegation)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DelegationError);
        }
      }),
    );
  });
});

describe("digestDelegation", () => {
  it("is what the wallet of the account signed", () => {
    const privateKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const payload = digestDelegation(good.delegation, 31_337);
    const signature = toHex(sign({ payload, privateKey }));
    const {
      delegation,
      chainId,
      signature: carried,
    } = parseDelegation(formatDelegation({ ...good, signature }));
    const recovered = recoverAddress({
      payload: digestDelegation(delegation, chainId),
      signature: fromHex(carried),
    });
    expect(parseAccount(recovered)).toBe(delegation.account);
  });

  it("differs with every field, and with the chain", () => {
    const it_ = good.delegation;
    const others: Delegation[] = [
      { ...it_, account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" },
      { ...it_, signKey: { ...it_.signKey, x: `0x${"99".repeat(32)}` } },
      { ...it_, signKey: { ...it_.signKey, y: `0x${"99".repeat(32)}` } },
      { ...it_, sealKey: { ...it_.sealKey, x: `0x${"99".repeat(32)}` } },
      { ...it_, sealKey: { ...it_.sealKey, y: `0x${"99".repeat(32)}` } },
      { ...it_, signKey: it_.sealKey, sealKey: it_.signKey },
      { ...it_, scopes: it_.scopes + 64 },
      { ...it_, accountEpoch: 4 },
      { ...it_, issued: it_.issued + 1 },
      { ...it_, expiry: it_.expiry + 1 },
    ];
    const digests = others.map(other => digestDelegation(other, 31_337));
    digests.push(digestDelegation(it_, 31_337), digestDelegation(it_, 1));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("is asked of a wallet as plain JSON with the type of the specification", () => {
    const asked: unknown = JSON.parse(JSON.stringify(toDelegationTypedData(good.delegation, 31_337)));
    expect(asked).toEqual({
      domain: { name: "Etherlynk", version: "1", chainId: 31_337 },
      primaryType: "Delegation",
      types: {
        EIP712Domain: [
          { name: "name", type: "string" },
          { name: "version", type: "string" },
          { name: "chainId", type: "uint256" },
        ],
        Delegation: [
          { name: "account", type: "address" },
          { name: "signKeyX", type: "bytes32" },
          { name: "signKeyY", type: "bytes32" },
          { name: "sealKeyX", type: "bytes32" },
          { name: "sealKeyY", type: "bytes32" },
          { name: "scopes", type: "uint32" },
          { name: "accountEpoch", type: "uint64" },
          { name: "issued", type: "uint64" },
          { name: "expiry", type: "uint64" },
        ],
      },
      message: {
        account: good.delegation.account,
        signKeyX: good.delegation.signKey.x,
        signKeyY: good.delegation.signKey.y,
        sealKeyX: good.delegation.sealKey.x,
        sealKeyY: good.delegation.sealKey.y,
        scopes: 7,
        accountEpoch: 3,
        issued: now - 1000,
        expiry: now + 86_400,
      },
    });
  });
});

describe("checkDelegation", () => {
  const why = (signed: SignedDelegation, asked: Partial<Parameters<typeof checkDelegation>[1]> = {}) => {
    const outcome = checkDelegation(signed, { ...question, ...asked });
    return outcome.ok ? "ok" : outcome.why;
  };
  const changed = (change: Partial<Delegation>) => ({
    ...good,
    delegation: { ...good.delegation, ...change },
  });

  it.each<[string, SignedDelegation, Partial<Parameters<typeof checkDelegation>[1]>]>([
    ["ok", good, {}],
    ["ok", changed({ issued: now + delegationLimits.earlySeconds }), {}],
    ["early", changed({ issued: now + delegationLimits.earlySeconds + 1 }), {}],
    ["ok", good, { now: good.delegation.expiry - 1 }],
    ["expired", good, { now: good.delegation.expiry }],
    ["ok", changed({ issued: now, expiry: now + delegationLimits.lifetimeSeconds }), {}],
    ["long", changed({ issued: now - 1, expiry: now + delegationLimits.lifetimeSeconds }), {}],
    ["epoch", good, { accountEpoch: 4 }],
    ["epoch", good, { accountEpoch: 2 }],
    ["chain", good, { chainId: 1 }],
    ["ok", good, { scope: "answer" }],
    ["scope", good, { scope: "voucher" }],
    ["scope", changed({ scopes: 0 }), {}],
  ])("says %s", (expected, signed, asked) => {
    expect(why(signed, asked)).toBe(expected);
  });
});

it("every scope is a bit of its own", () => {
  const bits = Object.values(scopes);
  expect(bits.every(bit => (bit & (bit - 1)) === 0 && bit > 0)).toBe(true);
  expect(new Set(bits).size).toBe(bits.length);
});

it.each([
  ["text", "delegation"],
  ["null", null],
  ["nothing in it", {}],
  ["a negative epoch", { ...good.delegation, accountEpoch: -1 }],
  ["a broken number", { ...good.delegation, issued: 1.5 }],
  ["scopes beyond 32 bits", { ...good.delegation, scopes: 2 ** 32 }],
  ["an account too short", { ...good.delegation, account: "0x12" }],
  [
    "a key in capitals",
    { ...good.delegation, signKey: { x: `0x${"AB".repeat(32)}`, y: `0x${"12".repeat(32)}` } },
  ],
])("isDelegation refuses %s", (_, value) => {
  expect(isDelegation(value)).toBe(false);
  expect(isDelegation(good.delegation)).toBe(true);
});
