import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPublicKey } from "ox/Address";
import { recoverPublicKey } from "ox/Secp256k1";
import { fromHex } from "ox/Signature";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDelegation, digestDelegation } from "../../protocol/words/delegation.ts";
import { toJwk } from "../../protocol/words/p256-key.ts";
import { MachineKeyError, openMachineKeys } from "./machine-keys.ts";

const now = 1_795_000_000;
const day = 86_400;

describe("a machine's keys", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "machine-keys-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("are made once, for their owner's eyes, and are the same in the next run", async () => {
    const file = join(folder, "echo.json");
    const first = await openMachineKeys(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await openMachineKeys(file);
    expect([second.account, second.instance]).toEqual([first.account, first.instance]);
    expect((await openMachineKeys()).account).not.toBe(first.account);
  });

  it("allow their device by the wallet's signature, and sign as it", async () => {
    const keys = await openMachineKeys();
    const { delegation, chainId, signature } = keys.delegate(31_337, now);
    const payload = digestDelegation(delegation, chainId);
    const signer = fromPublicKey(recoverPublicKey({ payload, signature: fromHex(signature) }));
    expect(signer.toLowerCase()).toBe(keys.account.toLowerCase());
    const bytes = Buffer.from("some words");
    const key = createPublicKey({ key: { ...toJwk(delegation.signKey) }, format: "jwk" });
    expect(verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, keys.sign(bytes))).toBe(true);
  });

  it("show one delegation as long as half of its time is left, and then a new one", async () => {
    const keys = await openMachineKeys();
    const first = keys.delegate(1, now);
    const question = { chainId: 1, scope: "register", accountEpoch: 0 } as const;
    expect(checkDelegation(first, { ...question, now })).toEqual({ ok: true });
    expect(keys.delegate(1, now + 14 * day)).toBe(first);
    const later = keys.delegate(1, now + 16 * day);
    expect(later).not.toBe(first);
    expect(checkDelegation(later, { ...question, now: now + 45 * day })).toEqual({ ok: true });
    expect(keys.delegate(2, now + 16 * day).chainId).toBe(2);
  });

  it.each([
    ["no JSON", "hello"],
    ["another file", "{}"],
    [
      "keys that are none",
      JSON.stringify({ wallet: `0x${"0".repeat(64)}`, instance: "0".repeat(36), sign: "", seal: "" }),
    ],
  ])("tell in a sentence that a file holds %s", async (_, text) => {
    const file = join(folder, "wrong.json");
    await writeFile(file, text);
    await expect(openMachineKeys(file)).rejects.toThrow(MachineKeyError);
    await expect(openMachineKeys(join(folder, "none", "echo.json"))).rejects.toThrow(MachineKeyError);
  });
});
