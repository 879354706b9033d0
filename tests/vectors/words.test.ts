import { Buffer } from "node:buffer";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { getPublicKey, recoverAddress } from "ox/Secp256k1";
import { fromHex } from "ox/Signature";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../../protocol/number/address.ts";
import { admissionBytes } from "../../protocol/words/admission.ts";
import { formatContext, hashContext, parseContext } from "../../protocol/words/context.ts";
import {
  digestDelegation,
  formatDelegation,
  parseDelegation,
  toDelegationTypedData,
} from "../../protocol/words/delegation.ts";
import { checkCallIdentity, parseIdentity } from "../../protocol/words/identity.ts";
import {
  digestMembership,
  formatMembership,
  parseMembership,
  toMembershipTypedData,
} from "../../protocol/words/membership.ts";
import { nodeLinkBytes } from "../../protocol/words/node-link.ts";
import { fromJwk, thumbprint } from "../../protocol/words/p256-key.ts";
import { formatSigningInput, toCallPassport } from "../../protocol/words/passport.ts";
import { digest, hashStruct, keccak256, spongeHash } from "./words-oracle.ts";

const vectors = JSON.parse(readFileSync(new URL("words.json", import.meta.url), "utf8"));
const { wallet, device } = vectors;
const deviceKey = createPublicKey({ key: device.sign, format: "jwk" });
const isSigned = (bytes: Uint8Array, signature: string | Uint8Array) =>
  verify(
    "sha256",
    bytes,
    { key: deviceKey, dsaEncoding: "ieee-p1363" },
    typeof signature === "string" ? Buffer.from(signature, "base64url") : signature,
  );

describe("the second implementation", () => {
  it("permutes as OpenSSL's SHA3-256 does", () => {
    for (const length of [0, 1, 135, 136, 137, 500]) {
      const message = Buffer.alloc(length, 0xa5);
      expect(spongeHash(message, 0x06).toString("hex")).toBe(
        createHash("sha3-256").update(message).digest("hex"),
      );
    }
    // The code hash of an empty account, known to every EVM.
    expect(keccak256(Buffer.alloc(0)).toString("hex")).toBe(
      "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
  });

  it("computes EIP-712's own example", () => {
    const types = {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
    };
    const domain = {
      name: "Ether Mail",
      version: "1",
      chainId: 1,
      verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    };
    expect(hashStruct("EIP712Domain", types, domain).toString("hex")).toBe(
      "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f",
    );
  });
});

it("the wallet's account is that of its key", () => {
  const { x, y } = getPublicKey({ privateKey: wallet.privateKey });
  const point = Buffer.from(x.toString(16).padStart(64, "0") + y.toString(16).padStart(64, "0"), "hex");
  expect(parseAccount(`0x${keccak256(point).subarray(12).toString("hex")}`)).toBe(wallet.account);
});

describe("the delegation", () => {
  const { chainId, typedData, wire, signature } = vectors.delegation;
  const signed = parseDelegation(wire);

  it("has the published type, digest and wire form", () => {
    expect(signed).toMatchObject({ chainId, signature });
    expect(formatDelegation(signed)).toBe(wire);
    expect(toDelegationTypedData(signed.delegation, chainId)).toEqual(typedData);
    expect(digestDelegation(signed.delegation, chainId)).toBe(vectors.delegation.digest);
    expect(`0x${digest(typedData).toString("hex")}`).toBe(vectors.delegation.digest);
  });

  it("is of the type that the specification names", () => {
    const fields: { name: string; type: string }[] = typedData.types.Delegation;
    expect(`Delegation(${fields.map(({ name, type }) => `${type} ${name}`).join(", ")})`).toBe(
      "Delegation(address account, bytes32 signKeyX, bytes32 signKeyY, bytes32 sealKeyX, bytes32 sealKeyY, uint32 scopes, uint64 accountEpoch, uint64 issued, uint64 expiry)",
    );
  });

  it("is signed by the wallet, for the device's key", () => {
    expect(
      parseAccount(recoverAddress({ payload: vectors.delegation.digest, signature: fromHex(signature) })),
    ).toBe(wallet.account);
    expect(signed.delegation.signKey).toEqual(fromJwk(device.sign));
    expect(signed.delegation.sealKey).toEqual(fromJwk(device.seal));
    expect(thumbprint(signed.delegation.signKey)).toBe(device.thumbprint);
  });
});

it("the membership has the published type, digest, wire form and signer", () => {
  const { chainId, typedData, wire, signature } = vectors.membership;
  const { membership, ...rest } = parseMembership(wire);
  expect(rest).toEqual({ chainId, signature });
  expect(formatMembership({ membership, chainId, signature })).toBe(wire);
  expect(toMembershipTypedData(membership, chainId)).toEqual(typedData);
  expect(digestMembership(membership, chainId)).toBe(vectors.membership.digest);
  expect(`0x${digest(typedData).toString("hex")}`).toBe(vectors.membership.digest);
  const signer = recoverAddress({ payload: vectors.membership.digest, signature: fromHex(signature) });
  expect(parseAccount(signer)).toBe(wallet.account);
});

it("the context has the published body and hash", () => {
  const { value, bodyBase64, hash } = vectors.context;
  const body = Buffer.from(bodyBase64, "base64").toString("latin1");
  expect(parseContext(body)).toEqual(value);
  expect(formatContext(value)).toBe(body);
  expect(hashContext(value)).toBe(hash);
  const fields = [
    { name: "chainId", type: "uint256" },
    { name: "transaction", type: "bytes32" },
    { name: "order", type: "string" },
    { name: "contractAddress", type: "address" },
    { name: "method", type: "string" },
    { name: "origin", type: "string" },
    { name: "title", type: "string" },
    { name: "amount", type: "string" },
  ];
  const values = { ...value, contractAddress: value.contract };
  expect(`0x${hashStruct("Context", { Context: fields }, values).toString("hex")}`).toBe(hash);
});

it("the PASSporT has the published signing input, and the header's signature fits it", () => {
  const { facts, signingInput, identity } = vectors.passport;
  const body = Buffer.from(vectors.context.bodyBase64, "base64").toString("latin1");
  const delegation = parseDelegation(vectors.delegation.wire);
  expect(formatSigningInput(toCallPassport({ ...facts, body, delegation }))).toBe(signingInput);
  const read = parseIdentity(identity);
  if (read === undefined) throw new Error("of another kind");
  expect(read.signingInput).toBe(signingInput);
  expect(isSigned(Buffer.from(signingInput), read.signature)).toBe(true);
  expect(checkCallIdentity(read, { ...facts, body, now: facts.iat + 30 })).toEqual({ ok: true });
});

it("the admission and the node link have the published bytes and signatures", () => {
  for (const [bytes, { bytesHex, signature }] of [
    [admissionBytes(vectors.admission.claim), vectors.admission],
    [nodeLinkBytes(vectors.nodeLink.claim), vectors.nodeLink],
  ]) {
    expect(Buffer.from(bytes).toString("hex")).toBe(bytesHex);
    expect(isSigned(bytes, signature)).toBe(true);
  }
});
