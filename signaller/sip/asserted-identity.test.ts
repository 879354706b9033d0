import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { withAsserted, withAssertedOf } from "./asserted-identity.ts";

function toRequest(...values: string[]): SipRequest {
  return {
    kind: "request",
    method: "INVITE",
    uri: "sip:bob@a.example",
    headers: values.map(value => ({ key: "p-asserted-identity", name: "P-Asserted-Identity", value })),
    body: "",
  };
}

const valuesOf = ({ headers }: SipRequest) => headers.map(({ value }) => value);

describe("asserted identities (RFC 3325)", () => {
  it("of a client: only what this node knows", () => {
    expect(valuesOf(withAsserted(toRequest("<sip:x@a.example>", "<tel:+1>"), "0xabc", "a.example"))).toEqual([
      "<sip:0xabc@a.example>",
    ]);
    expect(valuesOf(withAsserted(toRequest("<sip:x@a.example>"), undefined, "a.example"))).toEqual([]);
    const untouched = toRequest();
    expect(withAsserted(untouched, undefined, "a.example")).toBe(untouched);
  });

  it.each([
    ["its own", "<sip:0xabc@b.example>", true],
    ["its own in capitals", "<sip:0xabc@B.example>", true],
    ["another's", "<sip:0xabc@c.example>", false],
    ["two in one line", "<sip:0xabc@b.example>, <sip:0xabc@c.example>", false],
    ["a display name", '"Bank" <sip:0xabc@b.example>', false],
    ["a telephone", "<tel:+99912345678>", false],
    ["its own beside another's host", "<sip:0xabc@c.example@b.example>", false],
    ["a host in the parameters", "<sip:0xabc@c.example;x=@b.example>", false],
  ])("of another domain's node: %s", (_, value, stays) => {
    expect(valuesOf(withAssertedOf(toRequest(value), "b.example"))).toEqual(stays ? [value] : []);
  });
});
