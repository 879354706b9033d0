import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallId, DeviceId } from "../ids.ts";
import type { Call, StateKind } from "./call.ts";
import { device, incomingCall, outgoingCall, samples } from "./call-samples.suite.ts";
import { settleGlare } from "./glare.ts";

const callIds = fc
  .string({ unit: fc.constantFrom(..."abcdefABCDEF0123456789-.!%*_+~@"), minLength: 1, maxLength: 40 })
  .map(text => text as CallId);

function mine(id: CallId, state: Call["state"]): Call {
  return { ...outgoingCall, id, state };
}

/** The same INVITEs seen by the other party: what is outgoing here is incoming there. */
function theirs(id: CallId): Call {
  return {
    ...incomingCall,
    me: outgoingCall.me,
    peer: outgoingCall.peer,
    id,
    state: samples.screening.state,
  };
}

function withoutContext({ context: _, ...call }: Call): Call {
  return call;
}

const order = { chainId: 1, order: "7", origin: "https://app.example" } as const;
const stateOf = (kind: StateKind): Call["state"] => samples[kind].state;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("settleGlare", () => {
  it("lets the smaller SHA-256(Call-ID) live, as node:crypto computes it", () => {
    fc.assert(
      fc.property(callIds, callIds, (one, other) => {
        const settled = settleGlare(mine(one, stateOf("inviting")), theirs(other));
        expect(settled).toBe(sha256(other) < sha256(one) ? "incoming-lives" : "outgoing-lives");
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  it("both phones settle on the same call", () => {
    fc.assert(
      fc.property(callIds, callIds, (alices, bobs) => {
        fc.pre(alices !== bobs);
        const atAlice = settleGlare(mine(alices, stateOf("ringing-out")), theirs(bobs));
        const atBob = settleGlare(mine(bobs, stateOf("ringing-out")), theirs(alices));
        expect([atAlice, atBob].sort()).toEqual(["incoming-lives", "outgoing-lives"]);
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  // sha256("a") = ca97…, sha256("b") = 3e23…: of these two "b" lives.
  it.each<[StateKind, string, string]>([
    ["resolving", "incoming-lives", "incoming-lives"],
    ["inviting", "incoming-lives", "outgoing-lives"],
    ["ringing-out", "incoming-lives", "outgoing-lives"],
    ["early-out", "incoming-lives", "outgoing-lives"],
    ["connecting-out", "none", "outgoing-lives"],
    ["yielding", "incoming-lives", "incoming-lives"],
    ["new", "none", "none"],
    ["active", "none", "none"],
    ["held", "none", "none"],
    ["ending", "none", "none"],
    ["ended", "none", "none"],
  ])("in %s: theirs smaller %s, ours smaller %s", (kind, theirsSmaller, oursSmaller) => {
    expect(settleGlare(mine("a" as CallId, stateOf(kind)), theirs("b" as CallId))).toBe(theirsSmaller);
    expect(settleGlare(mine("b" as CallId, stateOf(kind)), theirs("a" as CallId))).toBe(oursSmaller);
  });

  it.each<StateKind>(["connecting-out", "active", "held"])(
    "in %s: the INVITE that lost, late from the device that answered, is glare and no second call",
    kind => {
      const outgoing = { ...mine("a" as CallId, stateOf(kind)), peerDevice: device };
      expect(settleGlare(outgoing, { ...theirs("b" as CallId), peerDevice: device })).toBe("outgoing-lives");
      const another = "x".repeat(43) as DeviceId;
      expect(settleGlare(outgoing, { ...theirs("b" as CallId), peerDevice: another })).toBe("none");
    },
  );

  it("is none for another context, another party, another account of mine, or two calls of one direction", () => {
    const outgoing = mine("a" as CallId, stateOf("inviting"));
    const incoming = theirs("b" as CallId);
    expect(settleGlare(outgoing, { ...incoming, context: { ...order, order: "8" } })).toBe("none");
    expect(settleGlare(outgoing, withoutContext(incoming))).toBe("none");
    expect(settleGlare(withoutContext(outgoing), withoutContext(incoming))).not.toBe("none");
    expect(settleGlare(outgoing, { ...incoming, context: { ...order, title: "in other words" } })).not.toBe(
      "none",
    );
    expect(settleGlare(outgoing, { ...incoming, peer: "mallory" })).toBe("none");
    expect(settleGlare(outgoing, { ...incoming, me: "alice's other" })).toBe("none");
    expect(settleGlare(outgoing, { ...incoming, direction: "outgoing" })).toBe("none");
    expect(settleGlare({ ...outgoing, direction: "incoming" }, incoming)).toBe("none");
  });

  it("refuses an INVITE that bears our own Call-ID", () => {
    expect(settleGlare(mine("a" as CallId, stateOf("inviting")), theirs("a" as CallId))).toBe(
      "outgoing-lives",
    );
  });
});
