import fc from "fast-check";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { SdpError } from "../../protocol/peer/sdp.ts";
import { hasOnlyMediaKeys } from "../../protocol/words/media-key.ts";
import { CallMedia, MediaError } from "./call-media.ts";
import { createMediaCertificate, type MediaCertificate } from "./media-certificate.ts";

const FINGERPRINT = `sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`;
const TRANSPORT = [
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  `a=fingerprint:${FINGERPRINT}`,
  "a=setup:actpass",
  "a=rtcp-mux",
];
/** As Chromium writes it, by and large. */
const OFFER = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 126",
  "c=IN IP4 0.0.0.0",
  "a=candidate:1 1 udp 2113937151 3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11.local 54321 typ host generation 0",
  ...TRANSPORT,
  "a=mid:0",
  "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
  "a=sendrecv",
  "a=msid:s t",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:126 telephone-event/8000",
  "a=ssrc:1234 cname:x",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98",
  "c=IN IP4 0.0.0.0",
  ...TRANSPORT,
  "a=mid:1",
  "a=inactive",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-fb:96 nack pli",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=rtpmap:98 H264/90000",
];
const toSdp = (lines: readonly string[]) => `${lines.join("\r\n")}\r\n`;

/** How one line of an offer may be spoilt. */
const spoilt = fc.record({
  line: fc.nat({ max: OFFER.length - 1 }),
  how: fc.constantFrom("leave out", "repeat", "cut", "fill"),
  fill: fc.constantFrom("-1", "99999999999", "NaN", "::", "*", "x".repeat(2_000)),
  word: fc.nat({ max: 8 }),
});

describe("the media of a machine's call", () => {
  let certificate: MediaCertificate;
  beforeAll(async () => {
    certificate = await createMediaCertificate();
  });

  function open(): CallMedia {
    const nothing = () => undefined;
    const parts = { connected: nothing, broken: nothing, received: nothing, pictureLost: nothing };
    const media = new CallMedia({ certificate, iceServers: [], ...parts });
    onTestFinished(() => media.close());
    return media;
  }

  it("answers a browser at once and completely, whatever names its candidates bear, and mirrors what is inactive", async () => {
    const begun = performance.now();
    const answer = await open().answer(toSdp(OFFER));
    expect(performance.now() - begun).toBeLessThan(2_000);
    const [, audio = "", video = ""] = answer.split(/^m=/m);
    expect(audio).toMatch(/^audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF 111\r$/m);
    expect(audio).toMatch(/^a=candidate:/m);
    expect(audio).toMatch(/^a=sendrecv\r$/m);
    expect(audio).toMatch(/^a=msid:\S+ \S+\r$/m);
    expect(video).toMatch(/^a=inactive\r$/m);
    expect(hasOnlyMediaKeys(answer, [certificate.key])).toBe(true);
  });

  it("answers a restart of ICE by new credentials, with a line inactive and without", async () => {
    const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
    const media = open();
    const first = ufrag(await media.answer(toSdp(OFFER)));
    expect(ufrag(await media.answer(toSdp(OFFER)))).toBe(first);
    const restart = toSdp(OFFER).replaceAll("ice-ufrag:abcd", "ice-ufrag:efgh");
    expect(ufrag(await media.answer(restart))).not.toBe(first);
  });

  it("whatever somebody offers is answered or refused in words", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spoilt, { minLength: 1, maxLength: 3 }), async faults => {
        const media = open();
        try {
          expect(await media.answer(toSdp(faults.reduce(spoil, OFFER)))).toMatch(/^v=0/);
        } catch (error) {
          if (!(error instanceof MediaError || error instanceof SdpError)) throw error;
        } finally {
          await media.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});

function spoil(
  lines: readonly string[],
  { line, how, fill, word }: { line: number; how: string; fill: string; word: number },
): string[] {
  const at = line % lines.length;
  const text = lines[at] ?? "";
  if (how === "leave out") return lines.toSpliced(at, 1);
  if (how === "repeat") return lines.toSpliced(at, 0, text);
  if (how === "cut") return lines.toSpliced(at, 1, text.slice(0, 2 + word));
  const words = text.split(/([ :])/);
  return lines.toSpliced(at, 1, words.toSpliced(word % words.length, 1, fill).join(""));
}
