import { describe, expect, it, vi } from "vitest";
import { type FeatureRig, openFeatureRig } from "../feature-rig.suite.ts";
import { contactLimits } from "./model.ts";
import { startContacts } from "./phone.ts";

const bob = "0x52908400098527886E0F7030069857D2E4169EE7";

async function setUp(before?: FeatureRig) {
  const rig = await openFeatureRig(before?.disk);
  const contacts = await startContacts(rig, rig.signal);
  const save = (title: string, address: string, id?: string) =>
    rig.panel.ask("contacts.entry.save", { title, address, ...(id && { id }) });
  return { rig, contacts, save };
}

describe("contacts", () => {
  it("are known under every writing of their address as soon as they are saved, and after a restart", async () => {
    const { rig, contacts, save } = await setUp();
    await save("  Bob   Ferris ", bob.toLowerCase());
    await save("Carol", "sip:carol@Node.Example");
    for (const written of [bob, bob.toLowerCase(), `sip:${bob}@other.example`]) {
      expect(contacts.titleOf(written), written).toBe("Bob Ferris");
      expect(contacts.isContact(written)).toBe(true);
    }
    expect(contacts.titleOf("sip:carol@node.example")).toBe("Carol");
    expect(contacts.titleOf("sip:carol@elsewhere.example")).toBeUndefined();
    expect(contacts.titleOf("no address at all")).toBeUndefined();
    rig.stop();
    const after = await setUp(rig);
    expect(after.contacts.titleOf(bob)).toBe("Bob Ferris");
    expect(after.rig.snapshot().contacts).toHaveLength(2);
  });

  it("are told to panels in the order of their names, each with its address in the one written form", async () => {
    const { rig, save } = await setUp();
    await save("zoe", "zoe.eth");
    await save("Émile", "+999 1234 5678");
    await save("adam", "sip:adam@n");
    expect(rig.snapshot().contacts.map(({ title, address }) => [title, address])).toEqual([
      ["adam", "sip:adam@n"],
      ["Émile", "+99912345678"],
      ["zoe", "zoe.eth"],
    ]);
  });

  it("are changed and removed; who is gone is said to be", async () => {
    const { rig, contacts, save } = await setUp();
    const { id } = await save("Bob", bob);
    await save("Robert", "bob.eth", id);
    expect(contacts.titleOf("bob.eth")).toBe("Robert");
    expect(contacts.isContact(bob)).toBe(false);
    await rig.panel.ask("contacts.entry.remove", { id });
    expect(rig.snapshot().contacts).toEqual([]);
    await expect(rig.panel.ask("contacts.entry.remove", { id })).rejects.toMatchObject({
      code: "contacts.gone",
    });
    await expect(save("Bob", bob, id)).rejects.toMatchObject({ code: "contacts.gone" });
  });

  it.each([
    ["an empty name", { title: "  " }, "contacts.title"],
    ["a name too long", { title: "x".repeat(contactLimits.title + 1) }, "contacts.title"],
    ["no address", { address: "bob" }, "address.where"],
    ["a typing error in an account", { address: bob.replace("E7", "e7") }, "address.checksum"],
    ["an address too long", { address: `sip:${"b".repeat(250)}@${"n".repeat(60)}` }, "contacts.address"],
  ])("with %s are refused in words", async (_what, wish, code) => {
    const { rig } = await setUp();
    const asked = rig.panel.ask("contacts.entry.save", { title: "Bob", address: bob, ...wish });
    await expect(asked).rejects.toMatchObject({ code });
    expect(rig.snapshot().contacts).toEqual([]);
  });

  it("are not kept twice under one address", async () => {
    const { save } = await setUp();
    await save("Bob", bob);
    await expect(save("Robert", bob.toLowerCase())).rejects.toThrow("already kept, as “Bob”");
  });

  it("are no more than the bus can tell of", async () => {
    const { rig, save } = await setUp();
    const many = Array.from({ length: contactLimits.all }, (_, at) => ({
      id: `${at}`,
      value: {
        title: "x".repeat(contactLimits.title),
        addresses: [`sip:${at}@${"n".repeat(contactLimits.address - 10)}`],
        accounts: [],
        isFavourite: false,
        isBlocked: false,
        added: 1,
      },
    }));
    await rig.store.contacts.putAll(many);
    await vi.waitFor(() => expect(rig.snapshot().contacts).toHaveLength(contactLimits.all), 20_000);
    await expect(save("One more", bob)).rejects.toMatchObject({ code: "contacts.full" });
    const told = await rig.panel.ask("phone.snapshot.read", null);
    expect(told.contacts).toHaveLength(contactLimits.all);
  });
});

describe("blocking", () => {
  it("holds for a contact, who stays one", async () => {
    const { rig, contacts, save } = await setUp();
    await save("Bob", bob);
    await rig.panel.ask("contacts.entry.block", { address: `sip:${bob}@n`, blocked: true });
    expect(contacts.isBlocked(bob)).toBe(true);
    expect(contacts.isContact(bob)).toBe(true);
    await rig.panel.ask("contacts.entry.block", { address: bob, blocked: false });
    expect(contacts.isBlocked(bob)).toBe(false);
  });

  it("holds for a stranger, who is not made a contact, and is forgotten when let in again", async () => {
    const { rig, contacts } = await setUp();
    await rig.panel.ask("contacts.entry.block", { address: "sip:spam@n", blocked: true });
    expect(contacts.isBlocked("sip:spam@n")).toBe(true);
    expect(contacts.isContact("sip:spam@n")).toBe(false);
    expect(contacts.titleOf("sip:spam@n")).toBeUndefined();
    expect(rig.snapshot().contacts).toMatchObject([{ title: "sip:spam@n", isBlocked: true }]);
    await rig.panel.ask("contacts.entry.block", { address: "sip:spam@n", blocked: false });
    expect(rig.snapshot().contacts).toEqual([]);
  });

  it("stays when the stranger is given a name", async () => {
    const { rig, contacts, save } = await setUp();
    await rig.panel.ask("contacts.entry.block", { address: bob, blocked: true });
    await save("Bob", bob);
    expect(rig.snapshot().contacts).toMatchObject([{ title: "Bob", isBlocked: true }]);
    expect(contacts.isContact(bob)).toBe(true);
  });
});

it("what another window of the phone's store writes is heard", async () => {
  const { rig, contacts } = await setUp();
  const other = await openFeatureRig(rig.disk);
  await other.store.contacts.put("c", {
    title: "Dora",
    addresses: ["dora.eth"],
    accounts: [],
    isFavourite: false,
    isBlocked: false,
    added: 1,
  });
  await vi.waitFor(() => expect(contacts.titleOf("dora.eth")).toBe("Dora"), 5_000);
});
