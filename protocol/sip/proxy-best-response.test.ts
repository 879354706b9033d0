import { describe, expect, it } from "vitest";
import { bestResponse } from "./proxy-best-response.ts";
import { linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const invite = sampleRequest();
const best = (statuses: number[], request = invite) =>
  bestResponse(
    statuses.map(status => sampleResponse(request, status)),
    request,
  )?.status;

describe("choosing the best response (RFC 3261 §16.7 step 6)", () => {
  it.each([
    [[486], 486],
    [[404, 603, 486], 603],
    [[500, 404], 404],
    [[404, 302], 302],
    [[404, 401], 401],
    [[486, 407], 407],
    [[404, 484], 484],
    [[480, 404], 404],
    [[408, 486], 486],
    [[487, 487], 487],
    [[487, 486], 486],
    [[404, 486], 404],
    [[500, 501], 500],
    [[503], 500],
    [[503, 404], 404],
    [[430], 480],
    [[408], 408],
  ])("of %j: %i", (statuses, status) => expect(best(statuses)).toBe(status));

  it("of nothing: nothing", () => expect(best([])).toBeUndefined());

  it("a request other than INVITE is never answered by 408 (RFC 4320 §4.2)", () => {
    const message = sampleRequest({ method: "MESSAGE" });
    expect(best([408], message)).toBeUndefined();
    expect(best([408, 404], message)).toBe(404);
  });

  it("the 500 that stands for a 503 asks nobody to come back later", () => {
    const response = sampleResponse(invite, 503, { headers: [["Retry-After", "120"]] });
    const sent = bestResponse([response], invite);
    expect(sent && linesOf(sent, "retry-after")).toEqual([]);
  });

  it("gathers the challenges of all branches (§16.7 step 7)", () => {
    const responses = [
      sampleResponse(invite, 401, { headers: [["WWW-Authenticate", "Etherlynk one"]] }),
      sampleResponse(invite, 407, { headers: [["Proxy-Authenticate", "Etherlynk two"]] }),
      sampleResponse(invite, 401, { headers: [["WWW-Authenticate", "Etherlynk three"]] }),
      sampleResponse(invite, 404, { headers: [["WWW-Authenticate", "of no meaning here"]] }),
    ];
    const sent = bestResponse(responses, invite);
    expect(sent?.status).toBe(401);
    expect(sent && linesOf(sent, "www-authenticate")).toEqual(["Etherlynk one", "Etherlynk three"]);
    expect(sent && linesOf(sent, "proxy-authenticate")).toEqual(["Etherlynk two"]);
  });
});
