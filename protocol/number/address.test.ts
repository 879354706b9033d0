import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPeerId } from "../peer/peer-id.ts";
import {
  AddressError,
  formatAddress,
  formatSipUri,
  isName,
  parseAccount,
  parseAddress,
  parseDomain,
  parseTarget,
} from "./address.ts";

// From EIP-55.
const ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AddressError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("parseAddress", () => {
  it.each([
    ["alice.eth", { target: { kind: "name", name: "alice.eth" } }],
    [" Alice.ETH ", { target: { kind: "name", name: "alice.eth" } }],
    ["sip:alice.eth", { target: { kind: "name", name: "alice.eth" } }],
    ["sip:alice.eth@Node.Example", { target: { kind: "name", name: "alice.eth" }, domain: "node.example" }],
    [
      "SIPS:alice.eth@node.example:5061;transport=ws?subject=x",
      { target: { kind: "name", name: "alice.eth" }, domain: "node.example:5061" },
    ],
    ["sip:%F0%9F%94%A5.eth@n", { target: { kind: "name", name: "🔥.eth" }, domain: "n" }],
    ["👩‍🚀.eth", { target: { kind: "name", name: "👩‍🚀.eth" } }],
    ["$a_b-c.eth", { target: { kind: "name", name: "$a_b-c.eth" } }],
    ["+999 1234 5678", { target: { kind: "number", number: "+99912345678" } }],
    ["99912345678", { target: { kind: "number", number: "+99912345678" } }],
    ["tel:+999-1234-5678;phone-context=x", { target: { kind: "number", number: "+99912345678" } }],
    [
      "sip:+99912345678@node.example",
      { target: { kind: "number", number: "+99912345678" }, domain: "node.example" },
    ],
    [
      "sip:%2B99912345678@node.example;user=phone",
      { target: { kind: "number", number: "+99912345678" }, domain: "node.example" },
    ],
    [ACCOUNT, { target: { kind: "account", account: ACCOUNT } }],
    [ACCOUNT.toLowerCase(), { target: { kind: "account", account: ACCOUNT } }],
    [`sip:${ACCOUNT}@[::1]:9000`, { target: { kind: "account", account: ACCOUNT }, domain: "[::1]:9000" }],
    ["bob@127.0.0.1:9000", { target: { kind: "user", user: "bob" }, domain: "127.0.0.1:9000" }],
    ["sip:bob", { target: { kind: "user", user: "bob" } }],
    ["sip:a;b?c@n", { target: { kind: "user", user: "a;b?c" }, domain: "n" }],
  ])("reads %s", (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    ["bob", "address.where"],
    ["", "address.user"],
    ["@node.example", "address.user"],
    ["sip:@node.example", "address.user"],
    ["a@b@c", "address.domain"],
    ["sip:alice:secret@node.example", "address.user"],
    ["192.168.1.1", "address.where"],
    ["alice..eth", "address.where"],
    ["alice.eth/../x", "address.where"],
    ["alice\u202e.eth", "address.user"],
    ["ali\u200bce.eth", "address.user"],
    ["ali ce.eth", "address.user"],
    ["0x1234", "address.account"],
    ["0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "address.checksum"],
    ["+4930123456", "address.number"],
    ["+999123", "address.number"],
    ["tel:+4930123456", "address.tel"],
    ["sip:alice.eth@", "address.domain"],
    ["sip:alice.eth@no de", "address.domain"],
    ["sip:alice.eth@node..example", "address.domain"],
    ["sip:alice.eth@node.example:0", "address.domain"],
    ["sip:alice.eth@node.example:70000", "address.domain"],
    ["sip:alice%2@node.example", "address.escape"],
    ["sip:%ff.eth@node.example", "address.escape"],
    ["sip:a%00b@node.example", "address.user"],
    [`${"a".repeat(2000)}.eth`, "address.size"],
  ])("refuses %s with %s", (text, code) => {
    expect(codeOf(() => parseAddress(text))).toBe(code);
  });

  it("throws nothing but its own error, and reads what it reads in one form", () => {
    const nearly = fc
      .tuple(
        fc.constantFrom("", "sip:", "sips:", "tel:"),
        fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("+999", "0x", "a.b", "%41", "999")),
        fc.constantFrom("", "@", "@n", "@[::1]:1", "1234567"),
        fc.string({ maxLength: 6 }),
      )
      .map(parts => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: "binary" })), text => {
        if (codeOf(() => parseAddress(text)) !== "accepted") return;
        const address = parseAddress(text);
        const written = formatAddress(address);
        expect(parseAddress(written)).toEqual(address);
        expect(formatAddress(parseAddress(written))).toBe(written);
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads nothing that a PeerJS client may call itself, unless it says where", () => {
    const id = fc.stringMatching(/^[0-9A-Fa-fx]{1,14}([ _-][0-9a-z]{1,9}){0,3}$/);
    const typed = fc.oneof(
      id,
      fc.stringMatching(/^(\+|00)?999[0-9 -]{0,14}$/),
      fc.stringMatching(/^0[xX][0-9a-fA-F]{0,41}$/),
    );
    fc.assert(
      fc.property(typed, text => {
        if (isPeerId(text)) expect(codeOf(() => parseAddress(text))).not.toBe("accepted");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("parseAccount", () => {
  it.each([
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  ])("takes %s of EIP-55", text => {
    expect(parseAccount(text).toLowerCase()).toBe(text.toLowerCase());
  });

  it("refuses every single letter in the wrong case", () => {
    for (let i = 2; i < ACCOUNT.length; i += 1) {
      const letter = ACCOUNT.charAt(i);
      const flipped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      if (flipped === letter) continue;
      expect(codeOf(() => parseAccount(ACCOUNT.slice(0, i) + flipped + ACCOUNT.slice(i + 1)))).toBe(
        "address.checksum",
      );
    }
  });
});

describe("formatSipUri", () => {
  it("takes the home node's domain where the address names none", () => {
    expect(formatSipUri(parseAddress("+999 1234 5678"), "node.example")).toBe(
      "sip:+99912345678@node.example",
    );
    expect(formatSipUri(parseAddress("alice.eth@other.example"), "node.example")).toBe(
      "sip:alice.eth@other.example",
    );
    expect(formatSipUri(parseAddress("🔥.eth"), "node.example")).toBe("sip:%F0%9F%94%A5.eth@node.example");
  });
});

describe("the small readers", () => {
  it("parseTarget refuses a user", () => {
    expect(codeOf(() => parseTarget("bob"))).toBe("address.where");
    expect(parseTarget("bob.eth")).toEqual({ kind: "name", name: "bob.eth" });
  });

  it("parseDomain knows hosts and ports", () => {
    expect(parseDomain("Node.Example.")).toBe("node.example");
    expect(parseDomain("localhost:09000")).toBe("localhost:9000");
  });

  it("isName knows the shape only", () => {
    expect(isName("a.b.c.eth")).toBe(true);
    expect(isName("eth")).toBe(false);
    expect(isName("10.0.0.1")).toBe(false);
  });
});
