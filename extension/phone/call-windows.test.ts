import { describe, expect, it, vi } from "vitest";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import type { WindowWish } from "../../background/worker/worker-contract.ts";
import type { Call, CallState } from "../../protocol/call/call.ts";
import { incomingCall, outgoingCall, tagA } from "../../protocol/call/call-samples.suite.ts";
import { openFeatureRig } from "../features/feature-rig.suite.ts";
import { startCallWindows } from "./call-windows.ts";

const ringing: CallState = { kind: "ringing-in", tag: tagA, alerting: true, early: "none" };
const screening: CallState = { kind: "screening", tag: tagA, at: "asking" };
const ended: CallState = { kind: "ended", reason: "declined", talked: false };

function toRecord(call: Call): CallRecord {
  const times = {
    began: 1,
    connected: undefined,
    ended: undefined,
    doubt: undefined,
    found: undefined,
    isGuest: false,
  };
  return { id: call.id, call, address: call.peer, context: call.context, ...times };
}

async function open() {
  const rig = await openFeatureRig();
  const calls = new Map<string, CallRecord>();
  const listeners = new Set<(record: CallRecord) => void>();
  const acts: string[] = [];
  const doors: string[] = [];
  let windows = 10;
  const change = (call: Call) => {
    const record = toRecord(call);
    calls.set(record.id, record);
    for (const listener of listeners) listener(record);
  };
  const kit = {
    calls: { list: () => [...calls.values()], watch: (it: (r: CallRecord) => void) => listeners.add(it) },
    accept: (id: string) => acts.push(`accept ${id}`),
    tell: (id: string, act: string) => acts.push(`${act} ${id}`),
  } as unknown as PhoneKit;
  const opened = (wish: WindowWish) => {
    windows += 1;
    doors.push(`open ${wish.page === "call" ? wish.call : wish.page}`);
    return { window: windows };
  };
  rig.panel.answer("worker.window.open", opened, rig.signal);
  const focus = vi.fn(({ window }: { window: number }) => ({ focused: window === windows }));
  rig.panel.answer("worker.window.focus", focus, rig.signal);
  rig.panel.answer(
    "worker.notice.show",
    ({ id, message }) => {
      doors.push(`${id}: ${message}`);
      return null;
    },
    rig.signal,
  );
  rig.panel.answer(
    "worker.notice.clear",
    ({ id }) => {
      doors.push(`clear ${id}`);
      return null;
    },
    rig.signal,
  );
  const shown = startCallWindows({
    ...{ bus: rig.bus, kit, failed: rig.failed, signal: rig.signal },
    titleOf: () => "Bob",
  });
  return { ...rig, shown, change, acts, doors, windowOf: () => windows };
}

describe("windows of calls", () => {
  it("one opens when it rings, with one notice, which goes when it is answered", async () => {
    const { change, doors } = await open();
    change({ ...incomingCall, state: screening });
    change({ ...incomingCall, proof: "proven", state: ringing });
    const notice = "in@example: Calls you, about 7 on app.example.";
    await expect.poll(() => doors).toEqual([notice, "open in@example"]);
    change({ ...incomingCall, proof: "proven", state: { ...ringing, alerting: false } });
    change({ ...incomingCall, state: { kind: "connecting-in", tag: tagA, step: { at: "making-offer" } } });
    await expect.poll(() => doors).toEqual([notice, "open in@example", "clear in@example"]);
  });

  it("one opens at once for whoever calls, and says so where nobody was proven", async () => {
    const { change, doors } = await open();
    change({ ...outgoingCall, state: { kind: "resolving" } });
    change({ ...incomingCall, proof: "waived", state: ringing });
    await expect.poll(() => doors).toContain("open out@example");
    expect(doors.join()).toContain("Not proved who this is");
  });

  it("none opens for a call that was refused before it rang", async () => {
    const { change, doors } = await open();
    change({ ...incomingCall, state: screening });
    change({ ...incomingCall, state: ended });
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(doors).toEqual([]);
  });

  it("its closing declines while it rings, hangs up while it is on, and is nothing after the end", async () => {
    const { change, acts, shown, doors } = await open();
    change({ ...incomingCall, state: ringing });
    change({ ...outgoingCall, state: { kind: "ringing-out" } });
    await expect.poll(() => doors.filter(it => it.startsWith("open"))).toHaveLength(2);
    shown.gone(incomingCall.id);
    shown.gone(outgoingCall.id);
    expect(acts).toEqual(["decline in@example", "hang-up out@example"]);
    change({ ...outgoingCall, state: ended });
    shown.gone(outgoingCall.id);
    expect(acts).toHaveLength(2);
  });

  it("the browser's word that the window was closed counts too", async () => {
    const { change, acts, panel, windowOf, doors } = await open();
    change({ ...outgoingCall, state: { kind: "ringing-out" } });
    await expect.poll(() => doors).toHaveLength(1);
    panel.tell("worker.window.closed", { window: 3 });
    panel.tell("worker.window.closed", { window: windowOf() });
    await expect.poll(() => acts).toEqual(["hang-up out@example"]);
  });

  it("is brought to the front, and opened anew where it is gone", async () => {
    const { change, shown, doors } = await open();
    change({ ...outgoingCall, state: { kind: "ringing-out" } });
    await expect.poll(() => doors).toHaveLength(1);
    await shown.show(outgoingCall.id);
    expect(doors).toHaveLength(1);
    change({ ...incomingCall, state: { kind: "ringing-in", tag: tagA, alerting: false, early: "none" } });
    await expect.poll(() => doors.filter(it => it.startsWith("open"))).toHaveLength(2);
    await shown.show(outgoingCall.id);
    expect(doors.filter(it => it === "open out@example")).toHaveLength(2);
  });
});

it.each([
  ["answer", ["accept in@example"]],
  ["decline", ["decline in@example"]],
  ["open", []],
] as const)("a notice's %s", async (choice, does) => {
  const { change, acts, panel, doors } = await open();
  change({ ...incomingCall, state: ringing });
  await expect.poll(() => doors.length).toBeGreaterThan(1);
  panel.tell("worker.notice.clicked", { id: "in@example", choice });
  panel.tell("worker.notice.clicked", { id: "nobody@example", choice });
  await expect.poll(() => acts).toEqual(does);
});
