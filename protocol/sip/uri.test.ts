import { describe, expect, it } from "vitest";
import { SipParseError } from "./sip-parse-error.ts";
import {
  escapeUriParam,
  escapeUser,
  formatUri,
  isSameUri,
  isSipUri,
  type Params,
  param,
  parseUri,
  quote,
  unescapeUri,
  unquote,
  withoutParam,
  withParam,
} from "./uri.ts";

describe("parseUri", () => {
  it("an address of ours", () => {
    expect(parseUri("sip:alice.eth@node.example;transport=wss;lr?Subject=a&Priority=b")).toEqual({
      kind: "sip",
      scheme: "sip",
      user: "alice.eth",
      host: "node.example",
      params: [
        ["transport", "wss"],
        ["lr", undefined],
      ],
      headers: "Subject=a&Priority=b",
    });
  });

  const users: [text: string, user: string | undefined, host: string][] = [
    ["sip:+99912345678@node.example", "+99912345678", "node.example"],
    [
      "sip:0xAbC0000000000000000000000000000000000001@node.example",
      "0xAbC0000000000000000000000000000000000001",
      "node.example",
    ],
    ["sips:Bob@NODE.Example.", "Bob", "node.example."],
    ["SIP:node.example", undefined, "node.example"],
    ["sip:127.0.0.1:9000", undefined, "127.0.0.1"],
    ["sip:bob@[2001:DB8::1]:5060", "bob", "[2001:db8::1]"],
    ["sip:bob:secret@b.example", "bob", "b.example"],
    ["sip:a;b?c/d&e=f+g$h,i@b.example", "a;b?c/d&e=f+g$h,i", "b.example"],
    ["sip:a%40b@b.example", "a%40b", "b.example"],
    ["sip:b.example;a=@b.example", "b.example;a=", "b.example"],
    ["sip:b.example:5060@b.example", "b.example", "b.example"],
    ["sip:1@b.example", "1", "b.example"],
  ];
  it.each(users)("%s", (text, user, host) => {
    const uri = parseUri(text);
    if (!isSipUri(uri)) throw new Error("This is no SIP URI.");
    expect([uri.user, uri.host]).toEqual([user, host]);
    expect(parseUri(formatUri(uri))).toEqual(uri);
  });

  it("port and password", () => {
    expect(parseUri("sip:bob:@b.example:0")).toMatchObject({ user: "bob", password: "", port: 0 });
    expect(parseUri("sip:bob:a&b@b.example:65535")).toMatchObject({ password: "a&b", port: 65_535 });
  });

  it("telephone numbers of RFC 3966", () => {
    expect(parseUri("tel:+1-201-555-0123")).toEqual({
      kind: "tel",
      scheme: "tel",
      number: "+1-201-555-0123",
      params: [],
    });
    expect(parseUri("TEL:7042;phone-context=example.com")).toMatchObject({
      number: "7042",
      params: [["phone-context", "example.com"]],
    });
    expect(formatUri(parseUri("tel:*21#;ext=3"))).toBe("tel:*21#;ext=3");
  });

  it("any other scheme, unread", () => {
    expect(parseUri("urn:uuid:f81d4fae-7dec")).toEqual({
      kind: "other",
      scheme: "urn",
      rest: "uuid:f81d4fae-7dec",
    });
    expect(formatUri(parseUri("HTTPS://b.example/?a=b"))).toBe("https://b.example/?a=b");
  });

  const wrong = [
    "",
    "sip",
    "sip:",
    "sip:a b@c",
    "sip:a@b ",
    " sip:a@b",
    "sip:a@b>",
    "tel:abc\u00e9",
    "a+b",
    "1a:b",
    "a:",
  ];
  it.each(wrong)("%j is no URI", text => {
    expect(() => parseUri(text)).toThrow(SipParseError);
  });

  it("says where it stopped", () => {
    expect(() => parseUri("sip:bob@b..example")).toThrow(
      expect.objectContaining({ offset: 10, status: 400 }),
    );
  });
});

describe("isSameUri (RFC 3261 §19.1.4)", () => {
  const same: [a: string, b: string][] = [
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    [
      "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ],
    ["tel:+1-201-555-0123", "tel:+12015550123"],
    ["tel:863-1234;phone-context=+1-914-555", "tel:8631234;PHONE-CONTEXT=+1-914-555"],
    ["urn:a:B", "URN:a:B"],
  ];
  it.each(same)("%s is %s", (a, b) => {
    expect(isSameUri(parseUri(a), parseUri(b))).toBe(true);
    expect(isSameUri(parseUri(b), parseUri(a))).toBe(true);
  });

  const different: [a: string, b: string][] = [
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
    ["sip:a@b.example", "sips:a@b.example"],
    ["sip:a@b.example", "sip:b.example"],
    ["sip:a@b.example", "sip:a:@b.example"],
    ["sip:a%40b@c.example", "sip:a%2540b@c.example"],
    ["sip:a;b@c.example", "sip:a%3Bb@c.example"],
    ["sip:a@b.example;gr=1", "sip:a@b.example"],
    ["sip:a@b.example;maddr=c", "sip:a@b.example"],
    ["tel:+1;ext=2", "tel:+1"],
    ["tel:+1", "sip:+1@b.example"],
    ["urn:a", "urn:b"],
  ];
  it.each(different)("%s is not %s", (a, b) => {
    expect(isSameUri(parseUri(a), parseUri(b))).toBe(false);
    expect(isSameUri(parseUri(b), parseUri(a))).toBe(false);
  });
});

describe("parameters", () => {
  const params: Params = [
    ["Tag", "a"],
    ["lr", undefined],
    ["text", '"b \\"c\\""'],
    ["tag", "d"],
  ];

  it("are found in any case; absent and without value are two things", () => {
    expect(param(params, "tag")).toBe("a");
    expect(param(params, "LR")).toBe("");
    expect(param(params, "text")).toBe('b "c"');
    expect(param(params, "ta")).toBeUndefined();
  });

  it("are set in place of the first of their name, or at the end", () => {
    expect(withParam(params, "TAG", "e")).toEqual([
      ["TAG", "e"],
      ["lr", undefined],
      ["text", '"b \\"c\\""'],
    ]);
    expect(withParam([], "lr")).toEqual([["lr", undefined]]);
    expect(withoutParam(params, "tag").map(([name]) => name)).toEqual(["lr", "text"]);
  });
});

describe("escapes", () => {
  it("of a user, a parameter, a quoted string", () => {
    expect(escapeUser('a@b "c"\xff')).toBe("a%40b%20%22c%22%FF");
    expect(escapeUriParam("a;b=c")).toBe("a%3Bb%3Dc");
    expect(unescapeUri(escapeUser("a@b%\0"))).toBe("a@b%\0");
    expect(unquote(quote('a "b" \\'))).toBe('a "b" \\');
    expect(unquote("a")).toBe("a");
  });

  it("of user and parameter never end a URI", () => {
    const all = String.fromCharCode(...Array(256).keys());
    const uri = parseUri(`sip:${escapeUser(all)}@b.example;a=${escapeUriParam(all)}`);
    if (!isSipUri(uri)) throw new Error("This is no SIP URI.");
    expect(unescapeUri(uri.user ?? "")).toBe(all);
    expect(unescapeUri(param(uri.params, "a") ?? "")).toBe(all);
  });
});
