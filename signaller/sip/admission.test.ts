import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { authorize, createDevice, type Device } from "../../tests/flow/device.ts";
import { readSip } from "../../tests/flow/sip-text.ts";
import { type AdmissionConfig, createAdmission } from "./admission.ts";
import { ChainRpcError } from "./chain-rpc.ts";
import { createNonces } from "./nonces.ts";

const text = (seq: number) =>
  `REGISTER sip:a.example SIP/2.0\r\nVia: SIP/2.0/WS d.invalid;branch=z9hG4bK1\r\nFrom: <sip:x@a.example>;tag=1\r\nTo: <sip:x@a.example>\r\nCall-ID: c\r\nCSeq: ${seq} REGISTER\r\nContact: <sip:x@d.invalid>\r\n\r\n`;

function createSetting(over: Partial<AdmissionConfig> = {}) {
  const nonces = createNonces({ count: 8, lifetimeMs: 60_000 }, () => 0);
  const admission = createAdmission({
    realm: "a.example",
    chainId: 1,
    wallets: { isSigned: async () => true },
    concurrent: 2,
    now: () => 5_000,
    wallClock: () => Date.now() / 1_000,
    ...over,
  });
  /** A REGISTER that answers a fresh challenge. */
  const toProof = (device: Device, seq = 1): SipRequest => {
    const sip = readSip(text(seq));
    const challenged = { ...sip, headers: [["WWW-Authenticate", admission.challenge(nonces)] as const] };
    const headers = [...sip.headers, ["Authorization", authorize(device, challenged, sip)] as const];
    return {
      kind: "request",
      method: sip.method,
      uri: sip.uri,
      headers: headers.map(([name, value]) => ({ key: name.toLowerCase(), name, value })),
      body: "",
    };
  };
  return { admission, toProof, asking: { nonces, address: "192.0.2.1" } };
}

describe("admission", () => {
  it("tells who it is, what it may, and until when", async () => {
    const { admission, toProof, asking } = createSetting();
    const device = createDevice();
    const { expiry, scopes } = device.delegation.delegation;
    const admitted = await admission.check(toProof(device), asking);
    expect(admitted).toMatchObject({ ok: true, identity: { user: device.account, scopes } });
    const until = admitted.ok ? admitted.identity.until : 0;
    expect(until - 5_000).toBeGreaterThan((expiry - Date.now() / 1_000 - 5) * 1_000);
    expect(until - 5_000).toBeLessThanOrEqual((expiry - Date.now() / 1_000 + 5) * 1_000);
  });

  it("knows which requests try to prove anything", () => {
    const { admission, toProof } = createSetting();
    const proof = toProof(createDevice());
    expect(admission.isProof(proof)).toBe(true);
    const other = proof.headers.map(line =>
      line.key === "authorization" ? { ...line, value: 'Digest username="x"' } : line,
    );
    expect(admission.isProof({ ...proof, headers: other })).toBe(false);
  });

  it("checks a bounded number at once, and says so to the next", async () => {
    const gate = Promise.withResolvers<boolean>();
    const { admission, toProof, asking } = createSetting({ wallets: { isSigned: () => gate.promise } });
    const checks = [1, 2, 3].map(seq => admission.check(toProof(createDevice(), seq), asking));
    expect(await checks[2]).toMatchObject({ ok: false, status: 503 });
    gate.resolve(true);
    expect(await Promise.all(checks.slice(0, 2))).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await admission.check(toProof(createDevice(), 4), asking)).toMatchObject({ ok: true });
  });

  it("a chain that does not answer is nobody's fault: 503", async () => {
    const wallets = {
      isSigned: async () => {
        throw new ChainRpcError("chain.unreachable", "The chain did not answer; try again.");
      },
    };
    const { admission, toProof, asking } = createSetting({ wallets });
    expect(await admission.check(toProof(createDevice()), asking)).toEqual({
      ok: false,
      status: 503,
      sentence: "The chain did not answer; try again.",
    });
  });

  it("a key that is no point of the curve proves nothing", async () => {
    const { admission, toProof, asking } = createSetting();
    const off = { x: `0x${"12".repeat(32)}`, y: `0x${"34".repeat(32)}` } as const;
    expect(await admission.check(toProof(createDevice({ over: { signKey: off } })), asking)).toMatchObject({
      ok: false,
      status: 403,
    });
  });
});
