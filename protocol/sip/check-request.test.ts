import { describe, expect, it } from "vitest";
import { checkForProxy, checkRequest, type ServerRules } from "./check-request.ts";
import { isForClient, isForNextHop } from "./check-response.ts";
import type { SipRequest } from "./message.ts";
import { sampleRequest, sampleResponse } from "./samples.suite.ts";

const rules: ServerRules = {
  methods: new Set(["INVITE", "ACK", "CANCEL", "REGISTER"]),
  extensions: new Set(["100rel", "etherlynk.v1"]),
  mediaTypes: new Set(["application/sdp", "application/etherlynk+json"]),
  schemes: new Set(["sip", "sips"]),
};
const challenge = 'Etherlynk realm="a"';

function outcome(request: SipRequest, more: Partial<ServerRules> = {}): string {
  const refusal = checkRequest(request, { ...rules, ...more });
  if (refusal === undefined) return "ok";
  return [refusal.status, ...refusal.headers.map(({ name, value }) => `${name}: ${value}`)].join(" ");
}

function invite(...headers: [name: string, value: string][]): SipRequest {
  return sampleRequest({ headers });
}

describe("checkRequest (RFC 3261 §8.2)", () => {
  const table: [name: string, expected: string, request: SipRequest, more?: Partial<ServerRules>][] = [
    ["a plain INVITE", "ok", invite()],
    [
      "a method served elsewhere",
      "405 Allow: INVITE, ACK, CANCEL, REGISTER",
      sampleRequest({ method: "INFO" }),
    ],
    ["a method known nowhere", "501", sampleRequest({ method: "DANCE" })],
    ["a method in lower case", "501", sampleRequest({ method: "invite" })],
    ["another scheme", "416", sampleRequest({ uri: "tel:+999" })],
    ["REGISTER of no SIP address", "400", sampleRequest({ method: "REGISTER", to: "<urn:a:b>" })],
    ["an extension we have", "ok", invite(["Require", "100REL"])],
    ["one we have not", "420 Unsupported: foo, Bar", invite(["Require", "foo"], ["Require", "100rel, Bar"])],
    [
      "one we have not, in a CANCEL",
      "ok",
      sampleRequest({ method: "CANCEL", headers: [["Require", "foo"]] }),
    ],
    ["Proxy-Require is the proxy's", "ok", invite(["Proxy-Require", "foo"])],
    ["a demand that is met", "ok", invite(["Supported", "Etherlynk.v1"]), { demands: ["etherlynk.v1"] }],
    [
      "a demand that is met by Require",
      "ok",
      invite(["Require", "etherlynk.v1"]),
      { demands: ["etherlynk.v1"] },
    ],
    [
      "a demand that is not",
      "421 Require: etherlynk.v1",
      invite(["Supported", "a"]),
      { demands: ["etherlynk.v1"] },
    ],
    ["no credentials", `401 WWW-Authenticate: ${challenge}`, invite(), { challenge }],
    [
      "credentials of others",
      `401 WWW-Authenticate: ${challenge}`,
      invite(["Authorization", "Digest a=b"]),
      { challenge },
    ],
    [
      "ours",
      "ok",
      invite(["Authorization", "Digest a=b"], ["Authorization", "etherlynk a=b"]),
      { challenge },
    ],
    ["an ACK is never asked", "ok", sampleRequest({ method: "ACK" }), { challenge }],
    ["a body we read", "ok", { ...invite(["Content-Type", "Application/SDP;a=b"]), body: "v=0" }],
    [
      "one we do not",
      "415 Accept: application/sdp, application/etherlynk+json",
      { ...invite(["Content-Type", "text/html"]), body: "a" },
    ],
    [
      "one we may leave",
      "ok",
      {
        ...invite(["Content-Type", "text/html"], ["Content-Disposition", "icon; handling=optional"]),
        body: "a",
      },
    ],
    [
      "a body in a coding",
      "415 Accept-Encoding: identity",
      { ...invite(["Content-Type", "application/sdp"], ["Content-Encoding", "gzip"]), body: "a" },
    ],
    ["a body of no type", "400", { ...invite(), body: "a" }],
    ["a caller that takes SDP", "ok", invite(["Accept", "text/plain, application/*;q=0.1"])],
    ["one that takes anything", "ok", invite(["Accept", "*/*"])],
    ["one that takes nothing", "406", invite(["Accept", ""])],
    ["one that takes something else", "406", invite(["Accept", "text/plain, application/sdp;q=0"])],
    [
      "Accept of other requests",
      "ok",
      sampleRequest({ method: "REGISTER", headers: [["Accept", "text/plain"]] }),
    ],
  ];
  const rows = table.map(([name, expected, request, more]) => ({ name, expected, request, more }));
  it.each(rows)("$name: $expected", ({ expected, request, more }) => {
    expect(outcome(request, more)).toBe(expected);
  });

  it("looks at credentials before all else, and at bodies last", () => {
    const request = {
      ...sampleRequest({ method: "DANCE", uri: "urn:a", headers: [["Require", "foo"]] }),
      body: "a",
    };
    expect(outcome(request, { challenge })).toMatch(/^401/);
    expect(outcome(request)).toMatch(/^501/);
    expect(outcome({ ...request, method: "INVITE" })).toMatch(/^416/);
    expect(outcome({ ...request, method: "INVITE", uri: "sip:a" })).toMatch(/^420/);
  });
});

describe("checkForProxy (RFC 3261 §16.3)", () => {
  const rows: [name: string, status: number | undefined, request: SipRequest][] = [
    [
      "whatever it does not know",
      undefined,
      { ...sampleRequest({ method: "DANCE", headers: [["Require", "foo"]] }), body: "a" },
    ],
    ["another scheme", 416, sampleRequest({ uri: "urn:a:b" })],
    ["no hop left", 483, invite(["Max-Forwards", "00"])],
    ["one hop left", undefined, invite(["Max-Forwards", "1"])],
    ["an extension of proxies", 420, invite(["Proxy-Require", "foo"])],
  ];
  it.each(rows)("%s: %s", (_name, status, request) =>
    expect(checkForProxy(request, rules)?.status).toBe(status),
  );
});

describe("responses that went astray", () => {
  const ok = (...via: string[]) => sampleResponse(sampleRequest({ via }), 200);

  it("a client takes those with one Via, its own", () => {
    expect(isForClient(ok("SIP/2.0/WS a.invalid"))).toBe(true);
    expect(isForClient(ok("SIP/2.0/WS a.invalid, SIP/2.0/WS b.invalid"))).toBe(false);
    expect(isForClient(ok())).toBe(false);
  });

  it("a proxy passes on those with one host below its own Via", () => {
    const below = (host: string) => isForNextHop(ok("SIP/2.0/WS p.example", `SIP/2.0/UDP ${host}`));
    for (const host of ["a.invalid", "192.0.2.1:5060", "[2001:db8::1]", "223.255.255.255"]) {
      expect(below(host), host).toBe(true);
    }
    for (const host of ["255.255.255.255", "224.0.1.75", "0.0.0.0", "[ff02::1]", "[::]"]) {
      expect(below(host), host).toBe(false);
    }
    expect(isForNextHop(ok("SIP/2.0/WS p.example"))).toBe(false);
  });
});
