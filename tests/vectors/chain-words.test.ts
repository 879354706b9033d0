import { Buffer } from "node:buffer";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { recoverAddress } from "ox/Secp256k1";
import { fromHex } from "ox/Signature";
import { describe, expect, it } from "vitest";
import { toCommitment } from "../../protocol/chain/commitment.ts";
import { parseAccount } from "../../protocol/number/address.ts";
import { formatNumber, fromTokenId } from "../../protocol/number/number.ts";
import { digestAgreement, toAgreementTypedData } from "../../protocol/words/agreement.ts";
import { digestClientEntry, toClientEntryTypedData } from "../../protocol/words/client-entry.ts";
import {
  digestDeviceRevocation,
  toDeviceRevocationTypedData,
} from "../../protocol/words/device-revocation.ts";
import { digestEpochEnd, toEpochEndTypedData } from "../../protocol/words/epoch-end.ts";
import { digest, keccak256 } from "./words-oracle.ts";

// contracts/test/ChainWords.t.sol reads the same file: what is signed here is accepted there.
const vectors = JSON.parse(readFileSync(new URL("chain-words.json", import.meta.url), "utf8"));
const words = JSON.parse(readFileSync(new URL("words.json", import.meta.url), "utf8"));
const { place, entry, agreements, revocation, epochEnd, claim, fromDevice } = vectors;

describe("words that contracts read", () => {
  it.each([
    ["entry", entry, toClientEntryTypedData(entry.head, entry.value, place)],
    ["turn agreement", agreements[0], toAgreementTypedData(agreements[0].value, place)],
    ["voicemail agreement", agreements[1], toAgreementTypedData(agreements[1].value, place)],
    ["revocation", revocation, toDeviceRevocationTypedData(revocation.value, place)],
    ["end of an epoch", epochEnd, toEpochEndTypedData(epochEnd.value, place)],
  ])("the %s has the published type and the second implementation's digest", (_, vector, typedData) => {
    expect(typedData).toEqual(vector.typedData);
    expect(`0x${digest(typedData).toString("hex")}`).toBe(vector.digest);
  });

  it("have the published digests", () => {
    expect(digestClientEntry(entry.head, entry.value, place)).toBe(entry.digest);
    for (const agreement of agreements)
      expect(digestAgreement(agreement.value, place)).toBe(agreement.digest);
    expect(digestDeviceRevocation(revocation.value, place)).toBe(revocation.digest);
    expect(digestEpochEnd(epochEnd.value, place)).toBe(epochEnd.digest);
  });

  it("are signed by the account, agreements by their providers", () => {
    for (const { digest: payload, signature } of [entry, revocation, epochEnd]) {
      expect(parseAccount(recoverAddress({ payload, signature: fromHex(signature) }))).toBe(
        words.wallet.account,
      );
    }
    for (const { digest: payload, signature, value } of agreements) {
      expect(parseAccount(recoverAddress({ payload, signature: fromHex(signature) }))).toBe(value.provider);
    }
  });

  it("are others on another chain and for another contract", () => {
    const elsewhere = [
      { ...place, chainId: 1 },
      { ...place, contract: words.wallet.account },
    ];
    for (const other of elsewhere) expect(digestEpochEnd(epochEnd.value, other)).not.toBe(epochEnd.digest);
  });
});

it("the commitment is the lower 96 bits of the hash, in ABI words", () => {
  const abi = [place.chainId, place.contract, claim.account, claim.secret, 160, 2, ...claim.tokenIds]
    .map(value => (typeof value === "number" ? value.toString(16) : value.slice(2)).padStart(64, "0"))
    .join("");
  const hash = keccak256(Buffer.from(abi, "hex"));
  expect(BigInt(`0x${hash.subarray(20).toString("hex")}`)).toBe(BigInt(claim.commitment));
  expect(toCommitment(claim, place)).toBe(BigInt(claim.commitment));
});

it("numbers are written in the same groups as their pictures show", () => {
  for (const { id, text } of vectors.numbers) expect(formatNumber(fromTokenId(BigInt(id)))).toBe(text);
  expect(vectors.numbers).toHaveLength(9);
});

it("the device signed its digest", () => {
  const key = createPublicKey({ key: words.device.sign, format: "jwk" });
  const signature = Buffer.from(fromDevice.r.slice(2) + fromDevice.s.slice(2), "hex");
  expect(`0x${createHash("sha256").update(fromDevice.message).digest("hex")}`).toBe(fromDevice.digest);
  expect(
    verify("sha256", Buffer.from(fromDevice.message), { key, dsaEncoding: "ieee-p1363" }, signature),
  ).toBe(true);
  expect(Buffer.from(fromDevice.thumbprint.slice(2), "hex").toString("base64url")).toBe(
    words.device.thumbprint,
  );
});
