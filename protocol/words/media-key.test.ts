import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatFingerprint, hasOnlyMediaKeys, isMediaKey, parseFingerprint } from "./media-key.ts";

const hex = fc.stringMatching(/^[0-9A-F]{64}$/);
const A = { alg: "sha-256", dig: "AB".repeat(32) } as const;
const B = { alg: "sha-256", dig: "CD".repeat(32) } as const;

const sdp = (session: string, ...sections: string[]) =>
  ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", ...(session ? [session] : []), ...sections, ""].join(
    "\r\n",
  );
const audio = (...lines: string[]) => ["m=audio 9 UDP/TLS/RTP/SAVPF 111", ...lines].join("\r\n");
const finger = (key: { dig: string }) =>
  `a=fingerprint:${formatFingerprint({ alg: "sha-256", dig: key.dig })}`;

describe("a fingerprint", () => {
  it("goes from the SDP's writing to RFC 8225's and back", () => {
    fc.assert(
      fc.property(hex, dig => {
        const key = { alg: "sha-256", dig } as const;
        expect(formatFingerprint(key)).toMatch(/^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
        expect(parseFingerprint(formatFingerprint(key))).toEqual(key);
        expect(parseFingerprint(formatFingerprint(key).toLowerCase())).toEqual(key);
      }),
    );
  });

  it.each([
    "",
    "sha-256",
    "sha-1 AB:CD",
    `sha-256 ${"AB".repeat(32)}`,
    `sha-512 ${"AB:".repeat(63)}AB`,
    "sha-256 AB:CD",
  ])("is not read from %j", text => {
    expect(parseFingerprint(text)).toBeUndefined();
  });

  it("guards what a claim holds", () => {
    expect(isMediaKey(A)).toBe(true);
    expect(isMediaKey({ ...A, dig: A.dig.toLowerCase() })).toBe(false);
    expect(isMediaKey({ ...A, alg: "sha-1" })).toBe(false);
    expect(isMediaKey(null)).toBe(false);
  });
});

describe("hasOnlyMediaKeys", () => {
  it.each([
    ["one m-line", true, sdp("", audio(finger(A)))],
    ["the session's fingerprint", true, sdp(finger(A), audio(), audio())],
    ["two certificates, both promised", true, sdp("", audio(finger(A)), audio(finger(B)))],
    [
      "a refused m-line without",
      true,
      sdp("", audio(finger(A)), "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=inactive"),
    ],
    ["bare line feeds", true, sdp("", audio(finger(A))).replaceAll("\r\n", "\n")],
    ["no m-line", false, sdp(finger(A))],
    ["no fingerprint", false, sdp("", audio())],
    ["one m-line without", false, sdp("", audio(finger(A)), audio())],
    [
      "a bundled m-line of port 0 without",
      false,
      sdp("", audio(finger(A)), "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=bundle-only"),
    ],
    ["a foreign one", false, sdp("", audio(finger({ dig: "EE".repeat(32) })))],
    [
      "a foreign one beside the right one",
      false,
      sdp("", audio(finger(A), finger({ dig: "EE".repeat(32) }))),
    ],
    ["a foreign one in the session", false, sdp(finger({ dig: "EE".repeat(32) }), audio(finger(A)))],
    [
      "a foreign one at a refused m-line",
      false,
      sdp("", audio(finger(A)), `m=video 0 X 0\r\n${finger({ dig: "EE".repeat(32) })}`),
    ],
    ["another hash beside it", false, sdp("", audio(finger(A), "a=fingerprint:sha-1 AB:CD"))],
    ["capitals", false, sdp("", audio(finger(A), "A=FINGERPRINT:sha-256 AB"))],
    ["nothing", false, ""],
  ])("%s: %s", (_, expected, text) => {
    expect(hasOnlyMediaKeys(text, [A, B])).toBe(expected);
  });

  it("promises nothing, admits nothing", () => {
    expect(hasOnlyMediaKeys(sdp("", audio(finger(A))), [])).toBe(false);
  });
});
