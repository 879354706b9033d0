import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { createOwnCandidates } from "./own-candidates.ts";
import { createTheirCandidates } from "./their-candidates.ts";

const sdpOf = (ufrag: string) =>
  ["v=0", "s=-", "m=audio 9 RTP/AVP 0", "a=mid:0", `a=ice-ufrag:${ufrag}`, "a=ice-pwd:0123456789", ""].join(
    "\r\n",
  );
const candidate = (port: number, usernameFragment = "aaaa"): IceCandidate => ({
  candidate: `candidate:1 1 udp 2130706431 203.0.113.7 ${port} typ host`,
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment,
});

const listen = () => {
  const told: string[] = [];
  const end = new AbortController();
  const own = createOwnCandidates(fragment => told.push(fragment), end.signal);
  const added: string[] = [];
  const their = createTheirCandidates(async it => {
    added.push(it.candidate.split(" ")[5] ?? "");
  });
  const newest = () => {
    vi.runOnlyPendingTimers();
    return told.at(-1) ?? "";
  };
  return { told, own, end, added, their, newest };
};

describe("candidates between two sides", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("that come together are told together, and not after the end", () => {
    const { own, told, newest, end } = listen();
    own.describe(sdpOf("aaaa"));
    own.add(candidate(1));
    own.add(candidate(2));
    expect(told).toEqual([]);
    expect(newest().match(/203.0.113.7 \d/g)).toEqual(["203.0.113.7 1", "203.0.113.7 2"]);
    own.add(candidate(3));
    own.complete();
    expect(told).toHaveLength(2);
    own.add(candidate(4));
    end.abort();
    own.add(candidate(5));
    newest();
    expect(told).toHaveLength(2);
  });

  it("are not told before our description is out, and then all in one", () => {
    const { own, told, newest } = listen();
    own.add(candidate(1));
    own.add(candidate(2));
    expect(told).toEqual([]);
    own.describe(sdpOf("aaaa"));
    expect(told).toHaveLength(1);
    expect(newest().match(/203.0.113.7 \d/g)).toEqual(["203.0.113.7 1", "203.0.113.7 2"]);
    own.complete();
    expect(newest()).toContain("a=end-of-candidates");
  });

  it("wait for the description that they belong to, and are added once each", async () => {
    const { own, added, their, newest } = listen();
    own.describe(sdpOf("aaaa"));
    own.add(candidate(1));
    await their.take(newest());
    expect(added).toEqual([]);
    await their.describe(sdpOf("aaaa"));
    expect(added).toEqual(["1"]);
    own.add(candidate(2));
    await their.take(newest());
    expect(added).toEqual(["1", "2"]);
  });

  it("of a restart replace those before, and wait until their description comes", async () => {
    const { own, added, their, newest } = listen();
    own.describe(sdpOf("aaaa"));
    own.add(candidate(1));
    await their.describe(sdpOf("aaaa"));
    own.describe(sdpOf("bbbb"));
    own.add(candidate(3, "bbbb"));
    expect(newest()).not.toContain("203.0.113.7 1 ");
    await their.take(newest());
    expect(added).toEqual([]);
    await their.describe(sdpOf("bbbb"));
    expect(added).toEqual(["3"]);
  });

  it("refuses a fragment that is none", async () => {
    const { their } = listen();
    await their.describe(sdpOf("aaaa"));
    await expect(their.take("not a fragment")).rejects.toMatchObject({ code: "peer.sdp" });
  });
});
