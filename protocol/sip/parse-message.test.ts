import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { address, message, requestUri, uri, via } from "./arbitrary-message.suite.ts";
import {
  callId,
  contacts,
  contentType,
  cseq,
  from,
  maxForwards,
  recordRoutes,
  routes,
  to,
  topVia,
  viaCount,
} from "./fields.ts";
import { formatMessage } from "./format-message.ts";
import { formatNameAddr, formatVia, parseNameAddr, parseVia } from "./headers.ts";
import { isKeepAlive, parseMessage } from "./parse-message.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { sipLimits } from "./text-limits.ts";
import { formatUri, isSameUri, parseUri } from "./uri.ts";

const invite = [
  "INVITE sip:bob@b.example SIP/2.0",
  "Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1",
  "From: <sip:alice@a.example>;tag=a",
  "To: <sip:bob@b.example>",
  "Call-ID: call-1",
  "CSeq: 1 INVITE",
  "",
  "",
].join("\r\n");

describe("parseMessage", () => {
  it("keeps names, order and what it does not know", () => {
    const text = invite.replace("To:", "x-ANY:  a  b \r\nt :").replace("\r\n\r\n", "\r\nX-any:\r\n\r\nbody");
    expect(parseMessage(text)).toEqual({
      kind: "request",
      method: "INVITE",
      uri: "sip:bob@b.example",
      headers: [
        { key: "via", name: "Via", value: "SIP/2.0/WS a.invalid;branch=z9hG4bK1" },
        { key: "from", name: "From", value: "<sip:alice@a.example>;tag=a" },
        { key: "x-any", name: "x-ANY", value: "a  b" },
        { key: "to", name: "t", value: "<sip:bob@b.example>" },
        { key: "call-id", name: "Call-ID", value: "call-1" },
        { key: "cseq", name: "CSeq", value: "1 INVITE" },
        { key: "x-any", name: "X-any", value: "" },
      ],
      body: "body",
    });
  });

  it("reads a response", () => {
    const text = invite.replace("INVITE sip:bob@b.example SIP/2.0", "SIP/2.0 486 Busy Here");
    expect(parseMessage(text)).toMatchObject({
      kind: "response",
      status: 486,
      reason: "Busy Here",
      body: "",
    });
  });

  it("skips line ends before it, and ends where Content-Length says", () => {
    const text = `\r\n\r\n${invite.replace("\r\n\r\n", "\r\nl: 2\r\n\r\n")}abc`;
    expect(parseMessage(text).body).toBe("ab");
  });

  it("joins folded lines by one space", () => {
    const text = invite
      .replace("To: ", "To:\r\n\t \r\n ")
      .replace("CSeq: 1 INVITE", "CSeq: 1 \r\n  INVITE\r\nSubject: a\r\n b\r\n\t\tc  \r\nX-Y:\r\n z");
    const message = parseMessage(text);
    expect(to(message).uri).toBe("sip:bob@b.example");
    expect(message.headers.slice(-3).map(({ value }) => value)).toEqual(["1 INVITE", "a b c", "z"]);
  });

  it("says where it stopped, and what to answer", () => {
    const at = (text: string, wrong: string) => ({ offset: text.indexOf(wrong), status: 400 });
    const via = invite.replace("a.invalid", "a.-invalid");
    expect(() => parseMessage(via)).toThrow(expect.objectContaining(at(via, "-invalid")));
    const name = invite.replace("To:", "To?:");
    expect(() => parseMessage(name)).toThrow(expect.objectContaining(at(name, "?:")));
    const uri = invite.replace("bob@b.example SIP", "bob@b.example, SIP");
    expect(() => parseMessage(uri)).toThrow(expect.objectContaining(at(uri, ", SIP")));
    const response = via.replace(/^[^\r]*/, "SIP/2.0 200 OK");
    expect(() => parseMessage(response)).toThrow(expect.objectContaining({ status: undefined }));
  });

  it("keeps to its limits, or to those it is given", () => {
    const limits = {
      ...sipLimits,
      messageBytes: invite.length,
      headers: 5,
      headerBytes: 50,
      startLineBytes: 40,
    };
    expect(parseMessage(invite, { limits }).headers).toHaveLength(5);
    const statusOf = (changed: Partial<typeof limits>) => {
      try {
        return parseMessage(invite, { limits: { ...limits, ...changed } });
      } catch (error) {
        return error instanceof SipParseError ? error.status : error;
      }
    };
    expect(statusOf({ messageBytes: invite.length - 1 })).toBe(513);
    expect(statusOf({ headers: 4 })).toBe(400);
    expect(statusOf({ headerBytes: 40 })).toBe(400);
    expect(statusOf({ startLineBytes: 30 })).toBe(414);
  });

  it("as many parameters and values as the limits say, and no more", () => {
    const withVia = (value: string) => () => parseMessage(invite.replace(/Via: [^\r]*/, `Via: ${value}`));
    expect(withVia(`SIP/2.0/WS a${";b".repeat(sipLimits.params)}`)).not.toThrow();
    expect(withVia(`SIP/2.0/WS a${";b".repeat(sipLimits.params + 1)}`)).toThrow(SipParseError);
    expect(withVia(Array(sipLimits.values).fill("SIP/2.0/WS a").join(","))).not.toThrow();
    expect(
      withVia(
        Array(sipLimits.values + 1)
          .fill("SIP/2.0/WS a")
          .join(","),
      ),
    ).toThrow(SipParseError);
    expect(() => parseUri(`sip:a${";b".repeat(sipLimits.params)}`)).not.toThrow();
    expect(() => parseUri(`sip:a${";b".repeat(sipLimits.params + 1)}`)).toThrow(SipParseError);
  });

  it("reads from the bytes it is given, which must be those of the text", () => {
    const bytes = Uint8Array.from(invite, char => char.charCodeAt(0));
    expect(parseMessage(invite, { bytes })).toEqual(parseMessage(invite));
    expect(() => parseMessage(invite, { bytes: bytes.subarray(1) })).toThrow("not those of the text");
    expect(() => parseMessage(invite.replace("alice", "\u010d\u010a"))).toThrow(SipParseError);
  });

  it("tells a keep-alive from a message", () => {
    expect(["\r\n\r\n", "\r\n"].every(isKeepAlive)).toBe(true);
    expect(["", "\r", "\n\n", "\r\n\r\n\r\n", invite].some(isKeepAlive)).toBe(false);
  });
});

describe("messages as the grammar makes them", () => {
  it("are read as they were written, to the depth of their fields", () => {
    fc.assert(
      fc.property(message, original => {
        const read = parseMessage(formatMessage(original));
        expect(read).toEqual(original);
        for (const field of [
          topVia,
          from,
          to,
          callId,
          cseq,
          maxForwards,
          contacts,
          routes,
          recordRoutes,
          contentType,
        ]) {
          field(read);
        }
        expect(viaCount(read)).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("mean the same when they are folded", () => {
    fc.assert(
      fc.property(message, fc.constantFrom("\r\n ", " \r\n\t", "\r\n \r\n  "), (original, fold) => {
        const lines = original.headers.map(
          ({ name, value }) => `${name}: ${value.replaceAll(" ", fold)}${fold}`,
        );
        const start =
          original.kind === "request"
            ? `${original.method} ${original.uri} SIP/2.0`
            : `SIP/2.0 ${original.status} ${original.reason}`;
        const read = parseMessage([start, ...lines, "", original.body].join("\r\n"));
        const plain = ({ headers }: typeof read) => headers.map(({ value }) => value.replace(/[ \t]+/g, " "));
        expect(plain(read)).toEqual(plain(original));
      }),
      { numRuns: 500 },
    );
  });

  it("URIs, Vias and addresses are what they were when they are written again", () => {
    fc.assert(
      fc.property(fc.tuple(requestUri, uri, via, address), ([ruri, anyUri, viaText, addressText]) => {
        for (const text of [ruri, anyUri]) {
          const read = parseUri(text);
          expect(parseUri(formatUri(read))).toEqual(read);
          expect(isSameUri(read, parseUri(formatUri(read)))).toBe(true);
        }
        expect(parseVia(formatVia(parseVia(viaText)))).toEqual(parseVia(viaText));
        expect(parseNameAddr(formatNameAddr(parseNameAddr(addressText)))).toEqual(parseNameAddr(addressText));
      }),
      { numRuns: 1_000 },
    );
  });
});
