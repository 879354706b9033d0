import { describe, expect, it } from "vitest";
import {
  contacts,
  from,
  header,
  headerValues,
  routes,
  to,
  topVia,
  viaCount,
} from "../../../protocol/sip/fields.ts";
import { formatMessage } from "../../../protocol/sip/format-message.ts";
import type { SipMessage } from "../../../protocol/sip/message.ts";
import { parseMessage } from "../../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../../protocol/sip/sip-parse-error.ts";
import { param, parseUri, unescapeUri } from "../../../protocol/sip/uri.ts";
import { type Hostile, hostileMessages } from "./messages.ts";
import { request, requestWith } from "./request.ts";

describe("hostile SIP messages", () => {
  it("are at least 60, each under a name of its own, and begin from a sound one", () => {
    expect(hostileMessages.length).toBeGreaterThanOrEqual(60);
    expect(new Set(hostileMessages.map(({ name }) => name)).size).toBe(hostileMessages.length);
    expect(parseMessage(request()).headers).toHaveLength(8);
  });

  it.each(hostileMessages)("$name: $outcome", ({ text, outcome }) => {
    const read = readOrFail(text);
    if (read instanceof SipParseError) {
      expect(read.status ?? "drop", read.message).toBe(outcome);
      expect(read.offset).toBeGreaterThanOrEqual(0);
      expect(read.offset).toBeLessThanOrEqual(text.length);
      return;
    }
    expect("ok").toBe(outcome);
    // What was read is read to its depth, and leaves as it came: no line more.
    for (const field of [topVia, from, to, contacts, routes]) expect(() => field(read)).not.toThrow();
    expect(parseMessage(formatMessage(read)).headers).toHaveLength(read.headers.length);
  });

  it("take no longer than a message of their size", () => {
    const slow = hostileMessages.filter(({ text }) => text.length > 4_000);
    expect(slow.length).toBeGreaterThan(8);
    for (const hostile of slow) expect(timeOf(hostile), hostile.name).toBeLessThan(50);
  });
});

describe("what is read of a hostile message", () => {
  it("a name of an object is a header like any other", () => {
    const message = parseMessage(requestWith("__proto__: a\r\nconstructor: b\r\ntoString: c"));
    expect(header(message, "__proto__")).toBe("a");
    expect(header(message, "constructor")).toBe("b");
    expect(header(message, "tostring")).toBe("c");
    expect(header(message, "valueof")).toBeUndefined();
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  });

  it("a parameter of such a name is one of its list", () => {
    const via = topVia(parseMessage(request({ Via: "Via: SIP/2.0/WS a.invalid;__proto__=b;toString" })));
    expect(param(via.params, "__proto__")).toBe("b");
    expect(param(via.params, "tostring")).toBe("");
    expect(param(via.params, "constructor")).toBeUndefined();
  });

  it("a header hidden in a fold is part of the value before it", () => {
    const message = parseMessage(requestWith("Subject: a\r\n Via: SIP/2.0/WS evil.example"));
    expect(viaCount(message)).toBe(1);
    expect(header(message, "subject")).toBe("a Via: SIP/2.0/WS evil.example");
  });

  it("what follows the body is not read", () => {
    const message = parseMessage(`${request()}${request({ CSeq: "CSeq: 2 INVITE" })}`);
    expect(message.body).toBe("");
    expect(headerValues(message, "cseq")).toEqual(["1 INVITE"]);
  });

  it("an escaped line end in a URI stays escaped", () => {
    const uri = "sip:%00%0d%0aVia:@b.example";
    const message = parseMessage(request({ start: `INVITE ${uri} SIP/2.0` }));
    expect(formatMessage(message)).toContain(`INVITE ${uri} SIP/2.0\r\n`);
    expect(parseUri(uri)).toMatchObject({ user: "%00%0d%0aVia", password: "" });
    expect(unescapeUri("%00%0d%0aVia")).toBe("\0\r\nVia");
  });

  it("of two tags the first counts, for everybody", () => {
    const message = parseMessage(request({ From: "From: <sip:a@a.example>;tag=first;TAG=second" }));
    expect(param(from(message).params, "tag")).toBe("first");
  });
});

/** Anything but a message or our own error fails the test. */
function readOrFail(text: string): SipMessage | SipParseError {
  try {
    return parseMessage(text);
  } catch (error) {
    if (error instanceof SipParseError) return error;
    throw error;
  }
}

/** Milliseconds of CPU, since others use this machine too; the least of three, since code warms up. */
function timeOf({ text }: Hostile): number {
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    readOrFail(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
