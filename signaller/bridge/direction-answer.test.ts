import { describe, expect, it } from "vitest";
import { stockWire } from "../../protocol/peer/stock-wire.suite.ts";
import { toDirectionAnswer } from "./direction-answer.ts";

const page: string = JSON.parse(stockWire.offer).payload.sdp.sdp;
const phone: string = JSON.parse(stockWire.answer).payload.sdp.sdp;

function directionsOf(sdp: string | undefined): string[] {
  return [...(sdp ?? "").matchAll(/^a=(sendrecv|sendonly|recvonly|inactive)\r$/gm)].map(
    ([, found]) => found ?? "",
  );
}

function hold(direction: string): string {
  return phone.replaceAll(/a=(sendrecv|recvonly)/g, `a=${direction}`);
}

describe("an offer that only turns directions", () => {
  it.each([
    ["sendonly", "recvonly"],
    ["recvonly", "sendonly"],
    ["inactive", "inactive"],
    ["sendrecv", "sendrecv"],
  ])("%s is answered by %s, in the page's own words", (asked, answered) => {
    const agreed = { theirs: phone, ours: page, version: 1 };
    const answer = toDirectionAnswer(hold(asked), agreed) ?? "";
    expect(new Set(directionsOf(answer))).toEqual(new Set([answered]));
    const rest = (sdp: string) =>
      sdp.split("\r\n").filter(line => !/^a=(sendrecv|sendonly|recvonly|inactive|setup:)|^o=/.test(line));
    expect(rest(answer)).toEqual(rest(page));
  });

  it("keeps the DTLS roles: who was called stays what it answered, whoever asks", () => {
    // The phone answered `active`, so the page is passive for ever.
    expect(toDirectionAnswer(hold("sendonly"), { theirs: phone, ours: page, version: 1 })).toContain(
      "a=setup:passive",
    );
    const calling = phone.replaceAll("a=setup:active", "a=setup:actpass");
    expect(toDirectionAnswer(calling, { theirs: calling, ours: page, version: 1 })).toContain(
      "a=setup:active",
    );
  });

  it("counts its version up", () => {
    const version = (sdp: string | undefined) => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp ?? "")?.[1]);
    const agreed = { theirs: phone, ours: page };
    expect(version(toDirectionAnswer(hold("sendonly"), { ...agreed, version: 3 }))).toBe(version(page) + 3);
  });

  it.each([
    ["another m-line", (sdp: string) => `${sdp}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n`],
    ["a medium switched off", (sdp: string) => sdp.replace(/^m=audio \d+/m, "m=audio 0")],
    ["another medium", (sdp: string) => sdp.replace(/^m=audio/m, "m=text")],
    ["new ICE credentials", (sdp: string) => sdp.replaceAll(/a=ice-ufrag:\S+/g, "a=ice-ufrag:anew")],
    [
      "another DTLS key",
      (sdp: string) => sdp.replaceAll(/a=fingerprint:\S+ \S+/g, "a=fingerprint:sha-256 00:11"),
    ],
  ])("is not one with %s", (_, change) => {
    expect(toDirectionAnswer(change(phone), { theirs: phone, ours: page, version: 1 })).toBeUndefined();
  });
});
