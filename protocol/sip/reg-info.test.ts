import { describe, expect, it } from "vitest";
import { parseNumber } from "../number/number.ts";
import { formatRegInfo, mostNumberNews, type NumberNews, parseRegInfo } from "./reg-info.ts";

const news: readonly NumberNews[] = [
  { number: parseNumber("+999 2000 2000"), isGone: true },
  { number: parseNumber("+999 1234"), isGone: false },
];

describe("registration information about numbers", () => {
  it("is read as it was written", () => {
    const body = formatRegInfo("two.example", news);
    expect(body).toContain('aor="sip:+99920002000@two.example" id="+99920002000" state="terminated"');
    expect(parseRegInfo(body)).toEqual(news);
  });

  it("is found in documents of other registrars too, with contacts in them (RFC 3680 §5.5)", () => {
    const body = `<?xml version="1.0"?>
      <reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1" state="full">
        <registration aor="sip:joe@example.com" id="a7" state="active">
          <contact id="76" state="active" event="registered"><uri>sip:joe@pc34.example.com</uri></contact>
        </registration>
        <registration id="a8" state="terminated" aor="sip:+9991234@example.com">
        </registration>
        <registration aor="sip:+9995678@example.com" id="a9" state="init"/>
      </reginfo>`;
    expect(parseRegInfo(body)).toEqual([{ number: "+9991234", isGone: true }]);
  });

  it.each([
    ["nothing", ""],
    ["no number of ours", '<registration aor="sip:+4912345@x" state="terminated"/>'],
    ["a number that is none", '<registration aor="sip:+999&amp;1234@x" state="terminated"/>'],
    ["no state", '<registration aor="sip:+9991234@x"/>'],
    ["an element that has no end", '<registration aor="sip:+9991234@x" state="terminated"'],
  ])("%s says nothing", (_what, body) => {
    expect(parseRegInfo(body)).toEqual([]);
  });

  it("has an end", () => {
    const line = '<registration aor="sip:+9991234@x" state="terminated"/>';
    expect(parseRegInfo(line.repeat(100))).toHaveLength(mostNumberNews);
    expect(parseRegInfo(line.repeat(1_000))).toEqual([]);
  });
});
