import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EtherlynkError } from "../errors.ts";
import type { AskId } from "../ids.ts";
import {
  AskError,
  busLimits,
  busVersion,
  fromReply,
  isEnvelope,
  isReply,
  toAsk,
  toFailure,
  toReply,
  toTell,
} from "./envelope.ts";

const id = "3f0a7a0e-8d1c-4d3f" as AskId;
const ask = toAsk(id, "sample.thing.read", { id: 7 });
const tell = toTell("bus.owner.started", { owner: "calls" });
const good = toReply(id, { ok: true, value: ["a", null] });
const bad = toReply(id, { ok: false, error: { code: "sample.thing", message: "Try again." } });

class SampleError extends EtherlynkError {}

describe("isEnvelope", () => {
  it.each([ask, tell, good, bad])(
    "takes what is made here, also after a clone and after JSON: %j",
    envelope => {
      expect(isEnvelope(envelope)).toBe(true);
      expect(isEnvelope(structuredClone(envelope))).toBe(true);
      expect(isEnvelope(JSON.parse(JSON.stringify(envelope)))).toBe(true);
    },
  );

  it("takes an ask without a body, which JSON leaves out", () => {
    expect(isEnvelope(JSON.parse(JSON.stringify(toAsk(id, "bus.version.read", undefined))))).toBe(true);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "ask"],
    ["a list", [ask]],
    ["an empty object", {}],
    ["a message of another extension", { type: "ping" }],
    ["no version", { ...ask, etherlynk: undefined }],
    ["another version", { ...ask, etherlynk: busVersion + 1 }],
    ["a version as text", { ...ask, etherlynk: "1" }],
    ["no kind", { ...ask, kind: undefined }],
    ["a kind of an object's own", { ...ask, kind: "constructor" }],
    ["an ask without id", { ...ask, id: undefined }],
    ["an id too short", { ...ask, id: "7" }],
    ["an id too long", { ...ask, id: "x".repeat(65) }],
    ["an id with a line end", { ...ask, id: `${id}\n` }],
    ["an id that is an object", { ...ask, id: { toString: "x" } }],
    ["a name that is none", { ...ask, name: "read" }],
    ["a name as a list", { ...ask, name: ["sample.thing.read"] }],
    ["one field more", { ...ask, sender: "page" }],
    ["an own __proto__", JSON.parse(`{"__proto__": {}, ${JSON.stringify(ask).slice(1)}`)],
    ["a body with an own __proto__", { ...ask, body: JSON.parse('{"a": {"__proto__": {"isAdmin": true}}}') }],
    ["a body with a function", { ...ask, body: { run: () => 1 } }],
    ["a body with bytes", { ...tell, body: new Uint8Array(3) }],
    ["a body too large", { ...tell, body: "x".repeat(busLimits.characters + 1) }],
    ["a body of too many values", { ...tell, body: Array(busLimits.values + 1).fill(0) }],
    ["a tell with an id", { ...tell, id }],
    ["a reply without a reply", { ...good, reply: undefined }],
    [
      "a reply that is both",
      { ...good, reply: { ok: true, value: 1, error: { code: "a.b", message: "c" } } },
    ],
    ["a reply with ok as text", { ...good, reply: { ok: "true", value: 1 } }],
    ["a failure without a code", { ...bad, reply: { ok: false, error: { message: "c" } } }],
    ["a code that is none", { ...bad, reply: { ok: false, error: { code: "Nope!", message: "c" } } }],
    [
      "a code too long",
      { ...bad, reply: { ok: false, error: { code: `a.${"b".repeat(64)}`, message: "c" } } },
    ],
    [
      "a message too long",
      { ...bad, reply: { ok: false, error: { code: "a.b", message: "c".repeat(1_001) } } },
    ],
    [
      "a failure with a stack",
      { ...bad, reply: { ok: false, error: { code: "a.b", message: "c", stack: "d" } } },
    ],
    ["an instance", Object.assign(new (class Ask {})(), ask)],
    ["inherited fields", Object.create(ask)],
  ])("refuses %s", (_what, value) => {
    expect(isEnvelope(value)).toBe(false);
  });

  it("never throws, and whatever it takes is one of three kinds", () => {
    const parts = fc.record(
      {
        etherlynk: fc.oneof(fc.constant(busVersion), fc.anything()),
        kind: fc.oneof(fc.constantFrom("ask", "reply", "tell"), fc.anything()),
        id: fc.oneof(fc.constant(id), fc.anything()),
        name: fc.oneof(fc.constant("sample.thing.read"), fc.anything()),
        body: fc.anything({ withSparseArray: true, withMap: true, withNullPrototype: true }),
        reply: fc.oneof(
          fc.constant({ ok: true, value: 1 }),
          fc.record({ ok: fc.anything(), error: fc.anything() }),
        ),
      },
      { requiredKeys: [] },
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(parts, fc.anything()), value => {
        if (!isEnvelope(value)) return;
        taken += 1;
        expect(["ask", "reply", "tell"]).toContain(value.kind);
        if (value.kind === "reply") expect(isReply(value.reply)).toBe(true);
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it("pollutes no prototype", () => {
    const hostile = `{"etherlynk":1,"kind":"tell","name":"a.b.c","body":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}`;
    expect(isEnvelope(JSON.parse(hostile))).toBe(false);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe("replies", () => {
  it("an error of ours travels as code and sentence, and is thrown again on the other side", () => {
    const failure = toFailure(new SampleError("sample.thing", "Try again."));
    expect(failure).toEqual({ code: "sample.thing", message: "Try again." });
    expect(() => fromReply({ ok: false, error: failure })).toThrow(AskError);
    expect(() => fromReply({ ok: false, error: failure })).toThrow("Try again.");
  });

  it.each([new Error("password is 1234"), "password", { code: "a.b", message: "c" }, undefined])(
    "a bug tells nothing of what it knows: %j",
    error => {
      expect(toFailure(error)).toEqual({
        code: "bus.bug",
        message: "Something went wrong inside the phone. Please report it.",
      });
    },
  );

  it("a sentence is cut to its limit, so that the failure of a failure is none", () => {
    const failure = toFailure(new SampleError("sample.thing", "x".repeat(5_000)));
    expect(isEnvelope(toReply(id, { ok: false, error: failure }))).toBe(true);
  });

  it("a value comes out as it went in", () => {
    expect(fromReply({ ok: true, value: [1, { a: null }] })).toEqual([1, { a: null }]);
  });
});
