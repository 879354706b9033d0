import { expect, it } from "vitest";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { createDisk } from "../../background/store/rig.suite.ts";
import type { Call } from "../../protocol/call/call.ts";
import { incomingCall, outgoingCall, tagA, talkingCall } from "../../protocol/call/call-samples.suite.ts";
import { openFeatureRig } from "../features/feature-rig.suite.ts";
import { startRecents } from "../features/recents/phone.ts";
import { noteOpenCalls } from "./open-calls.ts";

const ringing: Call = {
  ...incomingCall,
  state: { kind: "ringing-in", tag: tagA, alerting: true, early: "none" },
};
const ended: Call = { ...outgoingCall, state: { kind: "ended", reason: "hung-up-by-me", talked: true } };

async function open(disk = createDisk()) {
  const rig = await openFeatureRig(disk);
  const recents = await startRecents(rig, { titleOf: () => undefined }, rig.signal);
  const listeners = new Set<(record: CallRecord) => void>();
  const kit = {
    calls: { list: () => [], watch: (it: (record: CallRecord) => void) => listeners.add(it) },
  } as unknown as PhoneKit;
  noteOpenCalls({ kit, store: rig.store, log: recents, failed: rig.failed, signal: rig.signal });
  const change = (call: Call, connected?: number) => {
    const times = { began: 5, connected, ended: undefined, doubt: undefined, found: undefined };
    const record: CallRecord = {
      ...{ id: call.id, call, address: call.peer, context: call.context, isGuest: false },
      ...times,
    };
    for (const listener of listeners) listener(record);
  };
  const left = async () => (await rig.store.pending.find("kind", "calls.open")).entries.length;
  const logged = async () => (await rig.store.recents.page({ limit: 9 })).entries.map(({ value }) => value);
  return { ...rig, disk, change, left, logged, recents };
}

it("a call that was on when the phone ended is in the log of the next one, once", async () => {
  const first = await open();
  first.change(talkingCall({ media: "flowing" }), 7);
  first.change(ringing);
  await expect.poll(first.left).toBe(2);
  first.stop();
  const second = await open(first.disk);
  await expect.poll(second.left).toBe(0);
  expect(await second.logged()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: outgoingCall.id, reason: "network-lost", talked: true, connected: 7 }),
      expect.objectContaining({ id: incomingCall.id, reason: "cancelled", talked: false, seen: false }),
    ]),
  );
  second.stop();
  const third = await open(first.disk);
  expect(await third.logged()).toHaveLength(2);
  expect(third.failed).not.toHaveBeenCalled();
});

it("a call that ended is noted no more, and not written twice where the phone ended in between", async () => {
  const first = await open();
  first.change(talkingCall(), 7);
  await expect.poll(first.left).toBe(1);
  first.change(ended, 7);
  await expect.poll(first.left).toBe(0);
  first.change(talkingCall(), 7);
  await expect.poll(first.left).toBe(1);
  const { id, direction, peer, proof, context } = outgoingCall;
  const facts = { id, direction, peer, proof, context, address: peer, began: 5, connected: 7, ended: 9 };
  await first.recents.write({ ...facts, reason: "hung-up-by-me", talked: true });
  first.stop();
  const second = await open(first.disk);
  await expect.poll(second.left).toBe(0);
  expect(await second.logged()).toEqual([expect.objectContaining({ reason: "hung-up-by-me" })]);
});

it("what cannot be read is dropped, and nothing is written for it", async () => {
  const first = await open();
  await first.store.pending.put("x", { kind: "calls.open", due: 1, tries: 0, body: { id: 7 } });
  first.stop();
  const second = await open(first.disk);
  await expect.poll(second.left).toBe(0);
  expect(await second.logged()).toEqual([]);
});
