import { describe, expect, it } from "vitest";
import { formatDate, parseDate } from "./sip-date.ts";
import { SipParseError } from "./sip-parse-error.ts";

// biome-ignore lint/style/noRestrictedGlobals: the platform's calendar is the oracle of ours; its clock is not read
const Calendar = Date;

describe("Date (RFC 3261 §20.17)", () => {
  it("the example of the RFC", () => {
    expect(parseDate("Sat, 13 Nov 2010 23:29:00 GMT")).toBe(Calendar.UTC(2010, 10, 13, 23, 29) / 1000);
  });

  it("every day of eight centuries, as the platform's calendar has it", () => {
    for (let day = -100_000; day < 200_000; day += 37) {
      const seconds = day * 86_400 + ((day * 7919) % 86_400);
      const text = new Calendar(seconds * 1000).toUTCString();
      expect(formatDate(seconds)).toBe(text);
      expect(parseDate(text)).toBe(seconds);
    }
  });

  it.each([
    "",
    "now",
    "Sat, 13 Nov 2010 23:29:00 EST",
    "Sat, 13 Nov 2010 23:29:00 gmt",
    "Sun, 13 Nov 2010 23:29:00 GMT",
    "Mon, 29 Feb 2010 00:00:00 GMT",
    "Sat, 13 Nov 2010 24:00:00 GMT",
    "Sat, 13 Nov 2010 23:60:00 GMT",
    "Sat, 13 Nov 10 23:29:00 GMT",
    "Sat, 13 XXX 2010 23:29:00 GMT",
    "Saturday, 13-Nov-10 23:29:00 GMT",
    "Sat Nov 13 23:29:00 2010",
  ])("%j is none", text => {
    expect(() => parseDate(text)).toThrow(SipParseError);
  });
});
