import { ens_normalize } from "@adraffy/ens-normalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChainError } from "./chain.ts";
import { isNormal, normaliseName } from "./normalise-name.ts";

describe("normaliseName", () => {
  it("gives what the reference gives, also where it does not ask it", async () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/);
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map(labels => labels.join("."));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(name, fc.constantFrom("ab--cd.eth", "xn--a.eth", "a..b", ".a", "a.", "-a-.b")),
        async it => {
          expect(await outcomeOf(() => normaliseName(it))).toBe(
            await outcomeOf(async () => ens_normalize(it)),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["Nick.ETH", "nick.eth"],
    ["🚴‍♂️.eth", "🚴‍♂.eth"],
    ["1️⃣2️⃣.eth", "1⃣2⃣.eth"],
    ["fußball.eth", "fußball.eth"],
    ["Ｄｏｇ.eth", "dog.eth"],
    ["a’b.eth", "a’b.eth"],
  ])("%s is %s", async (given, expected) => {
    expect(await normaliseName(given)).toBe(expected);
  });

  it.each([
    "vitаlik.eth", // Cyrillic а
    "ѕсоре.eth", // all Cyrillic, and looks like Latin
    "a\u200db.eth", // a joiner where it joins nothing
    "a_b.eth",
    "..",
  ])("%j is none", async name => {
    await expect(normaliseName(name)).rejects.toBeInstanceOf(ChainError);
    expect(await isNormal(name)).toBe(false);
  });

  it("knows what is spelt as it must be", async () => {
    expect(await isNormal("alice.eth")).toBe(true);
    expect(await isNormal("Alice.eth")).toBe(false);
    expect(await isNormal("")).toBe(false);
  });
});

async function outcomeOf(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch {
    return "refused";
  }
}
