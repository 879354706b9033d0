import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipHeader } from "../sip/message.ts";
import { parsePeerHeader, toPeerHeader } from "./peer-header.ts";
import {
  type ClientMessage,
  formatServerMessage,
  parseClientMessage,
  parseServerMessage,
} from "./peer-message.ts";
import {
  type PeerConnection,
  PeerPayloadError,
  toPeerAnswer,
  toPeerCandidate,
  toPeerOffer,
} from "./peer-payload.ts";
import {
  endOfPeer,
  fromAnswer,
  fromInfo,
  fromInvite,
  type SipContent,
  toAnswerBody,
  toCandidateMessages,
  toEndMessages,
  toInfoBody,
  toInviteBody,
} from "./peer-sip.ts";
import { parseSdp, SdpError } from "./sdp.ts";
import { stockWire } from "./stock-wire.suite.ts";

function payloadOf(text: string): unknown {
  const message: ClientMessage = parseClientMessage(text);
  if ("payload" in message) return message.payload;
  throw new Error(message.type);
}

const offer = toPeerOffer(payloadOf(stockWire.offer));
const dataOffer = toPeerOffer(payloadOf(stockWire.dataOffer));
const answer = toPeerAnswer(payloadOf(stockWire.answer));
const candidates = [stockWire.candidate, stockWire.candidateIp6, stockWire.candidateVideo].map(
  text => toPeerCandidate(payloadOf(text)).candidate,
);
const leg = { src: "sip:bob@node.example", dst: "alice" };
const gathered = { candidates, complete: true };
const header = (name: string, value: string): SipHeader => ({ key: name.toLowerCase(), name, value });

/** The INVITE of JsSIP 3.13.8 in Chromium, as a trace shows it, its codecs left out. */
const jssipInvite: SipContent = {
  headers: [header("Content-Type", "application/sdp"), header("Supported", "gruu,ice,replaces,outbound")],
  body: [
    "v=0",
    "o=- 6840113462769967621 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "a=msid-semantic: WMS 127b1827-652b-43d0-992d-5281fa18ab03",
    "m=audio 39824 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    "c=IN IP4 192.0.2.2",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=candidate:255554203 1 udp 2122194687 192.0.2.2 39824 typ host generation 0 network-id 1",
    "a=ice-ufrag:e+TG",
    "a=ice-pwd:945oPwUa/jcgW4eaD13cB6l+",
    "a=ice-options:trickle",
    "a=setup:actpass",
    "a=mid:0",
    "a=sendrecv",
    "a=rtcp-mux",
    "",
  ].join("\r\n"),
};

describe("payloads of stock PeerJS", () => {
  it("are read with all they say", () => {
    expect(offer).toMatchObject({
      connectionId: "mc_zhbizs2u1g",
      type: "media",
      metadata: { topic: "order 17" },
    });
    expect(dataOffer).toMatchObject({
      type: "data",
      label: "chat",
      reliable: true,
      serialization: "binary",
      metadata: "hi",
    });
    expect(answer.connectionId).toBe("mc_zhbizs2u1g");
    expect(candidates).toHaveLength(3);
  });

  const good = payloadOf(stockWire.offer) as Record<string, unknown>;
  let deep: unknown = 1;
  for (let i = 0; i < 20; i += 1) deep = [deep];
  it.each([
    ["nothing", undefined],
    ["an array", []],
    ["another kind", { ...good, type: "screen" }],
    ["no connection", { ...good, connectionId: undefined }],
    ["a connection with a line end", { ...good, connectionId: "mc_1\r\n" }],
    ["a connection too long", { ...good, connectionId: "m".repeat(129) }],
    ["no SDP", { ...good, sdp: undefined }],
    ["an SDP that is an answer", { ...good, sdp: { type: "answer", sdp: offer.sdp } }],
    ["an SDP that is none", { ...good, sdp: { type: "offer", sdp: "hello" } }],
    ["an SDP of two texts", { ...good, sdp: { type: "offer", sdp: [offer.sdp] } }],
    ["metadata of 5 KB", { ...good, metadata: "x".repeat(5000) }],
    ["metadata too deep", { ...good, metadata: deep }],
  ])("with %s are refused", (_, payload) => {
    expect(() => toPeerOffer(payload)).toThrow(PeerPayloadError);
  });

  it("throw nothing but their own error, whatever they are", () => {
    const nearly = fc.record(
      {
        type: fc.constantFrom("media", "data"),
        connectionId: fc.oneof(fc.constant("mc_1"), fc.jsonValue()),
        sdp: fc.oneof(
          fc.record({ type: fc.constantFrom("offer", "answer"), sdp: fc.string() }),
          fc.jsonValue(),
        ),
        candidate: fc.oneof(fc.record({ candidate: fc.string(), sdpMid: fc.jsonValue() }), fc.jsonValue()),
        metadata: fc.jsonValue(),
        label: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.jsonValue()), payload => {
        for (const read of [toPeerOffer, toPeerAnswer, toPeerCandidate]) {
          try {
            read(payload);
          } catch (error) {
            expect(error).toBeInstanceOf(PeerPayloadError);
          }
        }
      }),
    );
  });
});

describe("OFFER and INVITE", () => {
  it("an OFFER becomes a complete SDP and says its connection in a header", () => {
    const { headers, body } = toInviteBody(offer, gathered);
    expect(headers.map(({ name }) => name)).toEqual(["Content-Type", "Recv-Info", "Etherlynk-Peer"]);
    expect(headers.every(({ key, name }) => key === name.toLowerCase())).toBe(true);
    expect(headers.every(({ value }) => /^[\x20-\x7e]+$/.test(value))).toBe(true);
    expect(
      parseSdp(body).media.map(lines => lines.filter(it => it.startsWith("a=candidate:")).length),
    ).toEqual([2, 1, 0]);
    expect(body).toContain("\r\na=end-of-candidates\r\n");
  });

  it.each([
    ["media", offer],
    ["data", dataOffer],
  ])("comes back from another node as it was: %s", (_, given) => {
    const { sdp, ...connection } = given;
    const invite = toInviteBody(given, { candidates: [], complete: false });
    const back = fromInvite(invite, "call-1", leg);
    expect(back?.connection).toEqual(connection);
    expect(back?.sdp).toBe(sdp);
    expect(back?.message).toEqual({
      type: "OFFER",
      src: leg.src,
      dst: leg.dst,
      payload: { sdp: { type: "offer", sdp }, ...connection },
    });
    expect(toPeerOffer(back?.message.type === "OFFER" ? back.message.payload : undefined)).toEqual(given);
  });

  it("JsSIP's INVITE becomes an OFFER of media, its connection named after the Call-ID", () => {
    const first = fromInvite(jssipInvite, "uipp9slkbut3l06mrs5k", leg);
    expect(first?.connection).toEqual({
      connectionId: expect.stringMatching(/^mc_[\w-]{22}$/),
      type: "media",
    });
    expect(first?.sdp).toBe(jssipInvite.body);
    expect(fromInvite(jssipInvite, "another", leg)?.connection).not.toEqual(first?.connection);
    expect(parseServerMessage(formatServerMessage(first?.message ?? { type: "OPEN" }))).toMatchObject({
      type: "OFFER",
    });
  });

  it("an INVITE of data alone is an OFFER that stock PeerJS can open", () => {
    const body = dataOffer.sdp;
    const back = fromInvite(
      { headers: [header("Content-Type", "Application/SDP; charset=utf-8")], body },
      "c",
      leg,
    );
    expect(back?.connection.type).toBe("data");
    const id = back?.connection.connectionId;
    expect(back?.message).toMatchObject({ payload: { serialization: "binary", label: id, reliable: false } });
  });

  it("a late offer, or another body, is no OFFER", () => {
    expect(fromInvite({ headers: [], body: "" }, "c", leg)).toBeUndefined();
    expect(
      fromInvite({ ...jssipInvite, headers: [header("Content-Type", "text/plain")] }, "c", leg),
    ).toBeUndefined();
    expect(() => fromInvite({ ...jssipInvite, body: "hello" }, "c", leg)).toThrow(SdpError);
  });

  it("text beyond ASCII goes as UTF-8 and comes back", () => {
    const named = { ...offer, sdp: offer.sdp.replace("s=-", "s=Zoë 🜲"), metadata: { to: "Zoë 🜲" } };
    const invite = toInviteBody(named, { candidates: [], complete: false });
    expect(invite.body).toContain("s=Zo\xc3\xab ");
    const back = fromInvite(invite, "c", leg);
    expect([back?.sdp, back?.connection.metadata]).toEqual([named.sdp, named.metadata]);
  });
});

describe("ANSWER and 200", () => {
  it("goes there and back", () => {
    const { headers, body } = toAnswerBody(answer, { candidates: [], complete: false });
    expect(headers.map(({ name }) => name)).toEqual(["Content-Type", "Recv-Info"]);
    const back = fromAnswer({ headers, body }, offer, leg);
    expect(back).toEqual({
      sdp: answer.sdp,
      message: {
        type: "ANSWER",
        src: leg.src,
        dst: leg.dst,
        payload: { sdp: { type: "answer", sdp: answer.sdp }, type: "media", connectionId: "mc_zhbizs2u1g" },
      },
    });
    expect(fromAnswer({ headers: [], body: "" }, offer, leg)).toBeUndefined();
  });
});

describe("CANDIDATE and INFO", () => {
  it("goes there and back, and only what is new is told", () => {
    const info = toInfoBody(offer.sdp, gathered);
    if (!info) throw new Error("nothing fits");
    expect(info.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "Info-Package: trickle-ice",
      "Content-Disposition: Info-Package",
      "Content-Type: application/trickle-ice-sdpfrag",
    ]);
    const read = fromInfo(info, offer.sdp);
    expect(read).toEqual(gathered);
    const told = toCandidateMessages(read?.candidates ?? [], new Set(), { connection: offer, leg });
    expect(told.map(it => ("payload" in it ? toPeerCandidate(it.payload).candidate : it))).toEqual(
      candidates,
    );
    const again = toCandidateMessages(candidates, new Set([candidates[0]?.candidate ?? ""]), {
      connection: offer,
      leg,
    });
    expect(again).toHaveLength(2);
  });

  it("another INFO is not ours", () => {
    const dtmf = {
      headers: [header("Content-Type", "application/dtmf-relay")],
      body: "Signal=5\r\nDuration=100",
    };
    expect(fromInfo(dtmf, offer.sdp)).toBeUndefined();
    expect(toInfoBody(offer.sdp, { candidates: [], complete: true })).toBeUndefined();
  });
});

describe("ends", () => {
  it("an unanswered call is told by EXPIRE and dropped by LEAVE, an answered one by LEAVE", () => {
    expect(toEndMessages(false, leg).map(({ type }) => type)).toEqual(["EXPIRE", "LEAVE"]);
    expect(toEndMessages(true, leg)).toEqual([{ type: "LEAVE", src: leg.src, dst: leg.dst }]);
  });

  it.each([
    ["caller", false, { send: "CANCEL" }],
    ["callee", false, { send: "response", status: 480 }],
    ["caller", true, { send: "BYE" }],
    ["callee", true, { send: "BYE" }],
  ] as const)("a client that goes away as %s, answered %s", (side, answered, end) => {
    expect(endOfPeer(side, answered)).toEqual(end);
  });
});

describe("the Etherlynk-Peer header", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  const connections: fc.Arbitrary<PeerConnection> = fc.oneof(
    fc.record({
      connectionId: fc.stringMatching(/^mc_[a-z0-9]{1,20}$/),
      type: fc.constant("media" as const),
    }),
    fc.record({
      connectionId: fc.stringMatching(/^[!-~]{1,40}$/),
      type: fc.constant("data" as const),
      metadata: fc.jsonValue({ maxDepth: 3 }).filter(it => it !== null && JSON.stringify(it).length < 4000),
      label: text,
      serialization: fc.constantFrom("binary", "json", "raw", "binary-utf8"),
      reliable: fc.boolean(),
    }),
  );

  it("goes there and back", () => {
    fc.assert(
      fc.property(connections, connection => {
        const { value } = toPeerHeader(connection);
        expect(value).toMatch(/^[\x21-\x7e]+$/);
        expect(parsePeerHeader(value)).toEqual(JSON.parse(JSON.stringify(connection)));
      }),
    );
  });

  it.each([
    "",
    "media",
    "media;id=",
    "media;id=*",
    "video;id=bWMx",
    "data;id=bWMx;serialization=LSAt",
    "media;id=bQ0K",
  ])("is not read from %j", value => {
    expect(parsePeerHeader(value)).toBeUndefined();
  });

  it("drops metadata that are no JSON, and never throws", () => {
    expect(parsePeerHeader("media;id=bWMx;metadata=e3t7")).toEqual({ connectionId: "mc1", type: "media" });
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("", "media;id=", "data;id=bWMx;metadata="), (tail, start) => {
        parsePeerHeader(start + tail);
      }),
    );
  });
});
