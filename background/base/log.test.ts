import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EtherlynkError } from "../../protocol/errors.ts";
import { createLog, formatLogLine, type LogLevel, type LogLine } from "./log.ts";
import { page, person, scrub, secret } from "./redaction.ts";

class Refused extends EtherlynkError {
  constructor(options?: { cause?: unknown }) {
    super("wallet.refused", "The wallet of alice.eth refused. Unlock it.", options);
  }
}

function record(level: LogLevel = "debug") {
  const lines: LogLine[] = [];
  return { lines, log: createLog({ now: () => 1_000, level, write: line => void lines.push(line) }) };
}

describe("a log", () => {
  it("writes lines of its level and above", () => {
    const { lines, log } = record("info");
    for (const level of ["error", "warn", "info", "debug"] as const) log[level](`call.test.${level}`);
    expect(lines.map(({ name }) => name)).toEqual(["call.test.error", "call.test.warn", "call.test.info"]);
    expect(lines[0]).toEqual({ at: 1_000, level: "error", name: "call.test.error", fields: {} });
  });

  it("numbers people and pages, the same one the same, and keeps secrets wholly back", () => {
    const { lines, log } = record();
    log.info("call.invite.sent", { to: person("alice.eth"), from: page("https://alice.eth") });
    log.info("call.invite.sent", {
      to: person("bob.eth"),
      again: person("alice.eth"),
      with: secret("hunter2"),
    });
    expect(lines.map(({ fields }) => fields)).toEqual([
      { to: "‹person 1›", from: "‹page 2›" },
      { to: "‹person 3›", again: "‹person 1›", with: "‹secret›" },
    ]);
  });

  it("does not remember without end", () => {
    const { lines, log } = record();
    for (let i = 0; i < 2_500; i += 1) log.debug("call.seen", { who: person(`0x${i}`) });
    const numbers = lines.map(({ fields }) => Number(/\d+/.exec(String(fields["who"]))?.[0]));
    expect(Math.max(...numbers)).toBe(1_000);
  });

  it("a typed failure is told by its code and scrubbed sentence, with its cause", () => {
    const { lines, log } = record();
    log.failed(
      "wallet.ask.failed",
      new Refused({ cause: new TypeError("no wss://node.example/s?token=1") }),
      {
        tries: 2,
      },
    );
    expect(lines[0]).toMatchObject({
      level: "error",
      fields: {
        tries: 2,
        code: "wallet.refused",
        said: "The wallet of ‹name› refused. Unlock it.",
        cause: "TypeError: no ‹address›",
      },
    });
  });

  it("a bug shows where it is, without the machine's folders", () => {
    const { lines, log } = record();
    log.failed("phone.bug", new RangeError("too deep"));
    const fields = lines[0]?.fields;
    expect(fields).toMatchObject({ code: "RangeError", said: "too deep" });
    expect(fields?.["at"]).toContain("log.test.ts:");
    expect(fields?.["at"]).not.toContain("/");
  });

  it("anything can be thrown", () => {
    const { lines, log } = record();
    log.failed("phone.bug", undefined);
    log.failed("phone.bug", "call sip:bob@node.example");
    expect(lines.map(({ fields }) => fields["said"])).toEqual(["undefined", "call ‹address›"]);
  });

  it("a line of text keeps its fields apart", () => {
    const { lines, log } = record();
    log.info("line.up", { node: "n 1", tries: 2, gone: undefined, sure: true });
    expect(lines.map(formatLogLine)).toEqual([
      '1970-01-01T00:00:01.000Z info line.up node="n 1" tries=2 sure=true',
    ]);
  });
});

describe("scrub", () => {
  const personal = [
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "alice.eth",
    "pay.alice-2.eth",
    "sip:alice.eth@node.example;transport=ws",
    "bob@node.example:5061",
    "+999 1234-5678",
    "+99912345678",
    "https://app.example/orders/17?who=bob",
    "203.0.113.77",
    "2001:db8:0:1:1:1:1:1",
    "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1Ijoi",
  ];

  it("takes out what names somebody or something, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...personal),
        fc.constantFrom("", "Could not reach ", '"'),
        fc.constantFrom("", " now.", '"', ", sorry"),
        (name, before, after) => {
          expect(scrub(before + name + after)).not.toContain(name);
          expect(scrub(before + name + after).startsWith(before)).toBe(true);
        },
      ),
    );
  });

  it("leaves ordinary words, codes and figures", () => {
    const plain =
      "call.invite.refused 486 Busy Here after 1200 ms, 3 of 5; RFC 3261 §17.1, 12:30:01, ethernet";
    expect(scrub(plain)).toBe(plain);
  });

  it("is bounded and quick on hostile text", () => {
    for (const piece of ["a", "@", "a@", "1.", "+1 ", "a:", ".eth", "-", "0x"]) {
      const text = piece.repeat(100_000);
      const before = performance.now();
      expect(scrub(text).length).toBeLessThan(3_000);
      expect(performance.now() - before).toBeLessThan(200);
    }
  });
});
