import { describe, expect, it } from "vitest";
import type { CallEntry } from "../../../background/phone/ports.ts";
import type { EndReason } from "../../../protocol/call/end-reason.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { type FeatureRig, openFeatureRig } from "../feature-rig.suite.ts";
import { recentLimits } from "./model.ts";
import { startRecents } from "./phone.ts";

const bob = "0x52908400098527886E0F7030069857D2E4169EE7";

function entry(at: number, more: Partial<CallEntry> = {}): CallEntry {
  return {
    id: `c${at}@node.example` as CallId,
    direction: "incoming",
    address: bob,
    peer: bob,
    proof: "proven",
    reason: "cancelled",
    talked: false,
    context: undefined,
    began: 1_000 + at,
    connected: undefined,
    ended: 2_000 + at,
    ...more,
  };
}

async function setUp(before?: FeatureRig) {
  const rig = await openFeatureRig(before?.disk);
  const titleOf = (address: string) =>
    rig.feed.now().contacts.find(contact => contact.address === address)?.title;
  const recents = await startRecents(rig, { titleOf }, rig.signal);
  return { rig, recents };
}

describe("recents", () => {
  it("show a call as soon as it is written, in words, and after a restart", async () => {
    const { rig, recents } = await setUp();
    await recents.write(entry(1, { direction: "outgoing", reason: "declined" }));
    await recents.write(entry(2));
    const shown = [
      { title: bob, at: 1_002, missed: true, said: "Missed call: they stopped calling." },
      { title: bob, at: 1_001, missed: false, said: "They declined the call.", direction: "outgoing" },
    ];
    expect(rig.snapshot()).toMatchObject({ recents: shown, missed: 1 });
    rig.stop();
    expect((await setUp(rig)).rig.snapshot()).toMatchObject({ recents: shown, missed: 1 });
  });

  it("show what the chain called them then, unless the user calls them otherwise; and find it", async () => {
    const { rig, recents } = await setUp();
    await recents.write(entry(1));
    await recents.write({ ...entry(2), title: "bob.eth" });
    const titles = () => rig.snapshot().recents.map(({ title }) => title);
    expect(titles()).toEqual(["bob.eth", bob]);
    const search = (text: string) => rig.bus.ask("recents.page.read", { search: text });
    expect((await search("bob.eth")).entries).toHaveLength(1);
    rig.stop();
    const later = await setUp(rig);
    rig.feed.change({ contacts: [] });
    expect(later.rig.snapshot().recents.map(({ title }) => title)).toEqual(["bob.eth", bob]);
    later.rig.feed.change({ contacts: [{ id: "1", title: "Bob", address: bob, isBlocked: false }] });
    expect(later.rig.snapshot().recents.map(({ title }) => title)).toEqual(["Bob", "Bob"]);
  });

  it.each<[EndReason, Partial<CallEntry>, boolean]>([
    ["cancelled", {}, true],
    ["no-answer", {}, true],
    ["busy", {}, true],
    ["offline", {}, true],
    ["cancelled", { direction: "outgoing" }, false],
    ["hung-up-by-them", { talked: true }, false],
    ["declined", {}, false],
    ["answered-elsewhere", {}, false],
    ["declined-elsewhere", {}, false],
    ["unwanted", {}, false],
    ["identity-failed", {}, false],
  ])("%s with %j was missed: %s", async (reason, more, missed) => {
    const { rig, recents } = await setUp();
    await recents.write(entry(1, { reason, ...more }));
    expect(rig.snapshot().recents).toMatchObject([{ missed }]);
    expect(rig.snapshot().missed).toBe(missed ? 1 : 0);
  });

  it("count what was missed until the user looks at it, and not again after a restart", async () => {
    const { rig, recents } = await setUp();
    for (let at = 0; at < 60; at++) await recents.write(entry(at));
    expect(rig.snapshot()).toMatchObject({ missed: 60 });
    expect(rig.snapshot().recents).toHaveLength(recentLimits.page);
    await rig.panel.ask("recents.missed.see", null);
    expect(rig.snapshot().missed).toBe(0);
    expect(rig.snapshot().recents[0]).toMatchObject({ missed: true });
    rig.stop();
    expect((await setUp(rig)).rig.snapshot().missed).toBe(0);
  });

  it("bear the name of a contact, also when it is given later", async () => {
    const { rig, recents } = await setUp();
    await recents.write(entry(1));
    rig.feed.change({ contacts: [{ id: "1", title: "Bob", address: bob, isBlocked: false }] });
    expect(rig.snapshot().recents).toMatchObject([{ title: "Bob", address: bob }]);
    rig.feed.change({ contacts: [] });
    expect(rig.snapshot().recents).toMatchObject([{ title: bob }]);
  });

  it("bear no name where the caller only claimed the address of a contact", async () => {
    const { rig, recents } = await setUp();
    rig.feed.change({ contacts: [{ id: "1", title: "Bob", address: bob, isBlocked: false }] });
    await recents.write(entry(1, { proof: "waived" }));
    await recents.write(entry(2, { proof: "waived", direction: "outgoing" }));
    expect(rig.snapshot().recents).toMatchObject([{ title: "Bob" }, { title: bob }]);
  });

  it("are paged to the first call, each once", async () => {
    const { rig } = await setUp();
    const calls = Array.from({ length: 120 }, (_, at) => ({ ...entry(at), seen: true }));
    await rig.store.recents.append(calls);
    const seen: number[] = [];
    let before: { before?: string } = {};
    for (;;) {
      const { entries, next } = await rig.panel.ask("recents.page.read", before);
      seen.push(...entries.map(({ at }) => at));
      if (next === undefined) break;
      before = { before: next };
    }
    expect(seen).toEqual(calls.map(({ began }) => began).reverse());
  });

  it("are searched by address, order and the user's own names, page by page", async () => {
    const { rig } = await setUp();
    const carol = "sip:carol@node.example";
    const context = { chainId: 1, order: "7351", origin: "https://otc.example" };
    await rig.store.recents.append([
      { ...entry(0, { context }), seen: true },
      ...Array.from({ length: 70 }, (_, at) => ({
        ...entry(at + 1, { address: carol, peer: carol }),
        seen: true,
      })),
    ]);
    rig.feed.change({ contacts: [{ id: "1", title: "Bob Ferris", address: bob, isBlocked: false }] });
    const find = async (search: string, before?: string) =>
      rig.panel.ask("recents.page.read", { search, ...(before && { before }) });
    expect((await find("7351")).entries).toMatchObject([{ at: 1_000 }]);
    expect((await find("ferris BOB")).entries).toMatchObject([{ at: 1_000, title: "Bob Ferris" }]);
    expect((await find("nobody")).entries).toEqual([]);
    const first = await find("carol");
    expect(first.entries).toHaveLength(recentLimits.page);
    const second = await find("carol", first.next);
    expect(second.entries.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, at) => 1_020 - at));
    expect(second.next).toBeUndefined();
  });

  it("are removed one by one, or all; who is gone is said to be", async () => {
    const { rig, recents } = await setUp();
    for (let at = 0; at < 3; at++) await recents.write(entry(at));
    const id = rig.snapshot().recents[1]?.id ?? "";
    await rig.panel.ask("recents.entry.remove", { id });
    expect(rig.snapshot().recents.map(({ at }) => at)).toEqual([1_002, 1_000]);
    for (const gone of [id, "x", "-1"]) {
      await expect(rig.panel.ask("recents.entry.remove", { id: gone })).rejects.toMatchObject({
        code: "recents.gone",
      });
    }
    await rig.panel.ask("recents.list.clear", null);
    expect(rig.snapshot()).toMatchObject({ recents: [], missed: 0 });
  });

  it("say what could not be read, and show the rest", async () => {
    const { rig } = await setUp();
    await rig.store.recents.append(Array.from({ length: 120 }, (_, at) => ({ ...entry(at), seen: true })));
    const db = await rig.disk.open();
    const [block] = await db.blocks.toArray();
    if (!block) throw new Error("There is no block to damage");
    await db.blocks.put({ ...block, box: block.box.map(byte => byte ^ 1) });
    const after = await setUp(rig);
    const pages = [];
    for (let before: string | undefined; ; ) {
      const page = await after.rig.panel.ask("recents.page.read", before ? { before } : {});
      pages.push(page);
      before = page.next;
      if (before === undefined) break;
    }
    expect(pages.flatMap(({ entries }) => entries).length).toBeGreaterThan(50);
    expect(pages.map(({ said }) => said).join(" ")).toContain("was altered outside of Etherlynk");
  });

  it("refuse a page that was never told", async () => {
    const { rig } = await setUp();
    await expect(rig.panel.ask("recents.page.read", { before: "yesterday" })).rejects.toMatchObject({
      code: "recents.cursor",
    });
  });
});
