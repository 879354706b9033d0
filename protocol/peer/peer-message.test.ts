import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peerLimits } from "./limits.ts";
import {
  formatRelayed,
  formatRelayTail,
  formatServerMessage,
  PeerMessageError,
  parseClientMessage,
  parseServerMessage,
  type ServerMessage,
  toPeerHello,
} from "./peer-message.ts";

const offer = {
  type: "OFFER",
  payload: {
    sdp: { type: "offer", sdp: "v=0\r\n" },
    type: "media",
    connectionId: "mc_x7f3k1",
    metadata: { topic: "the order" },
    browser: "chrome",
  },
  dst: "bob",
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PeerMessageError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("parseClientMessage", () => {
  it("reads an offer as 1.3.2 sends it and leaves its payload alone", () => {
    expect(parseClientMessage(JSON.stringify(offer))).toEqual(offer);
  });

  it("reads a heartbeat, and LEAVE with and without a destination", () => {
    expect(parseClientMessage('{"type":"HEARTBEAT"}')).toEqual({ type: "HEARTBEAT" });
    expect(parseClientMessage('{"type":"LEAVE"}')).toEqual({ type: "LEAVE", dst: undefined });
    expect(parseClientMessage('{"type":"LEAVE","dst":"bob"}')).toEqual({ type: "LEAVE", dst: "bob" });
  });

  it.each([
    ["no JSON", "{", "peer.json"],
    ["null", "null", "peer.json"],
    ["a number", "7", "peer.json"],
    ["an array", "[]", "peer.json"],
    ["no type", "{}", "peer.type"],
    ["a server's type", '{"type":"OPEN"}', "peer.type"],
    ["a type that is no text", '{"type":["OFFER"]}', "peer.type"],
    ["a type of the prototype", '{"type":"constructor"}', "peer.type"],
    ["an offer without payload", '{"type":"OFFER","dst":"bob"}', "peer.payload"],
    ["an offer with a payload null", '{"type":"OFFER","payload":null,"dst":"bob"}', "peer.payload"],
    ["an offer without destination", '{"type":"OFFER","payload":{}}', "peer.dst"],
    ["an empty destination", '{"type":"OFFER","payload":{},"dst":""}', "peer.dst"],
    ["a destination that is no text", '{"type":"OFFER","payload":{},"dst":{"toString":1}}', "peer.dst"],
    ["an endless destination", `{"type":"OFFER","payload":{},"dst":"${"a".repeat(601)}"}`, "peer.dst"],
    ["a large heartbeat", `{"type":"HEARTBEAT","x":"${"a".repeat(600)}"}`, "peer.size"],
    [
      "a large candidate",
      `{"type":"CANDIDATE","payload":{"x":"${"a".repeat(5000)}"},"dst":"b"}`,
      "peer.size",
    ],
    ["a large offer", `{"type":"OFFER","payload":{"x":"${"a".repeat(65536)}"},"dst":"b"}`, "peer.size"],
  ])("refuses %s", (_, text, code) => {
    expect(codeOf(() => parseClientMessage(text))).toBe(code);
  });

  it("takes a payload of any depth without falling over", () => {
    const deep = `{"type":"OFFER","payload":{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}},"dst":"bob"}`;
    const message = parseClientMessage(deep);
    expect(message.type).toBe("OFFER");
    if (message.type !== "OFFER") return;
    expect(formatRelayed(deep, message, "alice").endsWith('"src":"alice"}')).toBe(true);
  });

  it("throws nothing but its own error, whatever comes", () => {
    const nearly = fc
      .record(
        {
          type: fc.oneof(
            fc.constantFrom("OFFER", "ANSWER", "CANDIDATE", "LEAVE", "HEARTBEAT"),
            fc.jsonValue(),
          ),
          payload: fc.jsonValue(),
          dst: fc.oneof(fc.string(), fc.jsonValue()),
          src: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map(value => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.json(), fc.string({ unit: "binary" })), text => {
        codeOf(() => parseClientMessage(text));
        codeOf(() => parseServerMessage(text));
      }),
    );
  });
});

describe("formatRelayed", () => {
  it("lets nothing a client wrote about type, source or destination count", () => {
    const text =
      ' {"src":"mallory","type":"OFFER","payload":{"p":1},"dst":"eve","type":"OFFER","dst":"bob" ,"src":"x"} \n';
    const message = parseClientMessage(text);
    if (message.type !== "OFFER") throw new Error(`read as ${message.type}`);
    expect(JSON.parse(formatRelayed(text, message, "alice"))).toEqual({
      type: "OFFER",
      payload: { p: 1 },
      dst: "bob",
      src: "alice",
    });
  });

  it("quotes a source that is an address", () => {
    expect(formatRelayTail("ANSWER", 'sip:"a"@b')).toBe(',"type":"ANSWER","src":"sip:\\"a\\"@b"}');
  });
});

describe("parseServerMessage", () => {
  it.each<ServerMessage>([
    { type: "OPEN" },
    { type: "ID-TAKEN", payload: { msg: "ID is taken" } },
    { type: "ERROR", payload: { msg: "Invalid key provided" } },
    { type: "EXPIRE", src: "bob" },
    { type: "LEAVE", src: "sip:bob@node.example" },
    { type: "ANSWER", src: "bob", payload: { connectionId: "mc_1" } },
  ])("reads what formatServerMessage wrote: $type", message => {
    expect(parseServerMessage(formatServerMessage(message))).toEqual(message);
  });

  it.each([
    ['{"type":"OFFER","payload":{}}', "peer.src"],
    ['{"type":"OFFER","src":"a"}', "peer.payload"],
    ['{"type":"HEARTBEAT"}', "peer.type"],
  ])("refuses %s", (text, code) => {
    expect(codeOf(() => parseServerMessage(text))).toBe(code);
  });
});

describe("toPeerHello", () => {
  const query = (text: string) => new URLSearchParams(text);

  it("reads the query of a stock client, spaces in the id included", () => {
    expect(toPeerHello(query("key=peerjs&id=room%204&token=k3v9&version=1.5.5"))).toEqual({
      key: "peerjs",
      id: "room 4",
      token: "k3v9",
    });
  });

  it.each([
    ["id=a&key=peerjs", "peer.hello"],
    ["id=&token=t&key=peerjs", "peer.hello"],
    ["id=alice.eth&token=t&key=peerjs", "peer.id"],
    ["id=__proto__&token=t&key=peerjs", "peer.id"],
    [`id=a&token=${"t".repeat(peerLimits.tokenLength + 1)}&key=peerjs`, "peer.hello"],
    [`id=a&token=t&key=${"k".repeat(peerLimits.keyLength + 1)}`, "peer.hello"],
  ])("refuses %s", (text, code) => {
    expect(codeOf(() => toPeerHello(query(text)))).toBe(code);
  });
});
