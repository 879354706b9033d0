import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { type CallPage, toCallPage } from "./call-page.ts";
import { findOurPage, openFirefoxPerson } from "./firefox-person.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, lineIs, panelOf, ring } from "./talking.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const isSkipped = !findProgram("chromium") || !findProgram("firefox");

describe.skipIf(isSkipped)("Firefox, and somebody at a Chromium", () => {
  let node: HomeNode;
  let alice: Person;
  /** At a Firefox. */
  let fay: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
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

  /**
   * A Firefox on a machine without a loudspeaker plays nothing that could be listened to: that sound arrives there is
   * what its window says of the packets; what it sends is heard at the other side.
   */
  const hearFay = async (atAlice: CallPage, atFay: CallPage) => {
    await Promise.all([
      atAlice.hears([fay.hertz], [alice.hertz]),
      atFay.says(/Good connection|Some disturbance/),
    ]);
  };

  it("registers, rings, and talks to whom it is called by", async () => {
    const windows = await ring(alice, fay);
    await windows.hers.says("Ringing");
    await windows.his.press("Answer");
    await hearFay(windows.hers, windows.his);
    await windows.his.says("Proved");
    await windows.his.page.screenshot({ path: join(pictures, "firefox-talking.png") });
    await windows.his.press("Hang up");
    await windows.hers.says("They hung up.");
  });

  it("calls, is held, and hears that the other hung up", async () => {
    const { hers, his } = await ring(fay, alice);
    await hers.says("Ringing");
    await his.press("Answer");
    await hearFay(his, hers);
    await his.press("Hold");
    await hers.says("On hold");
    await his.press("Hold");
    await hearFay(his, hers);
    await his.press("Hang up");
    await hers.says("They hung up.");
  });

  it("shows a picture that the other side sees, and sees theirs", async () => {
    const { hers, his } = await ring(alice, fay);
    await his.press("Answer");
    await hearFay(hers, his);
    await his.press("Camera");
    await hers.sees(10);
    await hers.press("Camera");
    await his.sees(10);
    await hers.sees(10);
    await his.page.screenshot({ path: join(pictures, "firefox-picture.png") });
    await hers.press("Hang up");
  });

  it("opens the desk", async () => {
    await panelOf(fay).press("Open the desk: your numbers");
    const desk = toCallPage(await findOurPage(fay.browser, "desk.html"));
    await desk.says(fay.account);
    await desk.says("Your home names no chain that has numbers.");
    await desk.page.screenshot({ path: join(pictures, "firefox-desk.png") });
  });

  it("declines, and notes what was missed", async () => {
    const { hers, his } = await ring(alice, fay);
    await his.press("Decline");
    await hers.says("They declined the call.");
    const again = await ring(alice, fay);
    await again.hers.says("Ringing");
    await again.hers.press("Hang up");
    await fay.until("A missed call", ({ missed }) => missed === 1);
  });

  it("finds its line again when the node comes back", async () => {
    await node.fall();
    await lineIs("waiting", alice, fay);
    await node.rise();
    await lineIs("ready", alice, fay);
    expect(await node.devices()).toBe(2);
  });
});
