import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPeerId } from "./peer-id.ts";

describe("isPeerId", () => {
  it.each([
    "3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11",
    "alice",
    "Room 42_blue-north",
    "0",
    "12345",
    "1774000000000",
    "998 1234",
    "0xyz",
    "0x1g",
    "999abc",
    "x0x12",
    "a".repeat(128),
  ])("admits %s, as stock clients do", id => {
    expect(isPeerId(id)).toBe(true);
  });

  it.each([
    ["a name", "alice.eth"],
    ["an address", "alice@node"],
    ["a SIP URI", "sip:alice"],
    ["an account", "0x52908400098527886E0F7030069857D2E4169EE7"],
    ["a short account", "0x"],
    ["an account in capitals", "0XAB"],
    ["an account in groups", "0x52-90 84_00"],
    ["an account, split in its prefix", "0-x52"],
    ["a number", "99912345678"],
    ["a number with plus", "+99912345678"],
    ["a number in groups", "999 1234 5678"],
    ["a number, split in its prefix", "9-99-1234"],
    ["a number with a trunk prefix", "00999 1234"],
    ["nothing", ""],
    ["a separator at the end", "alice-"],
    ["two separators", "a--b"],
    ["more than 128 characters", "a".repeat(129)],
    ["markup", "<script>"],
    ["a NUL", "a\0b"],
    ["letters beyond ASCII", "älice"],
    ["a line end behind it", "alice\n"],
    ["no text", 42],
    ["an array that prints as an id", ["alice"]],
  ])("refuses %s", (_, id) => {
    expect(isPeerId(id)).toBe(false);
  });

  it("admits no account or number, however it is grouped", () => {
    const grouped = (digits: fc.Arbitrary<string>) =>
      fc
        .tuple(digits, fc.infiniteStream(fc.constantFrom("", "", "-", " ", "_")))
        .map(([text, gaps]) => [...text].map((char, i) => (i ? gaps.next().value : "") + char).join(""));
    const account = fc.stringMatching(/^0[xX][0-9a-fA-F]{1,40}$/);
    const number = fc.stringMatching(/^(00)?999[0-9]{0,12}$/);
    fc.assert(fc.property(fc.oneof(grouped(account), grouped(number)), id => !isPeerId(id)));
  });

  it("admits every UUID", () => {
    fc.assert(fc.property(fc.uuid(), id => isPeerId(id)));
  });
});
