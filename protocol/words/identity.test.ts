import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SignedDelegation } from "./delegation.ts";
import {
  type AnswerMessage,
  type CallMessage,
  checkAnswerIdentity,
  checkCallIdentity,
  formatIdentity,
  type Identity,
  parseIdentity,
  replayKey,
} from "./identity.ts";
import type { SignedMembership } from "./membership.ts";
import { fromJwk, thumbprint, toJwk } from "./p256-key.ts";
import {
  type AnswerFacts,
  type CallFacts,
  formatSigningInput,
  type Passport,
  PassportError,
  toAnswerPassport,
  toCallPassport,
} from "./passport.ts";
import { bytesOf } from "./signing-bytes.ts";

const now = 1_795_000_000;
const ALICE = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

function createDevice(account: typeof ALICE | typeof BOB) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = fromJwk(publicKey.export({ format: "jwk" })) ?? { x: "0x" as const, y: "0x" as const };
  const delegation: SignedDelegation = {
    delegation: {
      account,
      signKey: key,
      sealKey: key,
      scopes: 7,
      accountEpoch: 0,
      issued: now - 9,
      expiry: now + 99,
    },
    chainId: 31_337,
    signature: `0x${"ab".repeat(65)}`,
  };
  return { privateKey, delegation };
}

const alice = createDevice(ALICE);
const bob = createDevice(BOB);

const facts: CallFacts = {
  from: `sip:${ALICE.toLowerCase()}@Node.Example;transport=ws`,
  to: "sip:%2B999-1234-5678@node.example;user=phone",
  callId: "uipp9slkbut3l06mrs5k",
  fromTag: "99st254i5v",
  iat: now,
  body: '{"chainId":1}',
  mediaKeys: [{ alg: "sha-256", dig: "AB".repeat(32) }],
  delegation: alice.delegation,
};
const message: CallMessage = { ...facts, now };

function signed(passport: Passport, key: KeyObject): string {
  const signature = sign("sha256", bytesOf(formatSigningInput(passport)), { key, dsaEncoding: "ieee-p1363" });
  return formatIdentity(passport, signature);
}

function read(value: string): Identity {
  const identity = parseIdentity(value);
  if (identity === undefined) throw new Error("of another kind");
  return identity;
}

function isSigned(identity: Identity): boolean {
  const key = { ...toJwk(identity.delegation.delegation.signKey) };
  const options = { key, format: "jwk", dsaEncoding: "ieee-p1363" } as const;
  return verify("sha256", bytesOf(identity.signingInput), options, identity.signature);
}

const header = signed(toCallPassport(facts), alice.privateKey);
const request = read(header);

describe("the Identity header of an INVITE", () => {
  it("is a JWS that anybody's library reads, with RFC 8224's parameters", () => {
    const [jws = "", info, alg, ppt] = header.split(";");
    const [head = "", claims = ""] = jws.split(".").map(part => Buffer.from(part, "base64url").toString());
    expect(head).toBe('{"alg":"ES256","ppt":"etherlynk","typ":"passport"}');
    expect(JSON.parse(claims)).toEqual({
      bdy: createHash("sha256").update('{"chainId":1}').digest("base64url"),
      dest: { uri: ["sip:+99912345678@node.example"] },
      dlg: expect.stringMatching(/^[\w-]{334}$/),
      iat: now,
      mky: [{ alg: "sha-256", dig: "AB".repeat(32) }],
      orig: { uri: `sip:${ALICE}@node.example` },
      sip_callid: "uipp9slkbut3l06mrs5k",
      sip_from_tag: "99st254i5v",
    });
    expect(Object.keys(JSON.parse(claims))).toEqual([...Object.keys(JSON.parse(claims))].sort());
    const thumb = thumbprint(alice.delegation.delegation.signKey);
    expect([info, alg, ppt]).toEqual([
      `info=<urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumb}>`,
      "alg=ES256",
      "ppt=etherlynk",
    ]);
  });

  it("carries the key that its signature is checked with", () => {
    expect(isSigned(request)).toBe(true);
    expect(request.delegation).toEqual(alice.delegation);
    const other = read(signed(toCallPassport(facts), bob.privateKey));
    expect(isSigned(other)).toBe(false);
  });

  it("is read with its parameters quoted, spaced, or left out where RFC 8224 lets them be", () => {
    const [jws, info] = header.split(";");
    expect(read(`${jws} ; ${info} ;alg=ES256; ppt="etherlynk"`).jws).toBe(jws);
    expect(read(`${jws};${info}`).jws).toBe(jws);
  });

  it("leaves PASSporTs of other kinds to others", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const shaken = part({ alg: "ES256", ppt: "shaken", typ: "passport", x5u: "https://cert.example/a" });
    expect(
      parseIdentity(`${shaken}.${part({ attest: "A" })}.AAAA;info=<https://cert.example/a>`),
    ).toBeUndefined();
  });

  const [jws = "", info = ""] = header.split(";");
  const [head = "", claims = "", signature = ""] = jws.split(".");
  const remade = (change: (claims: Record<string, unknown>) => unknown) => {
    const value = change(JSON.parse(Buffer.from(claims, "base64url").toString()));
    return `${head}.${Buffer.from(JSON.stringify(value)).toString("base64url")}.${signature};${info}`;
  };
  const headed = (value: object) =>
    `${Buffer.from(JSON.stringify(value)).toString("base64url")}.${claims}.${signature};${info}`;

  it.each([
    ["nothing", ""],
    ["one dot", `${head}.${claims};${info}`],
    ["four parts", `${head}.${claims}.${claims}.${signature};${info}`],
    ["a short signature", `${head}.${claims}.${signature.slice(0, 80)};${info}`],
    ["no info", jws],
    ["info of another key", `${jws};${info.replace(/sha-256:.{43}/, `sha-256:${"A".repeat(43)}`)}`],
    ["info twice", `${jws};${info};${info}`],
    ["another ppt in the parameters", `${jws};${info};ppt=rsp`],
    ["another algorithm in the parameters", `${jws};${info};alg=RS256`],
    ["a key in its head", headed({ alg: "ES256", jwk: {}, ppt: "etherlynk", typ: "passport" })],
    ["crit", headed({ alg: "ES256", crit: ["x"], ppt: "etherlynk", typ: "passport" })],
    ["a claim nobody knows", remade(it => ({ ...it, zzz: 1 }))],
    ["claims in another order", remade(it => ({ iat: now, ...it, bdy: it["bdy"] }))],
    ["no delegation", remade(({ dlg: _, ...rest }) => rest)],
    ["a broken delegation", remade(it => ({ ...it, dlg: "AAAA" }))],
    ["two destinations", remade(it => ({ ...it, dest: { uri: ["sip:a@b", "sip:c@d"] } }))],
    ["a destination in another writing", remade(it => ({ ...it, dest: { uri: ["sip:A.eth@b"] } }))],
    ["a caller that is no address", remade(it => ({ ...it, orig: { uri: "nobody" } }))],
    ["no media key", remade(it => ({ ...it, mky: [] }))],
    ["a time that is text", remade(it => ({ ...it, iat: String(now) }))],
    ["a hash too short", remade(it => ({ ...it, bdy: "AAAA" }))],
    [
      "white space inside",
      `${head}.${Buffer.from(`${Buffer.from(claims, "base64url")} `).toString("base64url")}.${signature};${info}`,
    ],
    ["a header of 25 KB", `${header};x=${"a".repeat(25_000)}`],
  ])("refuses %s", (_, value) => {
    expect(() => parseIdentity(value)).toThrow(PassportError);
  });

  it("throws nothing but its own error", () => {
    const nearly = fc
      .tuple(fc.nat({ max: header.length }), fc.string({ maxLength: 2 }), fc.nat({ max: 3 }))
      .map(([at, put, cut]) => header.slice(0, at) + put + header.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), value => {
        try {
          const identity = parseIdentity(value);
          if (identity && value.split(";")[0]?.trim() !== jws) expect(isSigned(identity)).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(PassportError);
        }
      }),
    );
  });
});

describe("checkCallIdentity", () => {
  const why = (identity: Identity, asked: CallMessage) => {
    const outcome = checkCallIdentity(identity, asked);
    return outcome.ok ? "ok" : outcome.why;
  };

  it.each<[string, Partial<CallMessage>]>([
    ["ok", {}],
    ["ok", { now: now + 60 }],
    ["ok", { now: now - 60 }],
    ["time", { now: now + 61 }],
    ["time", { now: now - 61 }],
    ["call", { callId: "another" }],
    ["call", { fromTag: "another" }],
    ["from", { from: `sip:${BOB}@node.example` }],
    ["from", { from: `sip:${ALICE}@other.example` }],
    ["from", { from: "nonsense" }],
    ["to", { to: "sip:+99912345679@node.example" }],
    ["body", { body: "" }],
    ["body", { body: '{"chainId":2}' }],
    ["ok", { to: "sip:+99912345678@NODE.example" }],
  ])("says %s", (expected, change) => {
    expect(why(request, { ...message, ...change })).toBe(expected);
  });

  it("refuses a device that names another account as the caller", () => {
    const forged = read(
      signed(toCallPassport({ ...facts, from: `sip:${BOB}@node.example` }), alice.privateKey),
    );
    expect(why(forged, { ...message, from: `sip:${BOB}@node.example` })).toBe("account");
  });

  it("lets a name or number be asked of the chain", () => {
    const named = read(
      signed(toCallPassport({ ...facts, from: "sip:alice.eth@node.example" }), alice.privateKey),
    );
    expect(why(named, { ...message, from: "sip:alice.eth@node.example" })).toBe("ok");
  });

  it("tells a replay by call, tag and time", () => {
    if (request.passport.ppt !== "etherlynk") throw new Error(request.passport.ppt);
    const { claims } = request.passport;
    expect(replayKey(claims)).toBe(replayKey({ ...claims, bdy: "x" }));
    expect(replayKey({ ...claims, iat: now + 1 })).not.toBe(replayKey(claims));
    // Separators inside a Call-ID make no other call's key.
    expect(replayKey({ ...claims, sip_callid: 'a","b', sip_from_tag: "c" })).not.toBe(
      replayKey({ ...claims, sip_callid: "a", sip_from_tag: 'b","c' }),
    );
  });
});

describe("the answer", () => {
  const membership: SignedMembership = {
    membership: { number: "+99912345678", agent: BOB, role: "agent", expiry: now + 60 },
    chainId: 31_337,
    signature: `0x${"cd".repeat(65)}`,
  };
  if (request.passport.ppt !== "etherlynk") throw new Error(request.passport.ppt);
  const answerFacts: AnswerFacts = {
    request: request.passport.claims,
    requestJws: request.jws,
    status: 200,
    iat: now + 5,
    body: "v=0\r\n",
    mediaKeys: [{ alg: "sha-256", dig: "CD".repeat(32) }],
    delegation: bob.delegation,
    membership,
  };
  const answer = read(signed(toAnswerPassport(answerFacts), bob.privateKey));
  const asked: AnswerMessage = { request, status: 200, body: "v=0\r\n", now: now + 6 };
  const why = (identity: Identity, what: AnswerMessage) => {
    const outcome = checkAnswerIdentity(identity, what);
    return outcome.ok ? "ok" : outcome.why;
  };

  it("is signed by the other device and carries its delegation and membership", () => {
    expect(isSigned(answer)).toBe(true);
    expect(answer.delegation).toEqual(bob.delegation);
    expect(answer.membership).toEqual(membership);
    expect(answer.passport.claims).toMatchObject({
      rsp: createHash("sha256").update(request.jws).digest("base64url"),
      div: { tn: "99912345678" },
    });
  });

  it("carries no team where there is none", () => {
    const { membership: _, ...alone } = answerFacts;
    const single = read(signed(toAnswerPassport(alone), bob.privateKey));
    expect(single.membership).toBeUndefined();
    expect(why(single, asked)).toBe("ok");
  });

  it.each<[string, Partial<AnswerMessage>]>([
    ["ok", {}],
    ["time", { now: now + 66 }],
    ["status", { status: 180 }],
    ["body", { body: "v=1\r\n" }],
    ["call", { request: read(signed(toCallPassport(facts), alice.privateKey)) }],
  ])("says %s", (expected, change) => {
    expect(why(answer, { ...asked, ...change })).toBe(expected);
  });

  it("is no call, and a call is no answer", () => {
    expect(why(request, asked)).toBe("kind");
    const outcome = checkCallIdentity(answer, message);
    expect(outcome.ok ? "ok" : outcome.why).toBe("kind");
  });

  it("refuses a membership of another number or agent, and another account's device", () => {
    const of = (change: Partial<SignedMembership["membership"]>) => {
      const other = { ...membership, membership: { ...membership.membership, ...change } };
      const passport = toAnswerPassport({ ...answerFacts, membership: other });
      return why(read(signed(passport, bob.privateKey)), asked);
    };
    expect(of({ agent: ALICE })).toBe("team");
    expect(of({})).toBe("ok");

    const toAccount = read(
      signed(toCallPassport({ ...facts, to: `sip:${ALICE}@node.example` }), alice.privateKey),
    );
    if (toAccount.passport.ppt !== "etherlynk") throw new Error(toAccount.passport.ppt);
    const { membership: _, ...alone } = answerFacts;
    const forged = { ...alone, request: toAccount.passport.claims, requestJws: toAccount.jws };
    expect(
      why(read(signed(toAnswerPassport(forged), bob.privateKey)), { ...asked, request: toAccount }),
    ).toBe("account");
  });
});
