import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openPerson, type Person } from "./person.ts";
import { measureSilence } from "./silence.ts";
import { calmDown, hearEachOther, lineIs, ring, talk, type Windows } from "./talking.ts";
import { canMakeNetworks, openTwoNetworks, type TwoNetworks } from "./two-networks.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
/** After some 16 s ICE has failed for good: it comes back by a restart, or not at all. */
const pastFailureMs = 18_000;

describe.skipIf(!findProgram("chromium") || !canMakeNetworks())("networks that are cut and healed", () => {
  let networks: TwoNetworks;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const folder = await buildExtension("e2e");
    networks = await openTwoNetworks();
    const open = (who: "alice" | "bob", hertz: number) =>
      openPerson({ folder, hertz, program: networks.program(who), args: ["--ignore-certificate-errors"] });
    [alice, bob] = await Promise.all([open("alice", 500), open("bob", 900)]);
    await Promise.all([alice.signIn(networks.home("alice")), bob.signIn(networks.home("bob"))]);
  }, 120_000);
  afterEach(() => calmDown(alice, bob));
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await networks?.close();
  });

  /** It is the call that it was: the same window, begun when it began, and no other beside it. */
  async function startedAt(person: Person): Promise<number | undefined> {
    const { calls } = await person.snapshot();
    const on = calls.filter(({ stage }) => stage !== "ended");
    expect(on).toHaveLength(1);
    return on[0]?.since;
  }

  async function losesSound({ hers, his }: Windows) {
    await Promise.all([hers.hears([], [bob.hertz]), his.hears([], [alice.hertz])]);
    await Promise.all([
      hers.says("Connection lost, coming back…"),
      his.says("Connection lost, coming back…"),
    ]);
  }

  it("between the two, past ICE's failure: the same call goes on, and both are heard again", async () => {
    const windows = await talk(alice, bob);
    const began = await startedAt(alice);
    networks.part();
    await losesSound(windows);
    await windows.hers.page.screenshot({ path: join(pictures, "network-lost.png") });
    await pause(pastFailureMs - 9_000);
    networks.heal();
    await hearEachOther(windows, alice, bob);
    await windows.hers.says("Talking");
    expect(await startedAt(alice)).toBe(began);
    await windows.hers.press("Hang up");
    await windows.his.says("They hung up.");
  });

  it("of one of the two, with the way to the node: the same call and the line come back", async () => {
    const windows = await talk(alice, bob);
    const began = await startedAt(alice);
    networks.cut("alice");
    await losesSound(windows);
    await pause(pastFailureMs - 9_000);
    networks.heal();
    await hearEachOther(windows, alice, bob);
    expect(await startedAt(alice)).toBe(began);
    await lineIs("ready", alice, bob);
    await windows.his.press("Hang up");
    await windows.hers.says("They hung up.");
  });

  describe("a machine gets another address in the middle of a call, and nobody tells it", () => {
    /** Resolves when both hear again, with the longer silence of the two in seconds. */
    async function move({ hers, his }: Windows, who: readonly ("alice" | "bob")[], awayMs = 0) {
      const silences = [measureSilence(hers.page, bob.hertz), measureSilence(his.page, alice.hertz)];
      await pause(1_000);
      for (const each of who) networks.leave(each);
      await pause(awayMs);
      for (const each of who) networks.arrive(each);
      return Math.max(...(await Promise.all(silences))) / 1_000;
    }

    /** The same call, which the wire still carries; and both can be rung. */
    async function standsAsBefore({ hers, his }: Windows, began: number | undefined) {
      expect(await startedAt(alice)).toBe(began);
      await lineIs("ready", alice, bob);
      await Promise.all([hers.says("Talking"), his.says("Talking")]);
      await his.press("Hang up");
      await hers.says("They hung up.");
      await calmDown(alice, bob);
      for (const [caller, callee] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        const again = await ring(caller, callee);
        await again.hers.says("Ringing");
        await calmDown(alice, bob);
      }
    }

    // 1.5 s until silence is noticed, 1.5 s for a word from the node, and then one connection and one offer.
    const whose = [
      { said: "who called", who: ["alice"] },
      { said: "who was called", who: ["bob"] },
      { said: "both at once", who: ["alice", "bob"] },
    ] as const;

    it.each(whose)("$said: they talk on within seconds", async ({ who }) => {
      const windows = await talk(alice, bob);
      const began = await startedAt(alice);
      await windows.hers.press("Camera");
      await windows.his.sees(5);
      expect(await move(windows, who)).toBeLessThan(8);
      await hearEachOther(windows, alice, bob);
      await windows.his.sees(5);
      await standsAsBefore(windows, began);
    });

    it("and is without one for as long as ICE takes to give up: they talk on as soon as it has one", async () => {
      const windows = await talk(alice, bob);
      const began = await startedAt(alice);
      const moved = move(windows, ["alice"], 14_000);
      // As soon as ICE doubts its path; the window's own patience is no longer than that.
      await pause(5_000);
      await windows.his.says("Connection lost, coming back…");
      expect(await moved).toBeLessThan(14 + 5);
      await hearEachOther(windows, alice, bob);
      await standsAsBefore(windows, began);
    });

    it("while they are put on hold: who holds takes them back, and they talk on", async () => {
      const windows = await talk(alice, bob);
      const began = await startedAt(alice);
      await windows.hers.press("Hold");
      await windows.his.says("On hold");
      networks.leave("bob");
      networks.arrive("bob");
      await pause(1_000);
      await windows.hers.press("Hold");
      await hearEachOther(windows, alice, bob);
      await standsAsBefore(windows, began);
    });
  });
});

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
