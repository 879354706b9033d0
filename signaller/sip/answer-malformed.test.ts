import { describe, expect, it } from "vitest";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { formatMalformedAnswer } from "./answer-malformed.ts";

const head =
  "Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\nVia: SIP/2.0/WS b.invalid;branch=z9hG4bK2\r\nf: <sip:a@a.example>;tag=1\r\nTo: <sip:b@a.example>\r\ni: call\r\n";

/** What the node would answer to this text, after failing to read it. */
function answerTo(text: string): string | undefined {
  try {
    parseMessage(text);
  } catch (error) {
    if (error instanceof SipParseError) return formatMalformedAnswer(text, error);
    throw error;
  }
  throw new Error("This text can be read.");
}

describe("the answer to what cannot be read", () => {
  it("has what a response needs, as it stood, and says in words what is wrong", () => {
    const answer = answerTo(`INVITE sip:b@a.example SIP/2.0\r\n${head}CSeq: one INVITE\r\n\r\n`) ?? "";
    const lines = answer.split("\r\n");
    expect(lines[0]).toBe("SIP/2.0 400 Bad Request");
    expect(lines.filter(line => line.startsWith("Via: "))).toEqual([
      "Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1",
      "Via: SIP/2.0/WS b.invalid;branch=z9hG4bK2",
    ]);
    expect(lines).toContain("From: <sip:a@a.example>;tag=1");
    expect(lines).toContain("Call-ID: call");
    expect(lines).toContain("CSeq: one INVITE");
    expect(answer).toMatch(/Warning: 399 etherlynk "The SIP text cannot be read at character \d+: .*"\r\n/);
    expect(answer.endsWith("Content-Length: 0\r\n\r\n")).toBe(true);
  });

  it("tells another version by 505", () => {
    expect(answerTo(`INVITE sip:b@a.example SIP/7.0\r\n${head}CSeq: 1 INVITE\r\n\r\n`)).toMatch(
      /^SIP\/2\.0 505 /,
    );
  });

  it("undoes folds, and never passes on a line of the sender's making", () => {
    const folded = head.replace("To: <sip:b@a.example>", "To:\r\n <sip:b@a.example>");
    expect(answerTo(`INVITE sip:b@a.example SIP/2.0\r\n${folded}CSeq: x\r\n\r\n`)).toContain(
      "\r\nTo: <sip:b@a.example>\r\n",
    );
    const forged = head.replace("i: call", "i: call\rX: forged");
    expect(answerTo(`INVITE sip:b@a.example SIP/2.0\r\n${forged}CSeq: 1 INVITE\r\n\r\n`)).toBeUndefined();
  });

  it.each([
    ["an ACK", `ACK sip:b@a.example SIP/2.0\r\n${head}CSeq: x\r\n\r\n`],
    ["a response", `SIP/2.0 200 OK\r\n${head}CSeq: x\r\n\r\n`],
    ["no SIP at all", "hello\r\n\r\n"],
    ["nothing", ""],
    [
      "a request without a Via",
      `INVITE sip:b@a.example SIP/2.0\r\n${head.replace(/Via:[^\r]*\r\n/g, "")}CSeq: x\r\n\r\n`,
    ],
  ])("is none for %s", (_, text) => expect(answerTo(text)).toBeUndefined());
});
