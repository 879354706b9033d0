import { describe, expect, it } from "vitest";
import type { CallId } from "../../protocol/ids.ts";
import type { Context } from "../../protocol/words/context.ts";
import { pickFields } from "./fields.ts";
import { rawText } from "./log-rig.suite.ts";
import { type Contact, contacts } from "./records/contact.ts";
import type { Pending } from "./records/pending.ts";
import { type RecentCall, recentCalls } from "./records/recent-call.ts";
import { createDisk } from "./rig.suite.ts";
import { openStore, type Store } from "./store.ts";

const context: Context = {
  chainId: 31_337,
  order: "OTC-2041",
  origin: "https://escrow.example",
  title: "Forty bales of cotton",
};

const call: RecentCall = {
  id: "f81d4fae-7dec-11d0@node.example" as CallId,
  direction: "incoming",
  address: "sip:bob.eth@node.example",
  peer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  title: "bob.eth",
  proof: "proven",
  reason: "no-answer",
  talked: false,
  began: 1_795_000_000_000,
  connected: undefined,
  ended: 1_795_000_030_000,
  context,
  seen: false,
};

const bob: Contact = {
  title: "Bob of the cotton exchange",
  addresses: ["bob.eth", "+99912345678"],
  accounts: ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
  isFavourite: false,
  isBlocked: false,
  added: 1_795_000_000_000,
};

const receipt: Pending = { kind: "receipts.deliver", due: 5, tries: 0, body: { to: "bob.eth" } };

function openOn(disk = createDisk()) {
  const stop = new AbortController();
  return { disk, stop, opening: openStore({ ...disk.options, now: 1, signal: stop.signal }) };
}

async function fill(store: Store): Promise<void> {
  await store.recents.append([call]);
  await store.contacts.put("c1", bob);
  await store.settings.put("site.https://escrow.example", { value: { isOn: true } });
  await store.pending.put("receipt.f81d4fae", receipt);
  await store.replays.remember({ callId: call.id, fromTag: "a6c8", iat: 1_795_000_000 }, 1_795_000_000_000);
}

describe("the phone's store", () => {
  it("keeps what a phone keeps, over a restart", async () => {
    const { disk, stop, opening } = openOn();
    await fill(await opening);
    stop.abort();
    const store = await openOn(disk).opening;
    expect((await store.recents.page({ limit: 9, person: call.peer })).entries).toEqual([
      { seq: 1, value: call },
    ]);
    expect((await store.recents.page({ limit: 9, person: call.address })).entries).toHaveLength(1);
    for (const text of ["cotton", "otc-2041", "0x7099", "ESCROW.example"]) {
      const found = [];
      for await (const { entries } of store.recents.search({ text })) found.push(...entries);
      expect(found, text).toHaveLength(1);
    }
    expect((await store.contacts.find("address", "+99912345678")).entries).toEqual([
      { id: "c1", value: bob },
    ]);
    expect((await store.contacts.find("address", call.peer)).entries).toHaveLength(1);
    expect(await store.settings.get("site.https://escrow.example")).toEqual({ value: { isOn: true } });
    expect((await store.pending.range({ to: 5 })).entries).toEqual([
      { id: "receipt.f81d4fae", value: receipt },
    ]);
    expect((await store.pending.find("kind", "receipts.deliver")).entries).toHaveLength(1);
  });

  it("has nobody's name, address or site on the disk in clear, nor where anybody has been", async () => {
    const { disk, opening } = openOn();
    const store = await opening;
    await fill(store);
    await store.recents.append(Array.from({ length: 120 }, () => call));
    const raw = await rawText(await disk.open());
    const tells = [
      "bob",
      "Bob",
      "cotton",
      "7099",
      "escrow",
      "OTC",
      "99912345678",
      "f81d4fae",
      "node.example",
      "no-answer",
    ];
    for (const tell of tells) expect(raw, tell).not.toContain(tell);
    expect(raw).not.toContain(String(call.began));
  });

  it("reads only what is a call or a contact", () => {
    expect(recentCalls.read(JSON.parse(JSON.stringify(call)), 1)).toEqual(JSON.parse(JSON.stringify(call)));
    // As it was written before names of the chain were kept.
    const { title: _, ...older } = call;
    expect(recentCalls.read(older, 1)).toEqual(older);
    expect(contacts.read(bob, 1)).toEqual(bob);
    for (const field of Object.keys(recentCalls.fields)) {
      if (["title", "connected", "ended", "context"].includes(field)) continue;
      expect(recentCalls.read({ ...call, [field]: undefined }, 1), field).toBeUndefined();
    }
    for (const wrong of [
      { reason: "bored" },
      { title: 5 },
      { connected: "now" },
      { context: { origin: 5 } },
      { id: "a b" },
    ]) {
      expect(recentCalls.read({ ...call, ...wrong }, 1)).toBeUndefined();
    }
    for (const wrong of [null, 5, { ...bob, addresses: [5] }, { ...bob, note: 1 }]) {
      expect(contacts.read(wrong, 1)).toBeUndefined();
    }
  });

  it("knows which fields may stand in a log line", () => {
    expect(pickFields(call, recentCalls.fields, "logged")).toEqual({
      id: call.id,
      direction: "incoming",
      proof: "proven",
      reason: "no-answer",
      talked: false,
      began: call.began,
      ended: call.ended,
      seen: false,
    });
    expect(pickFields(bob, contacts.fields, "logged")).toEqual({
      isFavourite: false,
      isBlocked: false,
      added: bob.added,
    });
  });

  it("signed out, it has forgotten everything, in every context", async () => {
    const { disk, opening } = openOn();
    const store = await opening;
    await fill(store);
    const other = await openOn(disk).opening;
    await store.signOut();
    for (const each of [store, other]) {
      await expect(each.recents.page({ limit: 1 })).rejects.toMatchObject({ code: "store.closed" });
      await expect(each.contacts.put("c2", bob)).rejects.toMatchObject({ code: "store.closed" });
    }
    expect(await disk.options.indexedDB?.databases()).toEqual([]);
    const next = await openOn(disk).opening;
    expect(await next.recents.count()).toBe(0);
    expect(await next.contacts.get("c1")).toBeUndefined();
    expect(await next.keys.get("device.sign")).toBeUndefined();
  });

  it("closes with its signal, also when that came too early", async () => {
    const { stop, opening } = openOn();
    stop.abort();
    const store = await opening;
    await expect(store.contacts.list()).rejects.toMatchObject({ code: "store.closed" });
  });
});
