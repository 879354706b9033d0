import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerValues } from "./fields.ts";
import type { SipRequest } from "./message.ts";
import { forwardRequest, forwardResponse } from "./proxy-forward.ts";
import { loopToken } from "./proxy-loop.ts";
import { screenRequest } from "./proxy-screen.ts";
import { config, linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

function pass(request: SipRequest) {
  const screening = screenRequest(request, config);
  if (screening.kind !== "pass") throw new Error(`refused with ${screening.status}`);
  return screening;
}

function refusal(request: SipRequest) {
  const screening = screenRequest(request, config);
  return screening.kind === "refuse" ? screening.status : "passed";
}

/** As this proxy sends it on, unchanged in its Request-URI. */
function forwarded(request: SipRequest, uri = request.uri, random = "r4nd0m") {
  const { loop } = pass(request);
  return forwardRequest(request, { uri, branch: `${random}.0.${loop}`, config, breadth: undefined });
}

describe("validation (RFC 3261 §16.3)", () => {
  const bearing = (name: string, value: string) => sampleRequest({ headers: [[name, value]] });

  it.each([
    ["Max-Forwards: 0 -> 483", bearing("Max-Forwards", "0"), 483],
    ["Max-Forwards: 1 passes", bearing("Max-Forwards", "1"), "passed"],
    ["a scheme that nobody routes -> 416", sampleRequest({ uri: "mailto:bob@b.example" }), 416],
    ["sips passes", sampleRequest({ uri: "sips:bob@b.example" }), "passed"],
    ["tel passes", sampleRequest({ uri: "tel:+1-201-555-0123" }), "passed"],
    ["Proxy-Require known passes", bearing("Proxy-Require", "Etherlynk.V1"), "passed"],
    ["Proxy-Require unknown -> 420", bearing("Proxy-Require", "etherlynk.v1, magic"), 420],
  ])("%s", (_, request, status) => expect(refusal(request)).toBe(status));

  it("the 420 lists what is not understood", () => {
    const screening = screenRequest(bearing("Proxy-Require", "magic, etherlynk.v1, more"), config);
    expect(screening).toMatchObject({ headers: [{ name: "Unsupported", value: "magic, more" }] });
  });

  it("a request that comes back as it left -> 482", () => {
    expect(refusal(forwarded(sampleRequest()))).toBe(482);
  });

  it("the same behind another proxy's Via, on one line or on several -> 482", () => {
    const looped = forwarded(sampleRequest());
    const [own = "", ...others] = linesOf(looped, "via");
    const rest = looped.headers.filter(({ key }) => key !== "via");
    const via = (value: string) => ({ key: "via", name: "Via", value });
    const apart = [via("SIP/2.0/WS else.example;branch=z9hG4bKx"), via(own), ...others.map(via), ...rest];
    expect(refusal({ ...looped, headers: apart })).toBe(482);
    const joined = [via(`SIP/2.0/WS else.example;branch=z9hG4bKx, ${own}`), ...others.map(via), ...rest];
    expect(refusal({ ...looped, headers: joined })).toBe(482);
  });

  it("one that comes back with another Request-URI spirals, and passes", () => {
    expect(refusal(forwarded(sampleRequest(), "sip:bob.else@b.example"))).toBe("passed");
  });

  it("another proxy's Via that bears our token is not our loop", () => {
    const request = sampleRequest();
    const foreign = `SIP/2.0/WS else.example;branch=z9hG4bKx.0.${loopToken(request)}`;
    expect(
      refusal({ ...request, headers: [{ key: "via", name: "Via", value: foreign }, ...request.headers] }),
    ).toBe("passed");
  });

  it.each([
    ["Request-URI", sampleRequest({ uri: "sip:carol@b.example" })],
    ["From tag", sampleRequest({ from: "<sip:alice@a.example>;tag=other" })],
    ["To tag", sampleRequest({ to: "<sip:bob@b.example>;tag=b" })],
    ["Call-ID", sampleRequest({ callId: "other" })],
    ["CSeq", sampleRequest({ seq: 2 })],
    ["Route", sampleRequest({ headers: [["Route", "<sip:x.example;lr>"]] })],
    ["Proxy-Authorization", sampleRequest({ headers: [["Proxy-Authorization", "Etherlynk x"]] })],
  ])("the loop token varies with %s", (_, other) =>
    expect(loopToken(other)).not.toBe(loopToken(sampleRequest())),
  );

  it("the loop token does not vary with what each hop changes", () => {
    const later = sampleRequest({
      headers: [
        ["Max-Forwards", "12"],
        ["Record-Route", "<sip:x;lr>"],
      ],
      branch: "z9hG4bKo",
    });
    expect(loopToken(later)).toBe(loopToken(sampleRequest()));
  });
});

describe("route preprocessing (RFC 3261 §16.4)", () => {
  const routed = (...routes: string[]) =>
    sampleRequest({ headers: routes.map(route => ["Route", route] as const) });

  it("takes its own Route off, and goes by the Request-URI", () => {
    const { request, by, next } = pass(routed("<sip:a.example;transport=ws;lr>"));
    expect(linesOf(request, "route")).toEqual([]);
    expect([by, next]).toMatchObject(["uri", { user: "bob", host: "b.example" }]);
  });

  it("goes by the Route behind its own", () => {
    const { request, by, next } = pass(routed("<sip:a.example;lr>, <sip:b.example;lr>"));
    expect(linesOf(request, "route")).toEqual(["<sip:b.example;lr>"]);
    expect([by, next]).toMatchObject(["route", { host: "b.example" }]);
  });

  it("takes both of its own off where it recorded itself twice", () => {
    const { request } = pass(
      routed("<sip:a.example;transport=ws;lr>", "<sip:A.EXAMPLE;lr>", "<sip:b.example;lr>"),
    );
    expect(linesOf(request, "route")).toEqual(["<sip:b.example;lr>"]);
  });

  it("undoes a strict router: its own Record-Route in the Request-URI", () => {
    const strict = sampleRequest({
      uri: "sip:a.example;lr",
      headers: [
        ["Route", "<sip:b.example;lr>"],
        ["Route", "<sip:bob@192.0.2.4>"],
      ],
    });
    const { request, by, next } = pass(strict);
    expect(request.uri).toBe("sip:bob@192.0.2.4");
    expect(linesOf(request, "route")).toEqual(["<sip:b.example;lr>"]);
    expect([by, next]).toMatchObject(["route", { host: "b.example" }]);
  });

  it("takes its own Route off where it lacks lr", () => {
    expect(linesOf(pass(routed("<sip:a.example>")).request, "route")).toEqual([]);
  });

  it("a person's address in the Request-URI is none of its own, whatever its parameters", () => {
    const request = sampleRequest({
      uri: "sip:bob@a.example;lr",
      headers: [["Route", "<sip:b.example;lr>"]],
    });
    expect(pass(request).request).toEqual(request);
  });

  it("an address of its own domain is a person, not a Route", () => {
    const { request, next } = pass(sampleRequest({ uri: "sip:bob@a.example;gr=urn:uuid:1" }));
    expect(request.uri).toBe("sip:bob@a.example;gr=urn:uuid:1");
    expect(next).toMatchObject({ user: "bob", host: "a.example" });
  });

  it("a Route that cannot be read -> 400", () => {
    expect(refusal(routed("<sip:>"))).toBe(400);
  });
});

describe("whatever stands in a request", () => {
  it("it passes or is refused, and what passes can be forwarded", () => {
    const route = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        "<sip:a.example;lr>",
        "<sip:b.example>",
        "<tel:+1>",
        "<sip:a.example;lr>, <sip:x;lr>",
        ",",
        "*",
      ),
    );
    const uri = fc.constantFrom(
      "sip:a.example;lr",
      "sip:bob@b.example",
      "tel:+1",
      "x:y",
      "sip:",
      "sip:b?a=b",
      "%",
    );
    fc.assert(
      fc.property(uri, fc.array(route, { maxLength: 4 }), (target, routes) => {
        const request = sampleRequest({
          uri: target,
          headers: routes.map(value => ["Route", value] as const),
        });
        const screening = screenRequest(request, config);
        if (screening.kind === "refuse") {
          expect([400, 416]).toContain(screening.status);
          return;
        }
        const count = (bearer: SipRequest) => headerValues(bearer, "route").length;
        expect(count(screening.request)).toBeLessThanOrEqual(count(request));
        const { loop } = screening;
        const copy = forwardRequest(screening.request, {
          uri: target,
          branch: `r.${loop}`,
          config,
          breadth: undefined,
        });
        expect(count(copy)).toBeLessThanOrEqual(count(request));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("request forwarding (RFC 3261 §16.6)", () => {
  it("changes what it must and nothing else, in the order it was", () => {
    const request = sampleRequest({
      headers: [
        ["Record-Route", "<sip:z.example;lr>"],
        ["X-Unknown", "kept"],
        ["Max-Forwards", "12"],
      ],
      body: "v=0",
    });
    const copy = forwarded(request, "sip:bob@device.invalid;transport=ws");
    expect(copy.uri).toBe("sip:bob@device.invalid;transport=ws");
    expect(copy.body).toBe("v=0");
    const [own = "", ...vias] = linesOf(copy, "via");
    expect(own).toBe(`${config.via};branch=z9hG4bKr4nd0m.0.${loopToken(request)}`);
    expect(vias).toEqual(linesOf(request, "via"));
    expect(linesOf(copy, "record-route")).toEqual([config.recordRoute, "<sip:z.example;lr>"]);
    expect(linesOf(copy, "max-forwards")).toEqual(["11"]);
    const untouched = ({ headers }: SipRequest) =>
      headers.filter(({ key }) => !["via", "record-route", "max-forwards"].includes(key));
    expect(untouched(copy)).toEqual(untouched(request));
  });

  it("adds Max-Forwards where there is none", () => {
    const request = sampleRequest();
    const headers = request.headers.filter(({ key }) => key !== "max-forwards");
    expect(linesOf(forwarded({ ...request, headers }), "max-forwards")).toEqual(["70"]);
  });

  it.each([
    ["INVITE", 1],
    ["SUBSCRIBE", 1],
    ["REFER", 1],
    ["BYE", 0],
    ["ACK", 0],
    ["MESSAGE", 0],
    ["REGISTER", 0],
  ])("%s is recorded %i times", (method, times) => {
    expect(linesOf(forwarded(sampleRequest({ method })), "record-route")).toHaveLength(times);
  });

  it("its Record-Route names the domain and is known again as its own", () => {
    const [recordRoute = ""] = linesOf(forwarded(sampleRequest()), "record-route");
    expect(recordRoute).not.toContain("node1");
    expect(linesOf(pass(sampleRequest({ headers: [["Route", recordRoute]] })).request, "route")).toEqual([]);
  });

  it("a Contact's method and headers do not go into the Request-URI", () => {
    const copy = forwarded(
      sampleRequest(),
      "sip:bob@b.example;method=REGISTER;transport=ws?Route=%3Csip:x%3E",
    );
    expect(copy.uri).toBe("sip:bob@b.example;transport=ws");
  });

  it("past a strict router: its URI first, the target last in Route", () => {
    const request = sampleRequest({
      headers: [
        ["Route", "<sip:strict.example>"],
        ["Route", "<sip:two.example;lr>"],
      ],
    });
    const copy = forwarded(request);
    expect(copy.uri).toBe("sip:strict.example");
    expect(linesOf(copy, "route")).toEqual(["<sip:two.example;lr>", "<sip:bob@b.example>"]);
    expect(linesOf(copy, "via")).toHaveLength(2);
  });
});

describe("a response that no transaction waits for (RFC 3261 §16.11)", () => {
  it("goes to the next Via where the first is ours", () => {
    const request = forwarded(sampleRequest());
    const back = forwardResponse(sampleResponse(request, 200), config);
    expect(back && linesOf(back, "via")).toEqual(linesOf(sampleRequest(), "via"));
  });

  it("is nothing where the first is not ours, or the only one", () => {
    expect(forwardResponse(sampleResponse(sampleRequest(), 200), config)).toBeUndefined();
    const only = sampleRequest({ via: [`${config.via};branch=z9hG4bKx`] });
    expect(forwardResponse(sampleResponse(only, 200), config)).toBeUndefined();
  });
});
