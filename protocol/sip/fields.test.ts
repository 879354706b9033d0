import { describe, expect, it } from "vitest";
import {
  callId,
  contacts,
  contentType,
  cseq,
  expires,
  firstValue,
  from,
  fromTag,
  header,
  headerValues,
  maxForwards,
  recordRoutes,
  requires,
  routes,
  supports,
  to,
  tokens,
  topVia,
  toTag,
  viaCount,
} from "./fields.ts";
import { parseMessage } from "./parse-message.ts";
import { SipParseError } from "./sip-parse-error.ts";

const message = parseMessage(
  [
    "INVITE sip:bob@b.example SIP/2.0",
    "v: SIP/2.0/WS one.invalid;branch=z9hG4bK1, SIP/2.0/UDP two.example",
    "Via: SIP/2.0/TCP three.example",
    "Max-Forwards: 007",
    'f: "A, B" <sip:alice@a.example>;TAG=a',
    "t: <sip:bob@b.example>",
    "i: call-1@a.invalid",
    "CSeq: 5 INVITE",
    "Route: <sip:p1.example;lr>,<sip:p2.example;lr>",
    "Route: <sip:p3.example;lr>",
    "Record-Route: <sip:r1.example;lr>",
    "m: <sip:alice@a.invalid>",
    "k: 100rel, Etherlynk.V1",
    "Supported: gruu",
    "Require: 100rel",
    "Expires: 120",
    "c: Application/SDP;charset=utf-8",
    "l: 0",
    "",
    "",
  ].join("\r\n"),
);

describe("typed reads", () => {
  it("of what a message has", () => {
    expect(topVia(message).host).toBe("one.invalid");
    expect(viaCount(message)).toBe(3);
    expect(headerValues(message, "via")[1]).toBe("SIP/2.0/UDP two.example");
    expect(firstValue(message, "route")).toBe("<sip:p1.example;lr>");
    expect(from(message)).toEqual({
      displayName: "A, B",
      uri: "sip:alice@a.example",
      params: [["TAG", "a"]],
    });
    expect(fromTag(message)).toBe("a");
    expect(to(message).uri).toBe("sip:bob@b.example");
    expect(toTag(message)).toBeUndefined();
    expect(callId(message)).toBe("call-1@a.invalid");
    expect(cseq(message)).toEqual({ seq: 5, method: "INVITE" });
    expect(maxForwards(message)).toBe(7);
    expect(contacts(message).map(({ uri }) => uri)).toEqual(["sip:alice@a.invalid"]);
    expect(routes(message).map(({ uri }) => uri)).toEqual([
      "sip:p1.example;lr",
      "sip:p2.example;lr",
      "sip:p3.example;lr",
    ]);
    expect(recordRoutes(message)).toHaveLength(1);
    expect(expires(message)).toBe(120);
    expect(contentType(message)?.type).toBe("application/sdp");
    expect(tokens(message, "supported")).toEqual(["100rel", "etherlynk.v1", "gruu"]);
    expect(supports(message, "etherlynk.v1")).toBe(true);
    expect(supports(message, "outbound")).toBe(false);
    expect(requires(message, "100REL")).toBe(true);
    expect(requires(message, "gruu")).toBe(false);
  });

  it("of what it has not", () => {
    const bare = { ...message, headers: [] };
    expect(header(bare, "via")).toBeUndefined();
    expect(firstValue(bare, "via")).toBeUndefined();
    expect(maxForwards(bare)).toBeUndefined();
    expect(expires(bare)).toBeUndefined();
    expect(contentType(bare)).toBeUndefined();
    expect(contacts(bare)).toEqual([]);
    expect(viaCount(bare)).toBe(0);
    for (const read of [topVia, from, to, callId, cseq]) expect(() => read(bare)).toThrow(SipParseError);
  });

  it("of what is wrong, in a message made by hand", () => {
    const wrong = (key: string, value: string) => ({ ...message, headers: [{ key, name: key, value }] });
    expect(() => cseq(wrong("cseq", "1"))).toThrow(SipParseError);
    expect(() => tokens(wrong("supported", "a b"), "supported")).toThrow(SipParseError);
    expect(expires(wrong("expires", "soon"))).toBeUndefined();
  });
});
