import { describe, expect, it } from "vitest";
import { createCancel, createHopAck } from "./hop-request.ts";
import { sampleRequest, sampleResponse } from "./samples.suite.ts";
import { cancelledKey, clientKey, mergeKey, serverKey } from "./transaction-key.ts";

const invite = sampleRequest({
  via: ["SIP/2.0/WS alice.invalid;branch=z9hG4bKone", "SIP/2.0/WS b;branch=z9hG4bKtwo"],
});
const bye = (via: string) => sampleRequest({ method: "BYE", via: [via] });

describe("matching responses to client transactions (RFC 3261 §17.1.3)", () => {
  it("a response has its request's key", () => {
    expect(clientKey(sampleResponse(invite, 180))).toBe(clientKey(invite));
  });

  it("the response to a CANCEL is not the INVITE's", () => {
    const cancel = createCancel(invite, []);
    expect(clientKey(sampleResponse(cancel, 200))).toBe(clientKey(cancel));
    expect(clientKey(cancel)).not.toBe(clientKey(invite));
  });

  it("only the first Via of a line with several counts", () => {
    const joined = sampleRequest({
      via: ["SIP/2.0/WS alice.invalid;branch=z9hG4bKone, SIP/2.0/WS b;branch=z9hG4bKtwo"],
    });
    expect(clientKey(joined)).toBe(clientKey(invite));
  });
});

describe("matching requests to server transactions (RFC 3261 §17.2.3)", () => {
  it("the ACK of a refusal and the CANCEL find their INVITE", () => {
    expect(serverKey(createHopAck(invite, sampleResponse(invite, 486)))).toBe(serverKey(invite));
    expect(cancelledKey(createCancel(invite, []))).toBe(serverKey(invite));
    expect(serverKey(createCancel(invite, []))).not.toBe(serverKey(invite));
  });

  it("one request on two ways is known as one (RFC 3261 §8.2.2.2)", () => {
    const [one, two] = ["z9hG4bKone", "z9hG4bKtwo"].map(branch => sampleRequest({ branch }));
    expect(one && two && mergeKey(one) === mergeKey(two)).toBe(true);
    expect(mergeKey(sampleRequest({ seq: 2 }))).not.toBe(mergeKey(sampleRequest()));
    expect(mergeKey(sampleRequest({ callId: "other" }))).not.toBe(mergeKey(sampleRequest()));
  });

  it.each([
    ["another branch", "SIP/2.0/WS alice.invalid;branch=z9hG4bKother"],
    ["another host", "SIP/2.0/WS mallory.invalid;branch=z9hG4bKone"],
    ["another port", "SIP/2.0/WS alice.invalid:5061;branch=z9hG4bKone"],
  ])("%s is another transaction", (_, via) => {
    const one = "SIP/2.0/WS alice.invalid;branch=z9hG4bKone";
    expect(serverKey(bye(via))).not.toBe(serverKey(bye(one)));
  });

  it("a host's case and the Via's other parameters are nothing", () => {
    const seen = bye("SIP/2.0/WS Alice.Invalid;received=192.0.2.1;branch=z9hG4bKone;rport=5");
    expect(serverKey(seen)).toBe(serverKey(bye("SIP/2.0/WS alice.invalid;branch=z9hG4bKone")));
  });

  it.each([
    "SIP/2.0/WS alice.invalid ;branch=z9hG4bKone",
    "SIP / 2.0 / WS alice.invalid; branch = z9hG4bKone",
    'SIP/2.0/WS alice.invalid;x="a,;branch=z9hG4bKevil";branch=z9hG4bKone',
    "SIP/2.0/WS alice.invalid;rport;BRANCH=z9hG4bKone",
    "SIP/2.0/WS alice.invalid;branch=z9hG4bKone;rport, SIP/2.0/WS b;branch=z9hG4bKtwo",
  ])("however it is written: %s", via => {
    const plain = bye("SIP/2.0/WS alice.invalid;branch=z9hG4bKone");
    expect(serverKey(bye(via))).toBe(serverKey(plain));
    expect(clientKey(bye(via))).toBe(clientKey(plain));
  });

  it("without the magic cookie the rest of the request counts (RFC 2543)", () => {
    const old = (callId: string, to?: string) =>
      sampleRequest({ via: ["SIP/2.0/UDP old.example;branch=1"], callId, ...(to && { to }) });
    expect(serverKey(old("one"))).not.toBe(serverKey(old("two")));
    expect(serverKey(old("one", "<sip:bob@b.example>;tag=b"))).toBe(serverKey(old("one")));
  });
});
