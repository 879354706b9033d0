import { describe, expect, it } from "vitest";
import { createResponse } from "./create-response.ts";
import { toHeader } from "./edit-message.ts";
import { reasonPhrase } from "./reason-phrases.ts";
import { linesOf, sampleRequest } from "./samples.suite.ts";

const invite = sampleRequest({
  via: ["SIP/2.0/WS one;branch=z9hG4bK1", "SIP/2.0/WS two, SIP/2.0/WS three"],
  to: "Bob <sip:bob@b.example>;x=y",
  headers: [
    ["Record-Route", "<sip:r1.example;lr>"],
    ["Timestamp", "54"],
    ["Subject", "not copied"],
  ],
});

describe("createResponse (RFC 3261 §8.2.6)", () => {
  it("copies Via, From, To, Call-ID, CSeq as they stand, and adds a To tag", () => {
    const ringing = createResponse(invite, 180, { toTag: "b" });
    expect(ringing).toMatchObject({ kind: "response", status: 180, reason: "Ringing", body: "" });
    for (const key of ["via", "from", "call-id", "cseq", "record-route"]) {
      expect(linesOf(ringing, key), key).toEqual(linesOf(invite, key));
    }
    expect(linesOf(ringing, "to")).toEqual(['"Bob" <sip:bob@b.example>;x=y;tag=b']);
    expect(linesOf(ringing, "subject")).toEqual([]);
    expect(linesOf(ringing, "max-forwards")).toEqual([]);
  });

  it("a 100 has the Timestamp and no tag of ours", () => {
    const trying = createResponse(invite, 100, { toTag: "b" });
    expect(linesOf(trying, "to")).toEqual(linesOf(invite, "to"));
    expect(linesOf(trying, "timestamp")).toEqual(["54"]);
    expect(linesOf(trying, "record-route")).toEqual([]);
  });

  it("a To that has its tag keeps it", () => {
    const bye = sampleRequest({ method: "BYE", to: "<sip:bob@b.example>;TAG=there" });
    expect(linesOf(createResponse(bye, 200, { toTag: "b" }), "to")).toEqual([
      "<sip:bob@b.example>;TAG=there",
    ]);
  });

  it("Record-Route only where a dialog may begin", () => {
    expect(linesOf(createResponse(invite, 486), "record-route")).toEqual([]);
    const register = sampleRequest({ method: "REGISTER", headers: [["Record-Route", "<sip:r.example;lr>"]] });
    expect(linesOf(createResponse(register, 200), "record-route")).toEqual([]);
  });

  it("own headers, body and reason", () => {
    const headers = [toHeader("Content-Type", "application/sdp")];
    expect(createResponse(invite, 200, { reason: "Fine", headers, body: "v=0" })).toMatchObject({
      reason: "Fine",
      body: "v=0",
      headers: expect.arrayContaining(headers),
    });
  });

  it("a status has its own words, or those of its class", () => {
    expect([404, 483, 607, 499, 799].map(reasonPhrase)).toEqual([
      "Not Found",
      "Too Many Hops",
      "Unwanted",
      "Bad Request",
      "Unknown",
    ]);
  });
});
