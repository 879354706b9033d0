import { describe, expect, it } from "vitest";
import { isAskId, isCallId, isDeviceId, isDialogTag, isOfferId } from "./ids.ts";

describe("isCallId", () => {
  it.each([
    "a",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@foo.bar.com",
    "~()<>:\\\"/[]?{}'`*_+%!.-@x",
    "x".repeat(255),
  ])("takes %j", id => {
    expect(isCallId(id)).toBe(true);
  });

  it.each([
    "",
    "@",
    "a@",
    "@a",
    "a@b@c",
    "two words",
    "line\r\nInjected: yes",
    "a,b",
    "ä",
    "x".repeat(256),
    7,
    null,
  ])("refuses %j", id => {
    expect(isCallId(id)).toBe(false);
  });
});

describe("isDialogTag", () => {
  it.each(["a6c85cf", "1928301774", "~a-b.c!%*_+`'", "x".repeat(128)])("takes %j", tag => {
    expect(isDialogTag(tag)).toBe(true);
  });

  it.each(["", "a;b", "a=b", "two words", "a\nb", "x".repeat(129), undefined, {}])("refuses %j", tag => {
    expect(isDialogTag(tag)).toBe(false);
  });
});

describe("isDeviceId", () => {
  it("takes a thumbprint, and nothing else", () => {
    expect(isDeviceId("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")).toBe(true);
    for (const other of [
      "",
      "x".repeat(42),
      "x".repeat(44),
      `${"x".repeat(42)}=`,
      `${"x".repeat(42)}\n`,
      7,
    ]) {
      expect(isDeviceId(other)).toBe(false);
    }
  });
});

describe.each([
  ["isAskId", isAskId],
  ["isOfferId", isOfferId],
])("%s", (_name, isId) => {
  it("takes 8 to 64 characters of base64url, and nothing else", () => {
    for (const id of ["12345678", "x".repeat(64), "3f0a7a0e-8d1c_4d3f"]) expect(isId(id)).toBe(true);
    for (const id of ["1234567", "x".repeat(65), "12345678\n", "1234 5678", "12345678!", 12345678, null]) {
      expect(isId(id)).toBe(false);
    }
  });
});
