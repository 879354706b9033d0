import { describe, expect, it } from "vitest";
import { parseUri, type SipUri } from "../../protocol/sip/uri.ts";
import { isAccountKey, isChainKey, toContactKey, toSipUri, toUserKey } from "./address-keys.ts";
import { createDomains } from "./domains.ts";

const account = `0x${"aB".repeat(20)}`;

describe("user keys", () => {
  it.each([
    ["bob", "bob"],
    ["Bob", "Bob"],
    ["b%6Fb", "bob"],
    [account, account.toLowerCase()],
    ["Alice.ETH", "alice.eth"],
    ["+999-1234 (5678)", "+99912345678"],
    ["0xnothing", "0xnothing"],
  ])("%s is known as %s", (user, key) => expect(toUserKey(user)).toBe(key));

  it.each([undefined, "x".repeat(256)])("nobody is %#", user => expect(toUserKey(user)).toBeUndefined());

  it("accounts are accounts, names and numbers are the chain's", () => {
    expect([account, account.slice(1), `${account}0`, "bob"].map(isAccountKey)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(["alice.eth", "+99912345678", "bob", account].map(isChainKey)).toEqual([true, true, false, false]);
  });
});

describe("contact keys", () => {
  it("leave out what differs between a REGISTER and an INVITE of one device", () => {
    const key = (text: string) => toContactKey(parseUri(text) as SipUri);
    expect(key("sip:0q5lk8fh@hg2s.invalid;transport=ws")).toBe(
      key("sip:0q5lk8fh@HG2S.invalid;transport=ws;ob"),
    );
    expect(key("sip:a@h.invalid:5060")).not.toBe(key("sip:a@h.invalid"));
    expect(key("sip:a@h.invalid")).not.toBe(key("sip:b@h.invalid"));
  });

  it("are of SIP addresses only", () => {
    expect([toSipUri("tel:+1201"), toSipUri("mailto:a@b"), toSipUri("sip:"), toSipUri("nonsense")]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("domains", () => {
  const uri = (text: string) => parseUri(text) as SipUri;

  it("a node of a domain answers for it, whatever the port, and for nothing else", () => {
    const domains = createDomains("One.example", ["Two.example"]);
    expect(domains.own).toBe("one.example");
    expect(
      ["sip:a@ONE.example:9000", "sip:a@one.example.", "sip:a@127.0.0.1", "sip:a@two.example"].map(it =>
        domains.isOwn(uri(it)),
      ),
    ).toEqual([true, true, false, false]);
    expect(
      ["sip:a@two.example:1", "sip:a@one.example", "sip:a@three.example"].map(it => domains.peerOf(uri(it))),
    ).toEqual(["two.example", undefined, undefined]);
  });

  it("an open node without a domain answers for every host but peers' and clients' own", () => {
    const domains = createDomains(undefined, ["two.example"]);
    expect(
      [
        "sip:a@any.example",
        "sip:a@127.0.0.1:9000",
        "sip:a@two.example",
        "sip:a@x.invalid",
        `sip:a@${domains.own}`,
      ].map(it => domains.isOwn(uri(it))),
    ).toEqual([true, true, false, false, true]);
  });
});
