import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Binding,
  instanceOfGruu,
  isSameDevice,
  processRegister,
  publicGruu,
  registeredHeaders,
} from "./registrar-bindings.ts";
import { sampleRequest } from "./samples.suite.ts";
import { parseUri, type SipUri } from "./uri.ts";

const policy = { now: 1_000, least: 60, most: 3_600, usual: 600, mostBindings: 3, longest: 256 };
const one = '+sip.instance="<urn:uuid:1>";reg-id=1';
const two = '+sip.instance="<urn:uuid:2>";reg-id=1';

function register(
  contacts: readonly string[],
  {
    callId = "c",
    seq = 1,
    headers = [],
  }: { callId?: string; seq?: number; headers?: [string, string][] } = {},
) {
  return sampleRequest({
    method: "REGISTER",
    uri: "sip:a.example",
    to: "<sip:alice.eth@a.example>",
    callId,
    seq,
    headers: [
      ["Supported", "gruu, outbound"],
      ...headers,
      ...contacts.map(value => ["Contact", value] as const),
    ],
  });
}

/** What is kept after a REGISTER; the status where it was refused. */
function keep(
  kept: readonly Binding[],
  request: ReturnType<typeof register>,
  now = policy.now,
): readonly Binding[] | number {
  const outcome = processRegister(request, kept, { ...policy, now });
  if (outcome.kind === "refused") return outcome.status;
  return [...kept.filter(binding => !outcome.remove.includes(binding)), ...outcome.put];
}

function kept(...contacts: string[]): readonly Binding[] {
  const after = keep([], register(contacts));
  if (typeof after === "number") throw new Error(`refused with ${after}`);
  return after;
}

describe("processing REGISTER (RFC 3261 §10.3)", () => {
  it("keeps seven flat values of a Contact", () => {
    expect(kept(`"Alice" <sip:x@alice.invalid;transport=ws>;${one};q=0.7;expires=120`)).toEqual([
      {
        contact: "sip:x@alice.invalid;transport=ws",
        instance: "urn:uuid:1",
        regId: 1,
        callId: "c",
        cseq: 1,
        expires: 1_120,
        q: 700,
      },
    ]);
  });

  it.each([
    {
      name: "its own parameter before the header",
      contact: "<sip:x@y>;expires=120",
      header: "240",
      seconds: 120,
    },
    { name: "the header", contact: "<sip:x@y>", header: "240", seconds: 240 },
    { name: "what is usual", contact: "<sip:x@y>", seconds: 600 },
    { name: "a malformed one counts as none", contact: "<sip:x@y>;expires=soon", seconds: 600 },
    { name: "too long is cut", contact: "<sip:x@y>;expires=86400", seconds: 3_600 },
  ])("expires: $name", ({ contact, header, seconds }) => {
    const request = register([contact], { headers: header === undefined ? [] : [["Expires", header]] });
    expect(keep([], request)).toMatchObject([{ expires: 1_000 + seconds }]);
  });

  it("too short: 423 with what is the least", () => {
    expect(processRegister(register(["<sip:x@y>;expires=59"]), [], policy)).toMatchObject({
      kind: "refused",
      status: 423,
      headers: [{ name: "Min-Expires", value: "60" }],
    });
  });

  it("without a Contact it only asks", () => {
    const before = kept(`<sip:x@y>;${one}`);
    expect(keep(before, register([], { seq: 2 }))).toEqual(before);
  });

  it("the same device anew replaces its binding, whatever its Contact", () => {
    const after = keep(
      kept(`<sip:x@y>;${one}`, `<sip:z@y>;${two}`),
      register([`<sip:new@y>;${one}`], { seq: 2 }),
    );
    expect(after).toMatchObject([
      { instance: "urn:uuid:2" },
      { contact: "sip:new@y", instance: "urn:uuid:1" },
    ]);
  });

  it("a second connection of a device stands beside the first (RFC 5626 §6)", () => {
    const second = `<sip:x@y>;${one.replace("reg-id=1", "reg-id=2")}`;
    expect(keep(kept(`<sip:x@y>;${one}`), register([second], { seq: 2 }))).toHaveLength(2);
  });

  it("without outbound on the device's side its reg-id is nothing", () => {
    const request = sampleRequest({ method: "REGISTER", headers: [["Contact", `<sip:x@y>;${one}`]] });
    expect(keep([], request)).toMatchObject([{ instance: "urn:uuid:1", regId: 0 }]);
  });

  it("without an instance the same address is the same device", () => {
    const before = kept("<sip:x@y;transport=ws>");
    expect(keep(before, register(["<sip:x@Y;transport=WS>"], { seq: 2 }))).toHaveLength(1);
    expect(keep(before, register(["<sip:x@y>"], { seq: 2 }))).toHaveLength(2);
  });

  it.each([
    { name: "the same Call-ID, a higher number", callId: "c", seq: 2, result: 1 },
    { name: "the same Call-ID, the same number", callId: "c", seq: 1, result: 500 },
    { name: "the same Call-ID, a lower number", callId: "c", seq: 0, result: 500 },
    { name: "another Call-ID, any number", callId: "d", seq: 0, result: 1 },
  ])("order: $name", ({ callId, seq, result }) => {
    const after = keep(kept(`<sip:x@y>;${one}`), register([`<sip:x@y>;${one}`], { callId, seq }));
    expect(typeof after === "number" ? after : after.length).toBe(result);
  });

  it("one Contact out of order, and none of them is written", () => {
    const before = kept(`<sip:x@y>;${one}`);
    const outcome = processRegister(register([`<sip:z@y>;${two}`, `<sip:x@y>;${one}`]), before, policy);
    expect(outcome).toMatchObject({ kind: "refused", status: 500 });
  });

  it("of two Contacts of one device the later one counts", () => {
    const twice = register([`<sip:x@y>;${one}`, `<sip:z@y>;${two}`, `<sip:new@y>;${one}`]);
    expect(keep([], twice)).toMatchObject([{ instance: "urn:uuid:2" }, { contact: "sip:new@y" }]);
    expect(keep([], register(["<sip:x@y>", "<sip:x@y>;expires=0"]))).toEqual([]);
  });

  it("expires=0 takes one back", () => {
    const before = kept(`<sip:x@y>;${one}`, `<sip:z@y>;${two}`);
    expect(keep(before, register([`<sip:x@y>;${one};expires=0`], { seq: 2 }))).toMatchObject([
      { instance: "urn:uuid:2" },
    ]);
    expect(keep(before, register(["<sip:nobody@y>;expires=0"], { seq: 2 }))).toEqual(before);
  });

  it.each([
    { name: "* with Expires: 0 takes all back", result: [] },
    { name: "* with another Call-ID too", callId: "d", seq: 0, result: [] },
    { name: "* out of order", seq: 1, result: 500 },
    { name: "* without Expires", headers: [], result: 400 },
    { name: "* with another Expires", headers: [["Expires", "60"]] as [string, string][], result: 400 },
    { name: "* beside another Contact", contacts: ["*", "<sip:x@y>"], result: 400 },
  ])("$name", ({ contacts = ["*"], headers = [["Expires", "0"]], seq = 2, callId = "c", result }) => {
    const before = kept(`<sip:x@y>;${one}`, `<sip:z@y>;${two}`);
    expect(keep(before, register(contacts, { headers: headers as [string, string][], seq, callId }))).toEqual(
      result,
    );
  });

  it("what has lapsed is removed, and is no obstacle", () => {
    const before = kept(`<sip:x@y>;${one};expires=60`, `<sip:z@y>;${two};expires=600`);
    expect(keep(before, register([], { seq: 2 }), 1_060)).toMatchObject([{ instance: "urn:uuid:2" }]);
    expect(keep(before, register([`<sip:x@y>;${one}`], { seq: 1 }), 1_060)).toHaveLength(2);
  });

  it("too many devices: 403; one that is known may still refresh", () => {
    const before = kept("<sip:1@y>", "<sip:2@y>", "<sip:3@y>");
    expect(keep(before, register(["<sip:4@y>"], { seq: 2 }))).toBe(403);
    expect(keep(before, register(["<sip:2@y>"], { seq: 2 }))).toHaveLength(3);
    expect(keep(before, register(["<sip:2@y>;expires=0", "<sip:4@y>"], { seq: 2 }))).toHaveLength(3);
  });

  it.each([
    ["Contact", [`<sip:${"x".repeat(260)}@y>`], "c"],
    ["instance", [`<sip:x@y>;+sip.instance="<urn:${"x".repeat(260)}>"`], "c"],
    ["Call-ID", ["<sip:x@y>"], "c".repeat(260)],
  ])("a %s too long to be kept: 400", (_, contacts, callId) => {
    expect(keep([], register(contacts, { callId }))).toBe(400);
  });

  it("any run of REGISTERs: one binding per device, never too many, none lapsed", () => {
    const contact = fc
      .tuple(fc.nat(4), fc.nat(2), fc.constantFrom(0, 59, 60, 600))
      .map(([device, flow, seconds]) =>
        flow === 0
          ? `<sip:${device}@y>;expires=${seconds}`
          : `<sip:${device}@y>;+sip.instance="<urn:${device}>";reg-id=${flow};expires=${seconds}`,
      );
    const request = fc.record({
      contacts: fc.oneof(fc.array(contact, { maxLength: 3 }), fc.constant(["*"])),
      callId: fc.constantFrom("c", "d"),
      seq: fc.nat(20),
      headers: fc.constantFrom<[string, string][]>([], [["Expires", "0"]]),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), requests => {
        let bindings: readonly Binding[] = [];
        let now = 1_000;
        for (const { contacts, ...rest } of requests) {
          const after = keep(bindings, register(contacts, rest), now);
          if (typeof after !== "number") {
            bindings = after;
            expect(bindings.every(binding => binding.expires > now)).toBe(true);
          }
          now += 30;
        }
        expect(bindings.length).toBeLessThanOrEqual(policy.mostBindings);
        for (const binding of bindings) {
          expect(bindings.filter(other => isSameDevice(binding, other))).toEqual([binding]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the answer to REGISTER", () => {
  const address = parseUri("sip:alice.eth@a.example") as SipUri;

  it("lists every binding with what is left of it, and its address as a device", () => {
    const bindings = kept(`<sip:x@y;transport=ws>;${one};expires=120;q=0.5`, "<sip:z@y>");
    const headers = registeredHeaders(register([`<sip:x@y>;${one}`]), bindings, { now: 1_020, address });
    expect(headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'Contact: <sip:x@y;transport=ws>;expires=100;q=0.5;+sip.instance="<urn:uuid:1>";reg-id=1;pub-gruu="sip:alice.eth@a.example;gr=urn:uuid:1"',
      "Contact: <sip:z@y>;expires=580",
      "Require: outbound",
    ]);
  });

  it("no gruu for who does not know of it", () => {
    const request = sampleRequest({ method: "REGISTER" });
    const [contact] = registeredHeaders(request, kept(`<sip:x@y>;${one}`), { now: 1_000, address });
    expect(contact?.value).not.toContain("gruu");
  });

  it.each(["urn:uuid:4eb26b43-f3b5-446e-bf94-7b966d42d09a", 'a;b=c?d,e f%"', "Ünïcode"])(
    "an address as a device leads back to %s",
    instance => {
      const uri = parseUri(publicGruu(address, instance));
      if (uri.kind !== "sip") throw new Error("no SIP address");
      expect([uri.user, uri.host, instanceOfGruu(uri)]).toEqual(["alice.eth", "a.example", instance]);
    },
  );

  it("another address names no device", () => expect(instanceOfGruu(address)).toBeUndefined());
});

describe("which bindings are one device", () => {
  const [base] = kept(`<sip:x@y>;${one}`);
  it("never by an empty instance", () => {
    if (base === undefined) throw new Error("nothing was kept");
    expect(isSameDevice({ ...base, instance: "" }, base)).toBe(false);
  });
});
