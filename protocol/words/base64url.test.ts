import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";

describe("base64url", () => {
  it("agrees with another implementation, there and back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), bytes => {
        const text = formatBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(parseBase64Url(text, 70)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ["padding", "QQ=="],
    ["bits left over", "QR"],
    ["a length that cannot be", "QUJDR"],
    ["letters of plain base64", "+/+/"],
    ["white space", "QU JD"],
    ["a line end", "QUJD\n"],
    ["letters beyond ASCII", "QUJé"],
  ])("refuses %s", (_, text) => {
    expect(parseBase64Url(text, 100)).toBeUndefined();
  });

  it("refuses more bytes than it may have", () => {
    expect(parseBase64Url("QUJD", 3)).toHaveLength(3);
    expect(parseBase64Url("QUJD", 2)).toBeUndefined();
  });
});
