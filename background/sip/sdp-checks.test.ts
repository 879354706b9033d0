import { describe, expect, it } from "vitest";
import { refuseOffer, wantsHold } from "./sdp-checks.ts";

const sdp = (...lines: string[]) =>
  ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", ...lines, ""].join("\r\n");
const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111 0";

describe("wantsHold", () => {
  const cases: [what: string, holds: boolean, lines: string[]][] = [
    ["inactive", true, [audio, "a=inactive"]],
    ["sendonly", true, [audio, "a=sendonly"]],
    ["of the session", true, ["a=inactive", audio]],
    ["a line that goes on beats the session", false, ["a=inactive", audio, "a=sendrecv"]],
    ["one of two lines goes on", false, [audio, "a=inactive", "m=video 9 RTP/SAVPF 96", "a=recvonly"]],
    ["a refused line does not count", true, [audio, "a=inactive", "m=video 0 RTP/SAVPF 96"]],
    ["a bundled line counts", false, [audio, "a=inactive", "m=video 0 RTP/SAVPF 96", "a=bundle-only"]],
    [
      "a data channel has no direction",
      true,
      [audio, "a=inactive", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"],
    ],
    ["a data channel alone", false, ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel"]],
    ["nothing said is sendrecv", false, [audio]],
    ["no line at all", false, []],
  ];
  it.each(cases)("%s: %s", (_what, holds, lines) => {
    expect(wantsHold(sdp(...lines))).toBe(holds);
  });
});

describe("refuseOffer", () => {
  it("answers every line, and tells nothing", () => {
    const answer = refuseOffer(
      sdp(audio, "c=IN IP4 192.0.2.1", "a=ice-pwd:secret", "m=video 9 RTP/SAVPF 96"),
    );
    expect(answer.match(/^m=.*$/gm)).toEqual(["m=audio 0 UDP/TLS/RTP/SAVPF 111 0", "m=video 0 RTP/SAVPF 96"]);
    expect(answer).not.toMatch(/192\.0\.2|ice|secret/);
  });
});
