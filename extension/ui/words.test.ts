import { describe, expect, it } from "vitest";
import { EtherlynkError } from "../../protocol/errors.ts";
import {
  claimInWords,
  durationInWords,
  errorInWords,
  initialsOf,
  proofInWords,
  shortAddress,
  shortHash,
  stageInWords,
  timeInWords,
  whyInWords,
} from "./words.ts";

class TryError extends EtherlynkError {}

describe("words", () => {
  it.each([
    [0, "0:00"],
    [247_900, "4:07"],
    [3_729_000, "1:02:09"],
    [-5, "0:00"],
  ])("%i ms last %s", (ms, words) => expect(durationInWords(ms)).toBe(words));

  it("shorten accounts, and nothing else", () => {
    expect(shortAddress("0x52908400098527886E0F7030069857D2E4169EE7")).toBe("0x5290…9EE7");
    expect(shortAddress("sip:0x52908400098527886E0F7030069857D2E4169EE7@n")).toBe("sip:0x5290…9EE7@n");
    expect(shortAddress("alice.eth")).toBe("alice.eth");
    expect(shortAddress(`0x${"ab".repeat(32)}`)).toHaveLength(66);
  });

  it("shorten accounts and transactions where they stand alone", () => {
    expect(shortHash(`0x${"ab".repeat(32)}`)).toBe("0xabab…abab");
    expect(shortHash("0x5290ab")).toBe("0x5290ab");
    expect(shortHash("Order 7")).toBe("Order 7");
  });

  it("an error of ours says what to do; a bug tells nothing of what it knows", () => {
    expect(errorInWords(new TryError("try.thing", "Try again."))).toBe("Try again.");
    expect(errorInWords(new Error("secret"))).not.toContain("secret");
  });

  it("say who proved what, and that nothing was proved", () => {
    const peer = { title: "Alice", address: "alice.eth", isContact: true };
    expect(proofInWords({ ...peer, proof: "account" })).toContain("In your contacts");
    expect(proofInWords({ ...peer, proof: "account", isContact: false })).toContain("Not in your contacts");
    expect(proofInWords({ ...peer, proof: "guest" })).toContain("Not proved");
    expect(proofInWords({ ...peer, proof: "foreign" })).toContain("Not proved");
    expect(claimInWords({ ...peer, proof: "foreign" }, true)).toContain("Claims an address in your contacts");
    expect(claimInWords({ ...peer, proof: "guest" }, false)).toContain("proved nothing");
    expect(claimInWords({ ...peer, proof: "account" }, true)).toBeUndefined();
    expect(claimInWords({ ...peer, proof: "foreign", isContact: false }, true)).toBeUndefined();
    expect(whyInWords({ ...peer, proof: "account" })).toContain("signed this call");
    const signed = {
      ...peer,
      proof: "foreign",
      signer: "0x52908400098527886E0F7030069857D2E4169EE7",
    } as const;
    expect(proofInWords(signed)).toBe("Signed by 0x5290…9EE7");
    expect(whyInWords(signed)).toContain("word of that domain's node");
    expect(claimInWords(signed, false)).toBeUndefined();
  });

  it.each([
    ["Bob Ferris", "BF"],
    ["Bob van der Ferris", "BF"],
    ["émile", "É"],
    ["alice.eth", "AE"],
    ["0x52908400098527886E0F7030069857D2E4169EE7", ""],
    ["sip:carol@node.example", ""],
    ["+99912345678", ""],
    ["7 of 9", "O"],
  ])("the face of %s is %j", (title, initials) => expect(initialsOf(title)).toBe(initials));

  it("a time of today needs no day", () => {
    const now = new Date(2026, 10, 20, 18, 0).getTime();
    expect(timeInWords(new Date(2026, 10, 20, 9, 41).getTime(), now)).not.toContain("20");
    expect(timeInWords(new Date(2026, 10, 19, 9, 41).getTime(), now)).toContain("19");
  });

  it("ringing depends on who rings", () => {
    expect(stageInWords("ringing", true)).toBe("Calls you");
    expect(stageInWords("ringing", false)).toBe("Ringing…");
  });
});
