import type { CDPSession } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { phoneOf } from "./faults.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, ring } from "./talking.ts";

describe.skipIf(!findProgram("chromium"))("what calls leave behind in a phone", () => {
  let node: HomeNode;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = await startHomeNode();
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
    ]);
    await Promise.all([alice.signIn(node.home), bob.signIn(node.home)]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    await node?.close();
  });

  it("no tones: however often it rings, each is drawn once, and ends", async () => {
    for (let turn = 0; turn < 6; turn++) {
      const { hers, his } = await ring(alice, bob);
      await hers.says("Ringing");
      await his.press("Decline");
      await calmDown(alice, bob);
    }
    for (const person of [alice, bob]) {
      const session = await (await phoneOf(person)).createCDPSession();
      expect(await count(session, "AudioBuffer")).toBe(1);
      // The last one, until the loudspeaker is opened again.
      await expect.poll(() => count(session, "AudioBufferSourceNode")).toBeLessThanOrEqual(1);
      await session.detach();
    }
  });
});

/** How many of this class are alive once nobody's things are collected. */
async function count(session: CDPSession, name: string): Promise<number> {
  for (let turn = 0; turn < 3; turn++) await session.send("HeapProfiler.collectGarbage");
  const { result: prototype } = await session.send("Runtime.evaluate", { expression: `${name}.prototype` });
  if (prototype.objectId === undefined) throw new Error(`There is no ${name}`);
  const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const { result } = await session.send("Runtime.callFunctionOn", {
    ...(objects.objectId !== undefined && { objectId: objects.objectId }),
    functionDeclaration: "function () { return this.length }",
    returnByValue: true,
  });
  await session.send("Runtime.releaseObject", { objectId: objects.objectId ?? "" });
  return Number(result.value);
}
