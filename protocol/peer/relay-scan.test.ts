import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRelayTail, parseClientMessage } from "./peer-message.ts";
import { isHeartbeat, scanRelay } from "./relay-scan.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a node sends on, and what the scan believes about it. */
function relay(text: string, src = "alice-1") {
  const bytes = bytesOf(text);
  const scan = scanRelay(bytes);
  if (scan === undefined) return undefined;
  const dst = textOf(bytes.subarray(scan.dstStart, scan.dstEnd));
  return { type: scan.type, dst, out: textOf(bytes.subarray(0, scan.end)) + formatRelayTail(scan.type, src) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The promise of the fast path: a receiver's JSON.parse either refuses the bytes or agrees with the scan. */
function agrees(text: string): boolean {
  const relayed = relay(text);
  if (relayed === undefined) return true;
  const seen = parsed(relayed.out);
  if (seen === undefined) return true;
  const { type, dst, src } = seen as Record<string, unknown>;
  return type === relayed.type && dst === relayed.dst && src === "alice-1";
}

const stock = (type: string, dst: string, payload: object = { connectionId: "mc_1" }) =>
  JSON.stringify({ type, payload, dst });

describe("scanRelay", () => {
  it.each(["OFFER", "ANSWER", "CANDIDATE"])("reads a stock %s", type => {
    const text = stock(type, "3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11");
    expect(relay(text)).toMatchObject({ type, dst: "3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11" });
    expect(parsed(relay(text)?.out ?? "")).toEqual({ ...JSON.parse(text), src: "alice-1" });
  });

  it.each([
    ["an empty payload", '{"type":"OFFER","payload":{},"dst":"b"}', "b"],
    ["an id with a space", stock("OFFER", "room 4"), "room 4"],
    ["the longest id", stock("OFFER", "a".repeat(128)), "a".repeat(128)],
    ["a destination in the payload's text", stock("OFFER", "bob", { a: '},"dst":"eve"}' }), "bob"],
    ["two destinations", '{"type":"OFFER","payload":{},"dst":"eve","x":{},"dst":"bob"}', "bob"],
    ["text of many alphabets", stock("OFFER", "bob", { name: "Zoë 🜲 \u2028" }), "bob"],
  ])("reads %s", (_, text, dst) => {
    expect(relay(text)?.dst).toBe(dst);
    expect(agrees(text)).toBe(true);
  });

  it.each([
    ["another type", stock("LEAVE", "bob")],
    ["a heartbeat", '{"type":"HEARTBEAT"}'],
    ["a type that only begins so", stock("OFFERS", "bob")],
    ["a destination before the payload", '{"type":"OFFER","dst":"bob","payload":{}}'],
    ["a payload that is no object", '{"type":"OFFER","payload":"","dst":"bob"}'],
    ["no payload", '{"type":"OFFER","dst":"bob"}'],
    ["white space", '{"type":"OFFER","payload":{},"dst": "bob"}'],
    ["white space behind it", `${stock("OFFER", "bob")} `],
    ["an escape in the id", '{"type":"OFFER","payload":{},"dst":"b\\u006fb"}'],
    ["an escaped key", '{"type":"OFFER","payload":{},"d\\u0073t":"bob"}'],
    ["a destination inside the payload", '{"type":"OFFER","payload":{"x":{},"dst":"bob"}'.replace("}", "")],
    ["a name", stock("OFFER", "alice.eth")],
    ["an address", stock("OFFER", "sip:bob@node.example")],
    ["an empty id", stock("OFFER", "")],
    ["an id too long", stock("OFFER", "a".repeat(129))],
    ["a candidate too large", stock("CANDIDATE", "bob", { x: "a".repeat(4096) })],
    ["nothing", ""],
    ["a brace", "}"],
    ["an end without a beginning", '},"dst":"bob"}'],
    ["an array", `[${stock("OFFER", "bob")}]`],
  ])("leaves %s to the slow path", (_, text) => {
    expect(relay(text)).toBeUndefined();
  });

  it("cannot be talked into another type, source or destination by equal keys", () => {
    const text =
      '{"type":"OFFER","payload":{"a":1},"src":"mallory","type":"LEAVE","dst":"eve","z":{},"dst":"bob"}';
    expect(parsed(relay(text)?.out ?? "")).toMatchObject({ type: "OFFER", src: "alice-1", dst: "bob" });
  });

  it("agrees with JSON.parse on whatever both accept", () => {
    // Pieces a liar would use, put together in any order between a good beginning and a good end.
    const piece = fc.constantFrom(
      '"dst":"eve"',
      '"type":"LEAVE"',
      '"src":"mallory"',
      '"payload":null',
      '"payload":{}',
      "{",
      "}",
      ",",
      '"',
      "\\",
      '\\"',
      "\\\\",
      "[",
      "]",
      ":",
      " ",
      "\n",
      "0",
      '"x":',
      '"\\u0064st":"eve"',
      "\\u0022",
      "é",
      '},"type":"LEAVE","z":{',
      '},"src":"mallory","z":{',
      '","b":"',
    );
    const middle = fc.array(piece, { maxLength: 12 }).map(parts => parts.join(""));
    const start = fc.constantFrom(
      '{"type":"OFFER","payload":{',
      '{"type":"CANDIDATE","payload":{"a":"',
      '{"type":"ANSWER","payload":{}',
    );
    const ending = fc.constantFrom(
      '},"dst":"bob"}',
      '"},"dst":"bob"}',
      ',"z":{},"dst":"bob"}',
      '"},"dst":"b o-b_"}',
    );
    fc.assert(
      fc.property(start, middle, ending, (a, b, c) => agrees(a + b + c)),
      { numRuns: 5_000 },
    );
  });

  it("agrees on valid messages with equal keys, escapes, nesting and white space anywhere", () => {
    const key = fc.constantFrom("type", "dst", "src", "payload", "x", "__proto__", 'q"', "d\\u0073t");
    const member = fc
      .tuple(key, fc.jsonValue({ maxDepth: 3 }))
      .map(
        ([name, value]) =>
          `${name.includes("\\") ? `"${name}"` : JSON.stringify(name)}:${JSON.stringify(value)}`,
      );
    const message = fc
      .tuple(
        fc.constantFrom("OFFER", "ANSWER", "CANDIDATE"),
        fc.array(member, { maxLength: 5 }),
        fc.uuid(),
        fc.boolean(),
      )
      .map(([type, members, dst, loose]) =>
        [`{"type":"${type}","payload":{"a":{}}`, ...members, `"z":{},"dst":"${dst}"}`].join(
          loose ? " , " : ",",
        ),
      );
    fc.assert(
      fc.property(message, text => {
        expect(agrees(text)).toBe(true);
        // The fast and the slow path read the same message alike.
        const fast = relay(text);
        if (fast && JSON.parse(text).type === fast.type && typeof JSON.parse(text).payload === "object") {
          const payload: unknown = JSON.parse(text).payload;
          if (payload === null || Array.isArray(payload)) return;
          expect(parseClientMessage(text)).toMatchObject({ type: fast.type, dst: fast.dst });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads any bytes without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        expect(scanRelay(bytes)).toBeUndefined();
      }),
    );
  });
});

describe("isHeartbeat", () => {
  it("knows the exact bytes only", () => {
    expect(isHeartbeat(bytesOf('{"type":"HEARTBEAT"}'))).toBe(true);
    expect(isHeartbeat(bytesOf('{"type":"HEARTBEAT" }'))).toBe(false);
    expect(isHeartbeat(bytesOf('{"type":"HEARTBEAT"'))).toBe(false);
  });
});
