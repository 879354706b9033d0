import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, hearEachOther, lineIs, talk } from "./talking.ts";

/** ICE has given up by then, and the node has asked in vain. */
const napMs = 30_000;
/** What this node takes of silence, a nap and some, and the whole until it has swept. */
const silentBeats = 40;
const silenceMs = silentBeats * 1_000 + 25_000;

describe.skipIf(!findProgram("chromium"))("a machine that sleeps", () => {
  let node: HomeNode;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = await startHomeNode({ silentBeats });
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
    ]);
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
  }, 120_000);
  afterEach(() => calmDown(alice, bob));
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await node?.close();
  });

  it("in the middle of a call: the other hears silence and is told, and both talk on when it wakes up", async () => {
    const windows = await talk(alice, bob);
    send(bob, "SIGSTOP");
    try {
      await windows.hers.hears([], [bob.hertz]);
      await pause(8_000);
      await windows.hers.says("Connection lost, coming back…");
      await pause(napMs - 10_000);
    } finally {
      send(bob, "SIGCONT");
    }
    await hearEachOther(windows, alice, bob);
    await windows.his.press("Hang up");
    await windows.hers.says("They hung up.");
  }, 90_000);

  it("while nobody talks, until the node has given it up: its line is back by itself, and it rings", async () => {
    send(bob, "SIGSTOP");
    try {
      await expect.poll(() => node.devices(), { timeout: silenceMs, interval: 1_000 }).toBe(1);
    } finally {
      send(bob, "SIGCONT");
    }
    await expect.poll(() => node.devices(), { timeout: 15_000 }).toBe(2);
    await lineIs("ready", bob);
    await talk(alice, bob);
  }, 120_000);
});

/** To all processes of a browser: it was started as the head of a group of its own. */
function send({ browser }: Person, signal: "SIGSTOP" | "SIGCONT"): void {
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error("This browser has no process.");
  process.kill(-pid, signal);
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
