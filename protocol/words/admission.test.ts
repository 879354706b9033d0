import { Buffer } from "node:buffer";
import { createPrivateKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AdmissionClaim,
  AdmissionError,
  type Authorization,
  admissionBytes,
  formatAuthorization,
  formatChallenge,
  parseAuthorization,
  parseChallenge,
} from "./admission.ts";
import { DelegationError } from "./delegation.ts";
import { fromJwk, toJwk } from "./p256-key.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signKey = fromJwk(publicKey.export({ format: "jwk" })) ?? { x: "0x" as const, y: "0x" as const };

const claim: AdmissionClaim = {
  realm: "node.example",
  nonce: "nonce.1",
  method: "REGISTER",
  requestUri: "sip:node.example",
  callId: "82aon4n460bgbuakivimph",
  cseq: 2,
  contacts: ['<sip:0q5lk8fh@hg2s1g9qq4sp.invalid;transport=ws>;+sip.instance="<urn:uuid:4eb26b43>"'],
};

const authorization: Authorization = {
  delegation: {
    delegation: {
      account: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      signKey,
      sealKey: signKey,
      scopes: 1,
      accountEpoch: 0,
      issued: 1,
      expiry: 2,
    },
    chainId: 1,
    signature: `0x${"ab".repeat(65)}`,
  },
  nonce: "n-1",
  signature: new Uint8Array(64).fill(7),
};

describe("admissionBytes", () => {
  it("are length-prefixed texts behind a label", () => {
    const bytes = Buffer.from(admissionBytes({ ...claim, contacts: [] }));
    expect(bytes.subarray(0, 4 + 21).toString("latin1")).toBe("\0\0\0\x15etherlynk admission 1");
    expect(bytes.subarray(25).toString("latin1")).toBe(
      "\0\0\0\x0cnode.example\0\0\0\x07nonce.1\0\0\0\x08REGISTER\0\0\0\x10sip:node.example" +
        "\0\0\0\x1682aon4n460bgbuakivimph\0\0\0\x012",
    );
  });

  it("are never the same for two requests", () => {
    const text = fc.string({ maxLength: 4 });
    const any = fc.record({
      realm: text,
      nonce: text,
      method: text,
      requestUri: text,
      callId: text,
      cseq: fc.nat({ max: 20 }),
      contacts: fc.array(text, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const same = Buffer.from(admissionBytes(a)).equals(Buffer.from(admissionBytes(b)));
        expect(same).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 500 },
    );
  });

  it("are signed by the device and checked with the key of its delegation", () => {
    const key = createPrivateKey({ key: privateKey.export({ format: "jwk" }), format: "jwk" });
    const signature = sign("sha256", admissionBytes(claim), { key, dsaEncoding: "ieee-p1363" });
    const read = parseAuthorization(formatAuthorization({ ...authorization, signature }));
    if (!read) throw new Error("not ours");
    const jwk = { ...toJwk(read.delegation.delegation.signKey) };
    const check = (what: AdmissionClaim) =>
      verify(
        "sha256",
        admissionBytes(what),
        { key: jwk, format: "jwk", dsaEncoding: "ieee-p1363" },
        read.signature,
      );
    expect(check(claim)).toBe(true);
    expect(check({ ...claim, cseq: 3 })).toBe(false);
    expect(check({ ...claim, contacts: [] })).toBe(false);
    expect(check({ ...claim, realm: "other.example" })).toBe(false);
  });
});

describe("the challenge", () => {
  it("goes there and back", () => {
    const challenge = { realm: "node.example", nonce: "abc.def_1", ts: 1_795_000_000 };
    expect(formatChallenge(challenge)).toBe(
      'Etherlynk realm="node.example", nonce="abc.def_1", ts="1795000000"',
    );
    expect(parseChallenge(formatChallenge(challenge))).toEqual(challenge);
  });

  it("takes tokens, any case of names and scheme, unknown parameters, and white space", () => {
    expect(parseChallenge('  etherlynk  REALM = "n\\"x" ,ts=17,stale=true,nonce=a ')).toEqual({
      realm: 'n"x',
      nonce: "a",
      ts: 17,
    });
  });

  it("leaves other schemes to others", () => {
    expect(parseChallenge('Digest realm="n", nonce="a"')).toBeUndefined();
    expect(parseChallenge("Etherlynks realm=n")).toBeUndefined();
    expect(parseChallenge("")).toBeUndefined();
  });

  it.each([
    "Etherlynk",
    "Etherlynk ",
    "Etherlynk realm=n, nonce=a",
    "Etherlynk realm=n, nonce=a, ts=x",
    "Etherlynk realm=n, nonce=a, ts=-1",
    "Etherlynk realm=n, nonce=a, nonce=b, ts=1",
    'Etherlynk realm=n, nonce="", ts=1',
    "Etherlynk realm=n, nonce=a, ts=1,",
    "Etherlynk realm=n nonce=a ts=1",
    'Etherlynk realm="n, nonce=a, ts=1',
    `Etherlynk realm=n, nonce=${"a".repeat(257)}, ts=1`,
    `Etherlynk realm=n, nonce=a, ts=1, x="${"a".repeat(9000)}"`,
  ])("refuses %s", text => {
    expect(() => parseChallenge(text)).toThrow(AdmissionError);
  });
});

describe("the authorization", () => {
  it("goes there and back", () => {
    expect(parseAuthorization(formatAuthorization(authorization))).toEqual(authorization);
  });

  it("throws nothing but its own errors", () => {
    const good = formatAuthorization(authorization);
    const nearly = fc
      .tuple(fc.nat({ max: good.length }), fc.string({ maxLength: 3 }), fc.nat({ max: 4 }))
      .map(([at, put, cut]) => good.slice(0, at) + put + good.slice(at + cut));
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.string().map(it => `Etherlynk ${it}`),
        ),
        text => {
          for (const parse of [parseAuthorization, parseChallenge]) {
            try {
              parse(text);
            } catch (error) {
              if (!(error instanceof DelegationError)) expect(error).toBeInstanceOf(AdmissionError);
            }
          }
        },
      ),
    );
  });

  it("reads a hostile value in linear time", () => {
    const started = performance.now();
    for (const text of [
      `Etherlynk ${'a="\\'.repeat(2000)}`,
      `Etherlynk ${" ".repeat(8000)}`,
      `Etherlynk ${"a=b ".repeat(2000)}`,
    ]) {
      expect(() => parseAuthorization(text)).toThrow(AdmissionError);
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
