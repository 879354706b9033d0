import { describe, expect, it, vi } from "vitest";
import type { Preferences } from "../../../background/bus/phone-contract.ts";
import { type FeatureRig, openFeatureRig } from "../feature-rig.suite.ts";
import { defaultPreferences } from "./model.ts";
import { startPreferences } from "./phone.ts";
import { isIceUrl, preferenceLimits, readPreferences } from "./read-preferences.ts";

async function setUp(before?: FeatureRig) {
  const rig = await openFeatureRig(before?.disk);
  const preferences = await startPreferences(rig, rig.signal);
  const change = (wish: unknown) => rig.panel.ask("preferences.values.change", wish as Partial<Preferences>);
  return { rig, preferences, change };
}

const turn = { url: "turn:relay.example:3478?transport=tcp", username: "u", credential: "c" };

describe("preferences", () => {
  it("are the defaults at first, then what was chosen; what is not named stays, also over a restart", async () => {
    const { rig, preferences, change } = await setUp();
    expect(preferences.now()).toEqual(defaultPreferences);
    const heard: Preferences[] = [];
    preferences.watch(next => heard.push(next), rig.signal);
    await change({ doNotDisturb: true });
    await change({ ice: { servers: [turn, { url: "stun:stun.example" }], relayOnly: true } });
    const chosen = {
      ...defaultPreferences,
      doNotDisturb: true,
      ice: { servers: [turn, { url: "stun:stun.example" }], relayOnly: true },
    };
    expect(preferences.now()).toEqual(chosen);
    expect(heard.at(-1)).toEqual(chosen);
    expect(rig.snapshot().preferences).toEqual(chosen);
    rig.stop();
    const after = await setUp(rig);
    expect(after.preferences.now()).toEqual(chosen);
    expect(after.rig.snapshot().preferences).toEqual(chosen);
  });

  it("two changes at once are both kept", async () => {
    const { preferences, change } = await setUp();
    await Promise.all([change({ doNotDisturb: true }), change({ admitsGuests: false })]);
    expect(preferences.now()).toMatchObject({ doNotDisturb: true, admitsGuests: false });
  });

  it.each([
    ["a word for a switch", { doNotDisturb: "yes" }],
    ["an unknown tone", { ringtone: { tone: "horn", volume: 0.5, device: "" } }],
    ["a volume beyond full", { ringtone: { tone: "soft", volume: 1.01, device: "" } }],
    ["a volume that is none", { ringtone: { tone: "soft", volume: null, device: "" } }],
    ["a device's name without end", { devices: { microphone: "x".repeat(257), camera: "", speaker: "" } }],
    ["a web address as server", { ice: { servers: [{ url: "https://x.example" }], relayOnly: false } }],
    ["a relay without a secret", { ice: { servers: [{ url: "turn:x.example" }], relayOnly: false } }],
    [
      "too many servers",
      { ice: { servers: Array(preferenceLimits.iceServers + 1).fill({ url: "stun:x" }), relayOnly: false } },
    ],
  ])("%s is refused, and nothing changes", async (_what, wish) => {
    const { preferences, change } = await setUp();
    await expect(change({ admitsGuests: false, ...wish })).rejects.toMatchObject({
      code: "preferences.value",
    });
    expect(preferences.now()).toEqual(defaultPreferences);
  });

  it("what another version stored is read field by field", () => {
    const old = { doNotDisturb: true, ringtone: "loud", ice: { servers: [{ url: "turn:x" }] }, more: 1 };
    expect(readPreferences(old)).toEqual({ ...defaultPreferences, doNotDisturb: true });
    for (const nothing of [undefined, null, 7, "x", []]) {
      expect(readPreferences(nothing)).toEqual(defaultPreferences);
    }
  });

  it("that were altered on the disk are the defaults, told to the log, and may be chosen anew", async () => {
    const { rig, change } = await setUp();
    await change({ doNotDisturb: true });
    rig.stop();
    const db = await rig.disk.open();
    const [row] = await db.rows.toArray();
    if (!row) throw new Error("There is no row to damage");
    await db.rows.put({ ...row, box: row.box.map(byte => byte ^ 1) });
    const after = await setUp(rig);
    expect(after.preferences.now()).toEqual(defaultPreferences);
    expect(after.rig.failed).toHaveBeenCalledWith("preferences.damage", expect.anything());
    await after.change({ admitsGuests: false });
    await vi.waitFor(() => expect(after.preferences.now()).toMatchObject({ admitsGuests: false }));
  });
});

it.each([
  ["stun:stun.example", true],
  ["stun:[2001:db8::1]:3478", true],
  ["turns:relay.example:443?transport=tcp", true],
  ["stun:stun.example?transport=udp", false],
  ["turn:relay.example:0", false],
  ["turn:relay.example:70000", false],
  ["turn:user@relay.example", false],
  ["turn:relay.example/path", false],
  ["turn:", false],
  [`stun:${"x".repeat(300)}`, false],
])("%s is the URL of a server: %s", (text, is) => expect(isIceUrl(text)).toBe(is));
