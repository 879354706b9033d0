import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { toSipUri } from "./address-keys.ts";
import type { Flow } from "./flow.ts";
import { sipRoomLimits } from "./limits.ts";
import { register } from "./register.ts";
import { createRegistrar } from "./registrar.ts";

const limits = { ...sipRoomLimits, devicesPerUser: 3, bindingsPerConnection: 2 };

function createSetting() {
  const clock = { now: 1_000 };
  const registrar = createRegistrar(() => clock.now);
  let seq = 0;
  let flows = 0;
  const createFlow = (): Flow => ({ kind: "client", id: ++flows, closed: false, deliver: () => true });
  const toRequest = (contacts: readonly string[], more: string): SipRequest => {
    const message = parseMessage(
      `REGISTER sip:a.example SIP/2.0\r\nVia: SIP/2.0/WS d.invalid;branch=z9hG4bK1\r\nFrom: <sip:bob@a.example>;tag=1\r\nTo: <sip:bob@a.example>\r\n` +
        `Call-ID: c\r\nCSeq: ${++seq} REGISTER\r\n${contacts.map(value => `Contact: ${value}\r\n`).join("")}${more}\r\n`,
    );
    if (message.kind !== "request") throw new Error("This is a request.");
    return message;
  };
  const tryRegister = (
    flow: Flow,
    contacts: readonly string[],
    { user = "bob", proven = false, until = Number.POSITIVE_INFINITY, more = "" } = {},
  ) => {
    const address = toSipUri(`sip:${user}@a.example`);
    if (address === undefined) throw new Error("This is an address.");
    const registering = { request: toRequest(contacts, more), user, address, flow, proven, until };
    return register(registering, { registrar, limits, now: () => clock.now });
  };
  return { clock, registrar, createFlow, tryRegister };
}

const device = (n: number) => `<sip:d${n}@d${n}.invalid;transport=ws>;+sip.instance="<urn:uuid:${n}>"`;

describe("registering at a node", () => {
  it("writes down strings of its own, none cut from the message", () => {
    const { registrar, createFlow, tryRegister } = createSetting();
    const flow = createFlow();
    expect(tryRegister(flow, [`${device(1)};expires=60`]).status).toBe(200);
    expect(registrar.bindingsOf("bob")).toEqual([
      {
        user: "bob",
        contact: "sip:d1@d1.invalid;transport=ws",
        contactKey: "d1@d1.invalid",
        instance: "urn:uuid:1",
        regId: 0,
        callId: "c",
        cseq: 1,
        expires: 1_060,
        q: 1_000,
        flow,
      },
    ]);
  });

  it("grants no longer than the delegation lasts", () => {
    const { registrar, createFlow, tryRegister } = createSetting();
    const answer = tryRegister(createFlow(), [`${device(1)};expires=600`], { until: 1_030.5 });
    expect(answer.headers[0]?.value).toContain(";expires=30");
    expect(registrar.bindingsOf("bob")[0]?.expires).toBe(1_030);
  });

  it("bounds devices of a user and lines of a connection", () => {
    const { createFlow, tryRegister } = createSetting();
    const flow = createFlow();
    expect(tryRegister(flow, [device(1)]).status).toBe(200);
    expect(tryRegister(flow, [device(1)]).status).toBe(200);
    expect(tryRegister(flow, [device(1)], { user: "second" }).status).toBe(200);
    expect(tryRegister(flow, [device(1)], { user: "third" }).status).toBe(403);
    expect(tryRegister(createFlow(), [device(2)]).status).toBe(200);
    expect(tryRegister(createFlow(), [device(3)]).status).toBe(200);
    expect(tryRegister(createFlow(), [device(4)]).status).toBe(403);
  });

  it("lets nobody who has proven nothing take away what another connection holds by *", () => {
    const { registrar, createFlow, tryRegister } = createSetting();
    const [one, two] = [createFlow(), createFlow()];
    tryRegister(one, [device(1)]);
    tryRegister(two, [device(2)]);
    expect(tryRegister(two, ["*"], { more: "Expires: 0\r\n" }).status).toBe(200);
    expect(registrar.bindingsOf("bob").map(({ instance }) => instance)).toEqual(["urn:uuid:1"]);
    expect(tryRegister(two, ["*"], { more: "Expires: 0\r\n", proven: true }).status).toBe(200);
    expect(registrar.size).toBe(0);
  });

  it.each([
    ["a Contact that is no SIP address", ["<mailto:a@b.example>"], 400],
    ["a Contact too long", [`<sip:${"x".repeat(600)}@d.invalid>`], 400],
    ["an instance too long", [`<sip:x@d.invalid>;+sip.instance="<${"x".repeat(200)}>"`], 400],
    ["a time too short", ["<sip:x@d.invalid>;expires=3"], 423],
  ])("refuses %s, and all that came with it", (_, contacts, status) => {
    const { registrar, createFlow, tryRegister } = createSetting();
    expect(tryRegister(createFlow(), [device(1), ...contacts]).status).toBe(status);
    expect(registrar.size).toBe(0);
  });
});
