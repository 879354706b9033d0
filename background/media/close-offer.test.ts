import { describe, expect, it } from "vitest";
import { closeOffer, toAnswer } from "./close-offer.ts";

const sdp = (setup: string) =>
  [
    "v=0",
    "m=audio 9 X 111",
    `a=setup:${setup}`,
    "a=x:setup:y",
    "m=video 9 X 96",
    `a=setup:${setup}`,
    "",
  ].join("\r\n");

describe("toAnswer", () => {
  it.each([
    { said: "we answered, actively: they are passive", theirs: "actpass", ours: "active", role: "passive" },
    { said: "we answered, passively: they are active", theirs: "actpass", ours: "passive", role: "active" },
    { said: "we offered: what they answered stands", theirs: "active", ours: "actpass", role: "active" },
    { said: "we offered, and they chose to wait", theirs: "passive", ours: "actpass", role: "passive" },
  ])("$said", ({ theirs, ours, role }) => {
    expect(toAnswer(sdp(theirs), sdp(ours))).toBe(sdp(role));
  });
});

describe("closeOffer", () => {
  const open = (state: string) => {
    const applied: unknown[] = [];
    const connection = {
      signalingState: state,
      currentLocalDescription: { sdp: sdp("active") },
      currentRemoteDescription: { sdp: sdp("actpass") },
      setRemoteDescription: async (description: unknown) => void applied.push(description),
    };
    return { applied, connection: connection as unknown as RTCPeerConnection };
  };

  it("answers in their place where an offer of ours is open, and does nothing elsewhere", async () => {
    const [offered, stable] = [open("have-local-offer"), open("stable")];
    await closeOffer(offered.connection);
    await closeOffer(stable.connection);
    expect(offered.applied).toEqual([{ type: "answer", sdp: sdp("passive") }]);
    expect(stable.applied).toEqual([]);
  });
});
