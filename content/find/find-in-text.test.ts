import { describe, expect, it } from "vitest";
import { findInText } from "./find-in-text.ts";
import { longestText } from "./finding.ts";

const account = "0x52908400098527886E0F7030069857D2E4169EE7";
const found = (text: string) => findInText(text).map(({ to }) => to);

describe("findInText", () => {
  it.each<[string, readonly string[]]>([
    [`Pay ${account}.`, [account]],
    [
      `${account.toLowerCase()},${account.toUpperCase().replace("0X", "0x")}`,
      [account.toLowerCase(), account.toUpperCase().replace("0X", "0x")],
    ],
    ["ask alice.eth", ["alice.eth"]],
    ["(pay.alice.eth)", ["pay.alice.eth"]],
    ["alice.eth.", ["alice.eth"]],
    ["ALICE.ETH!", ["ALICE.ETH"]],
    ["жанна.eth and 名前.eth", ["жанна.eth", "名前.eth"]],
    ["🦊🦊🦊.eth", ["🦊🦊🦊.eth"]],
    ["👩‍🚀.eth", ["👩‍🚀.eth"]],
    ["my_name.eth or a-b.eth", ["my_name.eth", "a-b.eth"]],
    [`bob.eth sold to ${account} by carol.eth`, ["bob.eth", account, "carol.eth"]],
  ])("finds in %j: %j", (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    "",
    "eth",
    ".eth",
    "0x",
    "the price in .eth is",
    "mail me at alice@bob.eth",
    "https://alice.eth/path",
    "see alice.ethereum.org",
    "alice.eth.limo",
    "alice.eths",
    "a..eth",
    `0x${"ab".repeat(32)}`,
    `0x${"a".repeat(39)}`,
    `0x${"a".repeat(41)}`,
    `x${account}`,
    `${account}g`,
  ])("finds nobody in %j", text => {
    expect(found(text)).toEqual([]);
  });

  it("says where", () => {
    expect(findInText("ask pay.alice.eth, now")).toEqual([{ start: 4, end: 17, to: "pay.alice.eth" }]);
  });

  it("looks no further than its bound", () => {
    expect(found(`${" ".repeat(longestText)}alice.eth`)).toEqual([]);
  });

  it.each([
    ["a name of every letter", `${"名".repeat(longestText)}.eth`],
    ["many endings", ".eth".repeat(longestText / 4)],
    ["many beginnings of accounts", "0x".repeat(longestText / 2)],
    ["digits without end", `0x${"a".repeat(longestText)}`],
    ["dots", `${".".repeat(longestText - 4)}.eth`],
  ])("takes %s in little time", (_what, text) => {
    const started = performance.now();
    findInText(text);
    // A quadratic search over 20,000 letters takes seconds.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
