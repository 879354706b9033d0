import { describe, expect, it } from "vitest";
import { firstOfList, splitList } from "./comma-list.ts";
import { headerKey } from "./header-names.ts";
import {
  formatCSeq,
  formatNameAddr,
  formatVia,
  parseCSeq,
  parseMediaType,
  parseNameAddr,
  parseNameAddrs,
  parseRAck,
  parseSeconds,
  parseTokens,
  parseVia,
} from "./headers.ts";
import { SipParseError } from "./sip-parse-error.ts";

describe("header names", () => {
  it("in any case, long and compact, known and unknown", () => {
    const compact = "abcdefijklmnorstuvxy";
    expect([...compact].map(headerKey)).toEqual([
      "accept-contact",
      "referred-by",
      "content-type",
      "request-disposition",
      "content-encoding",
      "from",
      "call-id",
      "reject-contact",
      "supported",
      "content-length",
      "contact",
      "identity-info",
      "event",
      "refer-to",
      "subject",
      "to",
      "allow-events",
      "via",
      "session-expires",
      "identity",
    ]);
    expect([...compact.toUpperCase()].map(headerKey)).toEqual([...compact].map(headerKey));
    expect(headerKey("WWW-authenticate")).toBe("www-authenticate");
    expect(headerKey("X-Any")).toBe("x-any");
    expect(headerKey("__proto__")).toBe("__proto__");
  });
});

describe("Via", () => {
  it("with everything", () => {
    const text = "SIP/2.0/WSS [2001:DB8::1]:5060;branch=z9hG4bK1;rport;received=2001:db8::9";
    const via = parseVia(text);
    expect(via).toEqual({
      protocol: "SIP/2.0",
      transport: "WSS",
      host: "[2001:db8::1]",
      port: 5060,
      params: [
        ["branch", "z9hG4bK1"],
        ["rport", undefined],
        ["received", "2001:db8::9"],
      ],
    });
    expect(formatVia(via)).toBe(text.replace("DB8", "db8"));
  });

  it("with blanks wherever they may stand", () => {
    expect(parseVia(" SIP / 2.0 /\tUDP  first.example.com : 4000 ; ttl=16 ; maddr = 224.2.0.1 ")).toEqual({
      protocol: "SIP/2.0",
      transport: "UDP",
      host: "first.example.com",
      port: 4000,
      params: [
        ["ttl", "16"],
        ["maddr", "224.2.0.1"],
      ],
    });
  });

  it("refuses two in one", () => {
    expect(() => parseVia("SIP/2.0/WS a, SIP/2.0/WS b")).toThrow(SipParseError);
  });
});

describe("addresses", () => {
  const table: [text: string, displayName: string | undefined, uri: string, params: number][] = [
    ["<sip:a@b.example>", undefined, "sip:a@b.example", 0],
    ["sip:a@b.example;tag=1;lr", undefined, "sip:a@b.example", 2],
    ["<sip:a@b.example;lr>;tag=1", undefined, "sip:a@b.example;lr", 1],
    ["Alice Bob <sip:a@b.example>", "Alice Bob", "sip:a@b.example", 0],
    ["Alice<sip:a@b.example>", "Alice", "sip:a@b.example", 0],
    ['"" <sip:a@b.example>', "", "sip:a@b.example", 0],
    ['"a, <b>; \\"c\\" \\\\" <sip:a@b.example>', 'a, <b>; "c" \\', "sip:a@b.example", 0],
    ['"Zo\xc3\xab"<tel:+999>', "Zo\xc3\xab", "tel:+999", 0],
    ['<sip:a@b.example>;+sip.instance="<urn:uuid:1>";expires=60', undefined, "sip:a@b.example", 2],
    ["sip:a@b.example ; tag = 1", undefined, "sip:a@b.example", 1],
    ["<sip:a@b.example?Replaces=c%3Bto-tag%3Dd>", undefined, "sip:a@b.example?Replaces=c%3Bto-tag%3Dd", 0],
  ];
  const rows = table.map(([text, displayName, uri, params]) => ({ text, displayName, uri, params }));
  it.each(rows)("$text", ({ text, displayName, uri, params }) => {
    const address = parseNameAddr(text);
    expect([address.displayName, address.uri, address.params.length]).toEqual([displayName, uri, params]);
    expect(parseNameAddr(formatNameAddr(address))).toEqual(address);
  });

  it("a display name never ends its quotes", () => {
    const displayName = 'a" <sip:evil@c.example>;tag="';
    expect(parseNameAddr(formatNameAddr({ displayName, uri: "sip:a@b.example", params: [] }))).toEqual({
      displayName,
      uri: "sip:a@b.example",
      params: [],
    });
  });

  it("in a list, with commas in quotes and brackets", () => {
    const list = parseNameAddrs('"a, b" <sip:a,b@c.example>;x="1,2" , sip:d@e.example,<sip:f.example;lr>');
    expect(list.map(({ uri }) => uri)).toEqual(["sip:a,b@c.example", "sip:d@e.example", "sip:f.example;lr"]);
  });

  it("* stands for all", () => {
    expect(parseNameAddrs(" * ")).toEqual([{ uri: "*", params: [] }]);
    expect(formatNameAddr({ uri: "*", params: [] })).toBe("*");
  });
});

describe("small values", () => {
  it("CSeq and RAck", () => {
    expect(parseCSeq("0009 \t INVITE")).toEqual({ seq: 9, method: "INVITE" });
    expect(parseCSeq("2147483647 X")).toEqual({ seq: 2_147_483_647, method: "X" });
    expect(formatCSeq({ seq: 1, method: "BYE" })).toBe("1 BYE");
    expect(parseRAck("776656 1 INVITE")).toEqual({ rseq: 776_656, seq: 1, method: "INVITE" });
    for (const wrong of ["0 1 INVITE", "1 INVITE", "1 1 INVITE 1", "a 1 INVITE", ""]) {
      expect(() => parseRAck(wrong), wrong).toThrow(SipParseError);
    }
  });

  it("seconds: what is no number below 2^32 is none", () => {
    expect(parseSeconds("3600")).toBe(3600);
    expect(parseSeconds(" 0018 ")).toBe(18);
    expect(parseSeconds("120 (I'm in a meeting);duration=3600")).toBe(120);
    expect(parseSeconds("4294967295")).toBe(4_294_967_295);
    for (const wrong of ["", "4294967296", "-1", "1.5", "1e3", "1 2", "0x10", "9".repeat(400)]) {
      expect(parseSeconds(wrong), wrong).toBeUndefined();
    }
  });

  it("media types", () => {
    expect(parseMediaType('Multipart/Mixed ; boundary="a;b"')).toEqual({
      type: "multipart/mixed",
      params: [["boundary", '"a;b"']],
    });
  });

  it("lists of tokens", () => {
    expect(parseTokens(" 100rel, ,etherlynk.v1 ,")).toEqual(["100rel", "etherlynk.v1"]);
    expect(parseTokens("")).toEqual([]);
    expect(() => parseTokens("a b")).toThrow(SipParseError);
  });

  it("lists of anything", () => {
    expect(splitList('a, "b,\\",c" ,<d,e>,,f')).toEqual(["a", '"b,\\",c"', "<d,e>", "f"]);
    expect(splitList('"a,b')).toEqual(['"a,b']);
    expect(splitList("<a,b")).toEqual(["<a,b"]);
    expect(splitList(" ")).toEqual([]);
    expect(firstOfList(' "a,b" ,c')).toBe('"a,b"');
    expect(firstOfList(",a,b")).toBe("a");
    expect(firstOfList("a")).toBe("a");
    expect(firstOfList("")).toBe("");
  });

  it("the last byte of a UTF-8 letter is no blank", () => {
    expect(splitList("\xc3\xa0,\xc3\xa0")).toEqual(["\xc3\xa0", "\xc3\xa0"]);
  });
});
