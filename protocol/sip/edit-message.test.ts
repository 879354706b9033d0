import { describe, expect, it } from "vitest";
import {
  appendHeader,
  popRoute,
  popVia,
  prependHeader,
  toHeader,
  withBody,
  withHeader,
  withoutHeader,
} from "./edit-message.ts";
import { headerValues } from "./fields.ts";
import { formatMessage, SipFormatError } from "./format-message.ts";
import type { SipRequest } from "./message.ts";
import { sampleRequest } from "./samples.suite.ts";

const request = sampleRequest({
  via: ["SIP/2.0/WS one, SIP/2.0/WS two", "SIP/2.0/WS three"],
  headers: [
    ["X-Any", "a"],
    ["Route", "<sip:p1.example;lr>"],
    ["Subject", "b"],
    ["x-any", "c"],
  ],
});

function names({ headers }: SipRequest): string {
  return headers.map(({ name }) => name).join(" ");
}

describe("edits", () => {
  it("replace all of a kind in place of the first, or append", () => {
    const changed = withHeader(request, "X-ANY", "d");
    expect(names(changed)).toBe("Via Via X-ANY Route Subject Max-Forwards From To Call-ID CSeq");
    expect(headerValues(changed, "x-any")).toEqual(["d"]);
    expect(names(withHeader(request, "l", "0"))).toMatch(/ CSeq l$/);
    expect(names(withoutHeader(request, "X-any"))).not.toContain("ny");
    expect(names(appendHeader(request, "Subject", "e"))).toMatch(/CSeq Subject$/);
  });

  it("push on top of a kind, or first of all", () => {
    const pushed = prependHeader(request, "v", "SIP/2.0/WS zero");
    expect(names(pushed)).toMatch(/^v Via Via X-Any/);
    expect(headerValues(pushed, "via")[0]).toBe("SIP/2.0/WS zero");
    expect(names(prependHeader(request, "Subject", "z"))).toBe(
      "Via Via X-Any Route Subject Subject x-any Max-Forwards From To Call-ID CSeq",
    );
    expect(names(prependHeader(request, "Path", "<sip:a>"))).toMatch(/^Path Via/);
  });

  it("pop the topmost value, whether it shares its line or not", () => {
    expect(headerValues(popVia(request), "via")).toEqual(["SIP/2.0/WS two", "SIP/2.0/WS three"]);
    expect(headerValues(popVia(popVia(request)), "via")).toEqual(["SIP/2.0/WS three"]);
    expect(headerValues(popVia(popVia(popVia(request))), "via")).toEqual([]);
    expect(popRoute(popRoute(request))).toEqual(withoutHeader(request, "Route"));
  });

  it("set a body and its type", () => {
    const sdp = withBody(request, "application/sdp", "v=0\r\n");
    expect(sdp.body).toBe("v=0\r\n");
    expect(headerValues(sdp, "content-type")).toEqual(["application/sdp"]);
    expect(names(withBody(sdp, "", ""))).toBe(names(request));
  });

  it("leave what they were given as it was", () => {
    const before = structuredClone(request);
    const frozen = deepFreeze(request);
    for (const edit of [popVia, popRoute]) edit(frozen);
    withHeader(frozen, "Via", "a");
    withoutHeader(frozen, "Via");
    prependHeader(frozen, "Via", "a");
    withBody(frozen, "a/b", "c");
    expect(frozen).toEqual(before);
  });
});

describe("formatMessage", () => {
  it("puts a right Content-Length where it stands, or last", () => {
    const body = "\xc3\xa9\0\r\n";
    expect(formatMessage({ ...request, body })).toMatch(/\r\nContent-Length: 5\r\n\r\n\xc3\xa9\0\r\n$/);
    const wrong = {
      ...request,
      headers: [toHeader("l", "99"), ...request.headers, toHeader("Content-Length", "1")],
    };
    const text = formatMessage({ ...wrong, body });
    expect(text).toMatch(/^INVITE [^\r]*\r\nl: 5\r\nVia: /);
    expect(text).not.toContain("Content-Length");
  });

  const evil = "a\r\nX-Admin: 1";
  const injections: [name: string, message: SipRequest][] = [
    ["a value", { ...request, headers: [...request.headers, toHeader("Subject", evil)] }],
    ["LF alone", { ...request, headers: [...request.headers, toHeader("Subject", "a\nb")] }],
    ["CR alone", { ...request, headers: [...request.headers, toHeader("Subject", "a\rb")] }],
    ["a name", { ...request, headers: [...request.headers, toHeader("X: a\r\nY", "b")] }],
    [
      "the end of the headers",
      { ...request, headers: [...request.headers, toHeader("Subject", "\r\n\r\nv=0")] },
    ],
    ["the Request-URI", { ...request, uri: `sip:b SIP/2.0\r\nX: 1\r\nY:` }],
    ["the method", { ...request, method: "A\r\nB" }],
    [
      "a value before a body with line ends",
      { ...request, headers: [toHeader("Subject", evil)], body: "\r\n\r\n" },
    ],
  ];
  it.each(injections)("refuses a line end in %s", (_name, message) => {
    expect(() => formatMessage(message)).toThrow(SipFormatError);
  });

  it("line ends of the body are its own", () => {
    expect(formatMessage({ ...request, body: "\r\n".repeat(50) })).toContain("Content-Length: 100");
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
