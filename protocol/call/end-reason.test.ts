import { describe, expect, it } from "vitest";
import { type EndReason, fromBye, fromCancel, fromResponse, toReason, toResponse } from "./end-reason.ts";
import { sentenceOf } from "./end-sentence.ts";

const words: Readonly<Record<EndReason, true>> = {
  "hung-up-by-me": true,
  "hung-up-by-them": true,
  cancelled: true,
  declined: true,
  busy: true,
  "no-answer": true,
  "answered-elsewhere": true,
  "declined-elsewhere": true,
  "not-found": true,
  offline: true,
  gone: true,
  "changed-hands": true,
  moved: true,
  glare: true,
  "identity-failed": true,
  "identity-refused": true,
  "media-failed": true,
  "no-microphone": true,
  "no-microphone-there": true,
  "network-lost": true,
  forbidden: true,
  "payment-required": true,
  unwanted: true,
  unacceptable: true,
  unsupported: true,
  unroutable: true,
  overloaded: true,
  failed: true,
};
const all = Object.keys(words) as EndReason[];

describe("fromResponse", () => {
  it.each<[number, EndReason]>([
    [302, "moved"],
    [380, "moved"],
    [400, "failed"],
    [401, "forbidden"],
    [402, "payment-required"],
    [403, "forbidden"],
    [404, "not-found"],
    [407, "forbidden"],
    [408, "no-answer"],
    [410, "gone"],
    [420, "unsupported"],
    [421, "unsupported"],
    [428, "identity-refused"],
    [436, "identity-refused"],
    [438, "identity-refused"],
    [480, "offline"],
    [481, "failed"],
    [482, "unroutable"],
    [483, "unroutable"],
    [486, "busy"],
    [487, "cancelled"],
    [488, "unacceptable"],
    [491, "failed"],
    [499, "failed"],
    [500, "failed"],
    [503, "overloaded"],
    [504, "unroutable"],
    [599, "failed"],
    [600, "busy"],
    [603, "declined"],
    [604, "not-found"],
    [607, "unwanted"],
    [699, "declined"],
  ])("reads %i as %s", (status, reason) => {
    expect(fromResponse(status, [])).toBe(reason);
  });

  it("has a word for every status, and for what is none", () => {
    for (let status = 0; status <= 1000; status += 1) expect(all).toContain(fromResponse(status, []));
    for (const odd of [-1, 4.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(fromResponse(odd, [])).toBe("failed");
    }
  });

  it.each([
    [486, 'etherlynk;cause=486;text="glare"', "glare"],
    [486, "glare", "glare"],
    [486, 'SIP;cause=486, etherlynk;cause=486;text="glare"', "glare"],
    [480, 'etherlynk;cause=480;text="changed-hands"', "changed-hands"],
    [480, 'etherlynk;cause=480;text="no-answer"', "no-answer"],
    [487, 'SIP;cause=200;text="Call completed elsewhere"', "answered-elsewhere"],
    [487, "SIP;cause=600", "declined-elsewhere"],
  ])("reads %i with %s as %s", (status, reason, word) => {
    expect(fromResponse(status, [reason])).toBe(word);
  });

  it.each([
    ["our word with another status", 603, 'etherlynk;cause=486;text="glare"', "declined"],
    ["our word with another cause", 486, 'etherlynk;cause=480;text="glare"', "busy"],
    ["a bare glare with another status", 603, "glare", "declined"],
    ["a word that is not said this way", 603, 'etherlynk;cause=603;text="hung-up-by-me"', "declined"],
    ["no word of ours", 486, 'etherlynk;cause=486;text="__proto__"', "busy"],
    ["a name every object has", 486, 'etherlynk;cause=486;text="constructor"', "busy"],
    ["another protocol", 486, 'X;cause=486;text="glare"', "busy"],
  ])("is not misled by %s", (...[, status, reason, word]) => {
    expect(fromResponse(status, [reason])).toBe(word);
  });
});

describe("both directions", () => {
  it.each(all)("a refusal that says %s is read as it was meant", reason => {
    const { status, phrase, reason: header } = toResponse(reason);
    expect(status).toBeGreaterThanOrEqual(300);
    expect(status).toBeLessThan(700);
    expect(phrase).not.toBe("");
    // A hang-up is no refusal: whoever gives up before the 200 declines or cancels.
    const read: Readonly<Record<string, string>> = {
      "hung-up-by-me": "declined",
      "hung-up-by-them": "cancelled",
      "no-microphone": "no-microphone-there",
      "no-microphone-there": "no-microphone",
      "identity-failed": "identity-refused",
      "identity-refused": "identity-failed",
    };
    const meant = read[reason] ?? reason;
    expect(fromResponse(status, header ? [header] : [])).toBe(meant);
  });

  it.each<EndReason>([
    "answered-elsewhere",
    "declined-elsewhere",
    "gone",
    "glare",
    "media-failed",
    "network-lost",
    "no-answer",
    "changed-hands",
  ])("a BYE that says %s is read as it was meant", reason => {
    expect(fromBye([toReason(reason) ?? ""])).toBe(reason);
  });

  it("a microphone is the one of whoever says so, and a proof that of whoever hears that it failed", () => {
    expect(fromBye([toReason("identity-failed") ?? ""])).toBe("identity-refused");
    expect(fromBye([toReason("no-microphone") ?? ""])).toBe("no-microphone-there");
    expect(fromBye([toReason("no-microphone-there") ?? ""])).toBe("no-microphone");
  });

  it("a BYE without a reason, or with one that says nothing to us, is a hang-up of theirs", () => {
    expect(toReason("hung-up-by-me")).toBeUndefined();
    expect(fromBye([])).toBe("hung-up-by-them");
    expect(fromBye(['Q.850;cause=16;text="Terminated"'])).toBe("hung-up-by-them");
    expect(fromBye(['etherlynk;cause=603;text="hung-up-by-me"'])).toBe("hung-up-by-them");
  });

  it("a CANCEL is the caller's, unless it names another device or glare", () => {
    expect(toReason("cancelled")).toBeUndefined();
    expect(fromCancel([])).toBe("cancelled");
    expect(fromCancel([toReason("no-answer") ?? ""])).toBe("cancelled");
    expect(fromCancel([toReason("glare") ?? ""])).toBe("glare");
    expect(fromCancel([toReason("answered-elsewhere") ?? ""])).toBe("answered-elsewhere");
    expect(fromCancel([toReason("declined-elsewhere") ?? ""])).toBe("declined-elsewhere");
  });
});

describe("sentenceOf", () => {
  it.each(all)("%s has a sentence on both sides", reason => {
    for (const direction of ["outgoing", "incoming"] as const) {
      expect(sentenceOf(reason, direction)).toMatch(/^[A-Z].{8,}\.$/);
    }
  });

  it("says on which side one is", () => {
    expect(sentenceOf("declined", "outgoing")).toBe("They declined the call.");
    expect(sentenceOf("declined", "incoming")).toBe("You declined the call.");
  });
});
