import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomPrivateKey } from "ox/Secp256k1";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { isWorker, killWorker, phoneOf, workerOf } from "./faults.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, hearEachOther, lineIs, panelOf, ring, talk } from "./talking.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");

describe.skipIf(!findProgram("chromium"))("a call goes on, or ends in words, when", () => {
  const profile = mkdtempSync(join(tmpdir(), "etherlynk-profile-"));
  const bobs = { hertz: 900, profile, privateKey: randomPrivateKey() };
  let folder: string;
  let node: HomeNode;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    folder = await buildExtension("e2e");
    node = await startHomeNode();
    [alice, bob] = await Promise.all([openPerson({ folder, hertz: 500 }), openPerson({ folder, ...bobs })]);
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
  }, 120_000);
  afterEach(() => calmDown(alice, bob));
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    await node?.close();
  });

  const shoot = (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`) });

  describe("the worker is killed", () => {
    it("in the middle of it: sound goes on, and a hang-up is heard", async () => {
      const windows = await talk(alice, bob);
      await Promise.all([killWorker(alice), killWorker(bob)]);
      await hearEachOther(windows, alice, bob);
      await windows.hers.press("Hang up");
      await windows.his.says("They hung up.");
      await Promise.all([windows.hers.closed(), windows.his.closed()]);
    });

    it("while nobody talks: it rings all the same, with a notice that can be answered", async () => {
      await killWorker(bob);
      expect(bob.browser.targets().filter(isWorker)).toEqual([]);
      const windows = await ring(alice, bob);
      await windows.his.says("Calls you");
      await windows.hers.says("Ringing");
      const [notice = "none", ...others] = await noticesOf(bob);
      expect(others).toEqual([]);
      expect(new URL(windows.his.page.url()).searchParams.get("call")).toBe(notice);
      await clickNotice(bob, notice, 0);
      await hearEachOther(windows, alice, bob);
      await expect.poll(() => noticesOf(bob)).toEqual([]);
    });
  });

  describe("the node restarts", () => {
    it("while nobody talks: lines say so, come back by themselves, and leave no ghosts behind", async () => {
      await node.fall();
      await lineIs("waiting", alice, bob);
      await panelOf(bob).says("No connection; trying again.");
      await shoot(bob.panel, "fault-no-connection");
      await node.rise();
      await lineIs("ready", alice, bob);
      expect(await node.devices()).toBe(2);
      await talk(alice, bob);
    });

    it("while it rings: both are told at once, and the next call comes through", async () => {
      const { hers, his } = await ring(alice, bob);
      await hers.says("Ringing");
      await node.fall();
      await Promise.all([
        hers.says("The connection was lost."),
        his.says("Missed call: they stopped calling."),
      ]);
      await Promise.all([
        shoot(hers.page, "fault-node-gone-caller"),
        shoot(his.page, "fault-node-gone-callee"),
      ]);
      await node.rise();
      await lineIs("ready", alice, bob);
      await talk(alice, bob);
    });

    it("in the middle of it: nobody notices, and it is held and ended over the new one", async () => {
      const windows = await talk(alice, bob);
      await node.fall();
      await lineIs("waiting", alice, bob);
      await hearEachOther(windows, alice, bob);
      await node.rise();
      await lineIs("ready", alice, bob);
      expect(await node.devices()).toBe(2);
      await windows.his.press("Hold");
      await windows.hers.says("On hold");
      await windows.his.press("Hang up");
      await windows.hers.says("They hung up.");
    });

    it("a hang-up while it is gone is said when it is back", async () => {
      const { hers, his } = await talk(alice, bob);
      await node.fall();
      await lineIs("waiting", alice, bob);
      await his.press("Hang up");
      await his.says("You hung up.");
      await node.rise();
      await hers.says("They hung up.");
    });
  });

  describe("a browser", () => {
    const ways = [
      ["is closed", (it: Person) => it.close()],
      ["crashes", (it: Person) => crash(it)],
    ] as const;

    // Who closes says so where there is a moment left; else the other side learns by its next word, after 8 s at most.
    it.each(ways)(
      "%s and is opened again: the other side is told, and it rings there again",
      async (_way, end) => {
        const { hers } = await talk(alice, bob);
        await end(bob);
        bob = await openPerson({ folder, ...bobs });
        await lineIs("ready", bob);
        expect((await bob.snapshot()).me?.account).toBe(bob.account);
        await hers.says("They hung up.");
        expect(await node.devices()).toBe(2);
        await talk(alice, bob);
      },
    );
  });

  describe("the phone itself is closed", () => {
    it("in the middle of it: the other side is told, the window says so, and the phone is back", async () => {
      const { hers, his } = await talk(alice, bob);
      await closePhone(bob);
      await hers.says("They hung up.");
      await his.says("Etherlynk was restarted, and this call ended with it.");
      await lineIs("ready", bob);
      await talk(alice, bob);
    });

    it("without a moment to say so: nothing is sent any more, and the other side learns by its next word", async () => {
      const { hers, his } = await talk(alice, bob);
      const phone = await phoneOf(bob);
      // Before all others: as if the browser had ended it.
      await phone.evaluate(() =>
        addEventListener("pagehide", event => event.stopImmediatePropagation(), { capture: true }),
      );
      await closePhone(bob);
      await his.says("Etherlynk was restarted, and this call ended with it.");
      await shoot(his.page, "fault-phone-gone");
      expect(await openTracks(his.page)).toBe(0);
      await hers.says("They hung up.");
    });

    it("while nobody talks: it is back within the worker's next round, and rings", async () => {
      await closePhone(bob);
      const worker = await workerOf(bob);
      await worker.evaluate(() =>
        (chrome.alarms.onAlarm as unknown as { dispatch(alarm: unknown): void }).dispatch({ name: "phone" }),
      );
      await expect.poll(() => hasPhone(bob)).toBe(true);
      await lineIs("ready", bob);
      expect(await node.devices()).toBe(2);
      await talk(alice, bob);
    });
  });

  describe("there is no microphone", () => {
    const ways = [
      ["denied", { args: ["--use-fake-ui-for-media-stream=deny"] }, "The microphone is not allowed."],
      [
        "missing",
        {
          realMedia: true,
          program: join(import.meta.dirname, "deaf-chromium.sh"),
          args: ["--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"],
        },
        "There is no microphone.",
      ],
    ] as const;

    it.each(ways)(
      "because it is %s: who calls is told what to do, who is called why",
      async (name, how, words) => {
        const dora = await openPerson({ folder, hertz: 1_300, ...how });
        try {
          await dora.signIn(node.home);
          const { hers, his } = await ring(dora, alice);
          await his.press("Answer");
          await hers.says(words);
          await his.says("Their microphone");
          await Promise.all([
            shoot(hers.page, `fault-microphone-${name}`),
            shoot(his.page, `fault-their-microphone-${name}`),
          ]);
          const back = await ring(alice, dora);
          await back.his.press("Answer");
          await back.his.says(words);
          await back.hers.says("Their microphone");
          await calmDown(dora);
        } finally {
          await dora.close();
        }
      },
    );
  });

  describe("the machine", () => {
    it("says that it has another network: the line is looked at, and a call whose path lives goes on as it is", async () => {
      const windows = await talk(alice, bob);
      const phone = await phoneOf(alice);
      await phone.evaluate(() => dispatchEvent(new Event("online")));
      await hearEachOther(windows, alice, bob);
      await windows.hers.press("Hold");
      await windows.his.says("On hold");
    });
  });
});

function hasPhone({ panel }: Person): Promise<boolean> {
  return panel.evaluate(async () => {
    const contextTypes = ["OFFSCREEN_DOCUMENT" as chrome.runtime.ContextType];
    return (await chrome.runtime.getContexts({ contextTypes })).length > 0;
  });
}

async function closePhone({ panel }: Person): Promise<void> {
  await panel.evaluate(() => chrome.offscreen.closeDocument());
}

async function crash({ browser }: Person): Promise<void> {
  const gone = new Promise<void>(resolve => browser.process()?.once("exit", () => resolve()));
  browser.process()?.kill("SIGKILL");
  await gone;
}

async function noticesOf({ panel }: Person): Promise<string[]> {
  return Object.keys(await panel.evaluate(() => chrome.notifications.getAll()));
}

async function clickNotice(person: Person, notice: string, button: number): Promise<void> {
  const worker = await workerOf(person);
  await worker.evaluate(
    (id, at) =>
      (
        chrome.notifications.onButtonClicked as unknown as { dispatch(id: string, button: number): void }
      ).dispatch(id, at),
    notice,
    button,
  );
}

/** Tracks of the other side that still come, or of ours that still go. */
function openTracks(page: Page): Promise<number> {
  return page.evaluate(() => {
    const streams = [...document.querySelectorAll<HTMLMediaElement>("audio, video")].map(it => it.srcObject);
    const tracks = streams.flatMap(it => (it instanceof MediaStream ? it.getTracks() : []));
    return tracks.filter(it => it.readyState === "live").length;
  });
}
