import { describe, expect, it } from "vitest";
import { isCallId, isDeviceId, isDialogTag } from "./ids.ts";

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
    for (const other of ["", "x".repeat(42), "x".repeat(44), `${"x".repeat(42)}=`, `${"x".repeat(42)}\n`, 7]) {
      expect(isDeviceId(other)).toBe(false);
    }
  });
});
