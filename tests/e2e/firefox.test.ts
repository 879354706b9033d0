import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openFirefoxPerson } from "./firefox-person.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, lineIs } from "./talking.ts";

const isSkipped = !findProgram("chromium") || !findProgram("firefox");

describe.skipIf(isSkipped)("Firefox, and somebody at a Chromium", () => {
  let node: HomeNode;
  let alice: Person;
  /** At a Firefox. */
  let fay: Person;

  beforeAll(async () => {
    const [chrome, firefox] = [await buildExtension("e2e"), await buildExtension("e2e", "firefox")];
    node = await startHomeNode();
    [alice, fay] = await Promise.all([
      openPerson({ folder: chrome, hertz: 500 }),
      openFirefoxPerson({ folder: firefox, hertz: 1_300 }),
    ]);
    await Promise.all([alice.signIn(node.home), fay.signIn(node.home)]);
  }, 120_000);
  afterEach(() => calmDown(alice, fay));
  afterAll(async () => {
    await Promise.all([alice?.close(), fay?.close()]);
    await node?.close();
  });

  it("registers, and finds its line again when the node comes back", async () => {
    await node.fall();
    await lineIs("waiting", alice, fay);
    await node.rise();
    await lineIs("ready", alice, fay);
    expect(await node.devices()).toBe(2);
  });
});
