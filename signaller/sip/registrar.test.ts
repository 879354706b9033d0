import { describe, expect, it } from "vitest";
import type { Flow } from "./flow.ts";
import { type Binding, createRegistrar } from "./registrar.ts";

function createSetting() {
  const clock = { now: 100 };
  const registrar = createRegistrar(() => clock.now);
  let flows = 0;
  const createFlow = (): Flow & { closed: boolean } => ({
    kind: "client",
    id: ++flows,
    closed: false,
    deliver: () => true,
  });
  return { clock, registrar, createFlow };
}

function createBinding(flow: Flow, over: Partial<Binding> = {}): Binding {
  const contactKey = over.contactKey ?? `c${flow.id}@host${flow.id}.invalid`;
  return {
    user: "alice",
    contact: `sip:${contactKey};transport=ws`,
    contactKey,
    instance: `urn:uuid:${flow.id}`,
    regId: 1,
    flow,
    callId: "call",
    cseq: 1,
    expires: 700,
    q: 1000,
    ...over,
  };
}

describe("registrar", () => {
  it("knows every device of a user, and none of a stranger", () => {
    const { registrar, createFlow } = createSetting();
    const [one, two] = [createBinding(createFlow()), createBinding(createFlow())];
    registrar.put(one);
    registrar.put(two);
    expect(registrar.bindingsOf("alice")).toEqual([one, two]);
    expect(registrar.bindingsOf("bob")).toEqual([]);
    expect([registrar.users, registrar.size]).toEqual([1, 2]);
  });

  it("replaces a device's binding when it comes back by another flow", () => {
    const { registrar, createFlow } = createSetting();
    const old = createFlow();
    registrar.put(createBinding(old, { instance: "urn:uuid:x", contactKey: "a@h.invalid" }));
    const flow = createFlow();
    const fresh = createBinding(flow, { instance: "urn:uuid:x", contactKey: "a@h.invalid" });
    registrar.put(fresh);
    expect(registrar.bindingsOf("alice")).toEqual([fresh]);
    expect(registrar.flowOf("a@h.invalid")).toBe(flow);
    registrar.forget(old);
    expect(registrar.bindingsOf("alice")).toEqual([fresh]);
    expect(registrar.flowOf("a@h.invalid")).toBe(flow);
  });

  it("tells devices without an instance apart by their Contact", () => {
    const { registrar, createFlow } = createSetting();
    const flow = createFlow();
    registrar.put(createBinding(flow, { instance: "", contactKey: "a@h" }));
    registrar.put(createBinding(flow, { instance: "", contactKey: "b@h" }));
    registrar.put(createBinding(flow, { instance: "", contactKey: "a@h", cseq: 2 }));
    expect(registrar.bindingsOf("alice").map(({ contactKey, cseq }) => [contactKey, cseq])).toEqual([
      ["b@h", 1],
      ["a@h", 2],
    ]);
  });

  it("forgets a flow with all its bindings and Contacts", () => {
    const { registrar, createFlow } = createSetting();
    const flow = createFlow();
    registrar.put(createBinding(flow));
    registrar.put(createBinding(flow, { user: "team", contactKey: "t@h" }));
    registrar.note("n@h", flow);
    expect(registrar.bindingsOn(flow)).toHaveLength(2);
    registrar.forget(flow);
    expect([registrar.users, registrar.size]).toEqual([0, 0]);
    expect(["c1@host1.invalid", "t@h", "n@h"].map(registrar.flowOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("shows nobody an expired binding, and sweeps it out", () => {
    const { clock, registrar, createFlow } = createSetting();
    registrar.put(createBinding(createFlow(), { expires: 160 }));
    const stays = createBinding(createFlow(), { expires: 700 });
    registrar.put(stays);
    clock.now = 160;
    expect(registrar.bindingsOf("alice")).toEqual([stays]);
    expect(registrar.size).toBe(2);
    registrar.sweep();
    expect(registrar.size).toBe(1);
  });

  it("does not let a second live flow take a Contact that another holds", () => {
    const { registrar, createFlow } = createSetting();
    const [holder, thief] = [createFlow(), createFlow()];
    registrar.put(createBinding(holder, { contactKey: "a@h.invalid" }));
    expect(registrar.note("a@h.invalid", thief)).toBe(false);
    registrar.put(createBinding(thief, { user: "mallory", contactKey: "a@h.invalid" }));
    expect(registrar.flowOf("a@h.invalid")).toBe(holder);
    registrar.forget(thief);
    expect(registrar.flowOf("a@h.invalid")).toBe(holder);
    holder.closed = true;
    expect(registrar.note("a@h.invalid", thief)).toBe(true);
    expect(registrar.flowOf("a@h.invalid")).toBe(thief);
  });

  it("keeps a noted Contact when the binding beside it goes", () => {
    const { registrar, createFlow } = createSetting();
    const flow = createFlow();
    const binding = createBinding(flow);
    registrar.put(binding);
    registrar.note(binding.contactKey, flow);
    registrar.remove(binding);
    registrar.remove(binding);
    expect(registrar.size).toBe(0);
    expect(registrar.flowOf(binding.contactKey)).toBe(flow);
  });
});
