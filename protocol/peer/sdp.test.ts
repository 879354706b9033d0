import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gather, type IceCandidate, toIceCandidate } from "./ice-candidate.ts";
import { peerLimits } from "./limits.ts";
import { parseClientMessage } from "./peer-message.ts";
import { toPeerOffer } from "./peer-payload.ts";
import {
  attributeOf,
  candidateLinesOf,
  foldCandidates,
  formatSdp,
  iceCredentialsOf,
  mediaIndexOf,
  midOf,
  parseSdp,
  SdpError,
} from "./sdp.ts";
import { formatFragment, parseFragment } from "./sdp-fragment.ts";
import { stockWire } from "./stock-wire.suite.ts";

const offerMessage = parseClientMessage(stockWire.offer);
if (offerMessage.type !== "OFFER") throw new Error(offerMessage.type);
const { sdp: offerText } = toPeerOffer(offerMessage.payload);
const offer = parseSdp(offerText);

const host: IceCandidate = {
  candidate:
    "candidate:575234101 1 udp 2122194687 192.0.2.2 49714 typ host generation 0 ufrag KetG network-id 3",
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "KetG",
};
const relay: IceCandidate = {
  candidate: "candidate:7 1 udp 41885439 203.0.113.9 50000 typ relay raddr 192.0.2.2 rport 49714",
  sdpMid: "0",
  sdpMLineIndex: 0,
};

const minimal = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 RTP/AVP 0"].join("\r\n");

describe("parseSdp", () => {
  it("reads what stock PeerJS sends, and writes it again byte for byte", () => {
    expect(formatSdp(offer)).toBe(offerText);
    expect(offer.media.map(midOf)).toEqual(["0", "1", "2"]);
    expect(iceCredentialsOf(offer, 1)).toEqual({ ufrag: "KetG", pwd: "gB7uzrUMA1nUDLbSFnu+66fe" });
    expect(attributeOf(offer.media[2] ?? [], "sctp-port")).toBe("5000");
    expect(attributeOf(offer.media[0] ?? [], "rtcp-mux")).toBe("");
    expect(attributeOf(offer.media[0] ?? [], "nothing")).toBeUndefined();
  });

  it("takes bare line feeds and a missing end, and writes CR LF", () => {
    expect(formatSdp(parseSdp(minimal.replaceAll("\r\n", "\n")))).toBe(`${minimal}\r\n`);
  });

  it.each([
    ["nothing", ""],
    ["no version", minimal.slice(5)],
    ["another version", minimal.replace("v=0", "v=1")],
    ["no m-line", "v=0\r\ns=-\r\n"],
    ["a line that is none", `${minimal}\r\nhello`],
    ["an empty line inside", minimal.replace("\r\ns=", "\r\n\r\ns=")],
    ["a NUL", `${minimal}\r\na=x\0`],
    ["a bare CR", `${minimal}\r\na=x\ra=y`],
    ["another kind of line end", `${minimal}\r\na=x\u2028a=y`],
    ["65 m-lines", `${minimal}${"\r\nm=audio 9 RTP/AVP 0".repeat(64)}`],
    ["too much", `${minimal}\r\na=${"x".repeat(peerLimits.sdpBytes)}`],
  ])("refuses %s", (_, text) => {
    expect(() => parseSdp(text)).toThrow(SdpError);
  });

  it("throws nothing but its own error, and reads what it writes", () => {
    const line = fc.oneof(
      fc.constantFrom("m=audio 9 RTP/AVP 0", "a=mid:0", "v=0", "", "a=candidate:"),
      fc.string(),
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\r\n", "\n", "\r"))
      .map(([lines, end]) => ["v=0", ...lines, "m=audio 9 RTP/AVP 0"].join(end));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), it => {
        try {
          const written = formatSdp(parseSdp(it));
          expect(formatSdp(parseSdp(written))).toBe(written);
        } catch (error) {
          expect(error).toBeInstanceOf(SdpError);
        }
      }),
    );
  });
});

describe("mediaIndexOf", () => {
  const unnamed = parseSdp(`${minimal}\r\nm=video 9 RTP/AVP 96`);
  const { candidate } = host;
  it.each([
    ["by its name", offer, { candidate, sdpMid: "1", sdpMLineIndex: 0 }, 1],
    ["by its name alone", offer, { candidate, sdpMid: "2", sdpMLineIndex: null }, 2],
    ["by its place where it has no name", offer, { candidate, sdpMid: null, sdpMLineIndex: 1 }, 1],
    ["by its place where the SDP has no names", unnamed, { candidate, sdpMid: "0", sdpMLineIndex: 1 }, 1],
    ["nowhere: another SDP's name", offer, { candidate, sdpMid: "audio", sdpMLineIndex: 0 }, -1],
    ["nowhere: no such place", offer, { candidate, sdpMid: null, sdpMLineIndex: 3 }, -1],
    ["nowhere: neither", unnamed, { candidate, sdpMid: "x", sdpMLineIndex: null }, -1],
  ])("finds an m-line %s", (...[, sdp, wanted, index]) => {
    expect(mediaIndexOf(sdp, wanted)).toBe(index);
  });
});

describe("foldCandidates", () => {
  it("puts each candidate at its m-line, once, and marks the end", () => {
    const video = { ...host, sdpMid: "1", sdpMLineIndex: 1 };
    const folded = foldCandidates(offer, [host, video, host], { complete: true });
    expect(candidateLinesOf(folded.media[0] ?? [])).toEqual([host.candidate]);
    expect(candidateLinesOf(folded.media[1] ?? [])).toEqual([host.candidate]);
    expect(candidateLinesOf(folded.media[2] ?? [])).toEqual([]);
    expect(folded.media.map(lines => lines.filter(it => it === "a=end-of-candidates").length)).toEqual([
      1, 1, 0,
    ]);
    expect(formatSdp(parseSdp(formatSdp(folded)))).toBe(formatSdp(folded));
    expect(foldCandidates(folded, [host], { complete: true })).toEqual(folded);
  });

  it("leaves the end open where more may come", () => {
    expect(formatSdp(foldCandidates(offer, [host], { complete: false }))).not.toContain("end-of-candidates");
  });

  it("leaves out another generation's, and those of no m-line", () => {
    const stale = { ...host, usernameFragment: "OLD1" };
    const foreign = { ...host, sdpMid: "9", sdpMLineIndex: 9 };
    expect(foldCandidates(offer, [stale, foreign], { complete: false })).toEqual(offer);
  });

  it("names the likeliest address in m= and c=, for those without ICE", () => {
    const [audio = [], video] = foldCandidates(offer, [host, relay], { complete: true }).media;
    expect(audio[0]).toMatch(/^m=audio 50000 UDP\/TLS\/RTP\/SAVPF 111 /);
    expect(audio[1]).toBe("c=IN IP4 203.0.113.9");
    expect(video?.[0]).toMatch(/^m=video 9 /);
    const loopback = { ...host, candidate: "candidate:2 1 udp 2 127.0.0.1 7 typ host" };
    expect(foldCandidates(offer, [loopback, host], { complete: true }).media[0]?.[1]).toBe(
      "c=IN IP4 192.0.2.2",
    );
    const six = { ...host, candidate: "candidate:1 1 udp 1 fd00::2 5 typ host" };
    expect(foldCandidates(offer, [six], { complete: true }).media[0]?.slice(0, 2)).toEqual([
      expect.stringMatching(/^m=audio 5 /),
      "c=IN IP6 fd00::2",
    ]);
    const named = { ...host, candidate: "candidate:1 1 udp 1 4f2b.local 5 typ host" };
    expect(foldCandidates(offer, [named], { complete: true }).media[0]?.[1]).toBe("c=IN IP4 0.0.0.0");
  });

  it("leaves a complete SDP's own address alone", () => {
    const complete = parseSdp(
      `${minimal.replace("audio 9", "audio 39824")}\r\nc=IN IP4 192.0.2.2\r\na=mid:0`,
    );
    const folded = foldCandidates(complete, [relay], { complete: true });
    expect(folded.media[0]?.slice(0, 2)).toEqual(["m=audio 39824 RTP/AVP 0", "c=IN IP4 192.0.2.2"]);
  });
});

describe("an ICE candidate", () => {
  it.each([stockWire.candidate, stockWire.candidateIp6, stockWire.candidateVideo])(
    "of stock PeerJS is read",
    text => {
      const { payload } = JSON.parse(text);
      expect(toIceCandidate(payload.candidate)).toEqual(payload.candidate);
    },
  );

  it.each([
    ["null", null],
    ["no text", { candidate: 7, sdpMid: "0" }],
    ["an end of candidates", { candidate: "", sdpMid: "0" }],
    ["a line end", { ...host, candidate: `${host.candidate}\r\na=fingerprint:sha-256 00` }],
    ["a line feed at its end", { ...host, candidate: `${host.candidate}\n` }],
    ["an attribute", { ...host, candidate: `a=${host.candidate}` }],
    ["letters beyond ASCII", { ...host, candidate: `${host.candidate} é` }],
    ["too few fields", { ...host, candidate: "candidate:1 1 udp 1 192.0.2.2 9" }],
    ["too many bytes", { ...host, candidate: `${host.candidate} ${"x".repeat(1024)}` }],
    ["neither name nor place", { candidate: host.candidate }],
    ["a place beyond all m-lines", { candidate: host.candidate, sdpMLineIndex: 64 }],
    ["a broken place", { candidate: host.candidate, sdpMLineIndex: 0.5 }],
    ["a name with a line end", { ...host, sdpMid: "0\r\n" }],
  ])("with %s is refused", (_, value) => {
    expect(toIceCandidate(value)).toBeUndefined();
  });

  it("is gathered once, and so many as a call may have", () => {
    const one = gather([], host);
    expect(gather(one, { ...host })).toBe(one);
    expect(gather(one, { ...host, sdpMid: "1" })).toHaveLength(2);
    let all: readonly IceCandidate[] = [];
    for (let i = 0; i < 400; i += 1)
      all = gather(all, { ...host, candidate: `candidate:${i} 1 udp 1 ::1 9 typ host` });
    expect(all).toHaveLength(peerLimits.candidatesPerCall);
    all = [];
    for (let i = 0; i < 100; i += 1) {
      all = gather(all, { ...host, candidate: `candidate:${i} 1 udp 1 ::1 9 typ host ${"x".repeat(900)}` });
    }
    expect(all.reduce((sum, it) => sum + it.candidate.length, 0)).toBeLessThanOrEqual(
      peerLimits.gatheredBytes,
    );
  });
});

describe("a fragment", () => {
  it("is RFC 8840's, and reads as what was sent", () => {
    const video = { ...host, sdpMid: "1", sdpMLineIndex: 1 };
    const body = formatFragment(offer, { candidates: [host, video, host], complete: true });
    expect(body).toBe(
      [
        "a=ice-ufrag:KetG",
        "a=ice-pwd:gB7uzrUMA1nUDLbSFnu+66fe",
        "m=audio 9 RTP/AVP 0",
        "a=mid:0",
        `a=${host.candidate}`,
        "a=end-of-candidates",
        "m=video 9 RTP/AVP 0",
        "a=mid:1",
        `a=${host.candidate}`,
        "a=end-of-candidates",
        "",
      ].join("\r\n"),
    );
    expect(parseFragment(body ?? "", offer)).toEqual({ candidates: [host, video], complete: true });
  });

  it("is read as RFC 8840 §4.4 writes it", () => {
    const body = [
      "a=ice-pwd:asd88fgpdd777uzjYhagZg",
      "a=ice-ufrag:8hhY",
      "m=audio 9 RTP/AVP 0",
      "a=mid:1",
      "a=candidate:1 1 UDP 1658497328 192.168.100.33 5000 typ host",
      "a=candidate:2 1 UDP 1658497328 96.1.2.3 5000 typ srflx raddr 10.0.1.1 rport 9000",
      "a=end-of-candidates",
      "",
    ].join("\r\n");
    const { candidates, complete } = parseFragment(body, offer);
    expect(complete).toBe(true);
    expect(candidates.map(it => [it.sdpMid, it.sdpMLineIndex, it.usernameFragment])).toEqual([
      ["1", 1, "8hhY"],
      ["1", 1, "8hhY"],
    ]);
  });

  it("says nothing where nothing fits", () => {
    expect(formatFragment(offer, { candidates: [], complete: true })).toBeUndefined();
    expect(formatFragment(offer, { candidates: [{ ...host, sdpMid: "7" }], complete: true })).toBeUndefined();
    expect(formatFragment(parseSdp(minimal), { candidates: [relay], complete: true })).toBeUndefined();
  });

  it.each([
    ["no name", "m=audio 9 RTP/AVP 0\r\na=candidate:1 1 UDP 1 ::1 9 typ host\r\n"],
    ["a line that is none", "hello\r\n"],
    ["letters beyond ASCII", "a=mid:\xe9\r\n"],
    ["too much", `a=${"x".repeat(peerLimits.fragmentBytes)}`],
    ["too many", `m=audio 9 RTP/AVP 0\na=mid:0\n${"a=candidate:1 1 UDP 1 ::1 9 typ host\n".repeat(257)}`],
  ])("with %s is refused", (_, body) => {
    expect(() => parseFragment(body, offer)).toThrow(SdpError);
  });

  it("leaves out what is no candidate, and believes an end only of all", () => {
    const open =
      "m=audio 9 RTP/AVP 0\na=mid:0\na=candidate:nonsense\na=end-of-candidates\nm=video 9 RTP/AVP 0\na=mid:1\n";
    expect(parseFragment(open, offer)).toEqual({ candidates: [], complete: false });
    expect(parseFragment("a=end-of-candidates\n", offer).complete).toBe(true);
    expect(parseFragment("", offer)).toEqual({ candidates: [], complete: false });
  });
});
