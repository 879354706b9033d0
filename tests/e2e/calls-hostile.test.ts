import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DeviceKeys } from "../../background/identity/device-keys.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { toScopeBits } from "../../protocol/words/delegation.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { attacksOnInvite, flip, on } from "../flow/attacks.ts";
import { toFalseAnswer } from "../flow/false-answer.ts";
import {
  bodyOf,
  type HostileProxy,
  openHostileProxy,
  startHostileProxy,
  withBodyText,
  withLine,
} from "../flow/hostile-proxy.ts";
import { createPerson, type Person as Signer } from "../flow/phone-device.ts";
import { oneOf, readSip } from "../flow/sip-text.ts";
import { startNode } from "../flow/test-node.ts";
import { createTestPhone } from "../flow/test-phone.ts";
import { toCallPage } from "./call-page.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown, lineIs, ring, talk, type Windows } from "./talking.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const context = { chainId: 1, order: "A-17", origin: "https://otc.example" };
const unproven = {
  answer: "The call was stopped: whoever answered could not prove who they are.",
  caller: "The call was stopped: the caller could not prove who they are.",
  toThem: "on the other side it could not be proved that it was you who called.",
};

describe.skipIf(!findProgram("chromium"))("a hostile node between two phones", () => {
  let node: HomeNode;
  let alice: Person;
  let bob: Person;
  /** Between each of them and the node. */
  let hers: Way;
  let his: Way;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const folder = await buildExtension("e2e");
    node = await startHomeNode();
    [hers, his] = await Promise.all([openHostileProxy(node.url), openHostileProxy(node.url)]);
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
    ]);
    await Promise.all([
      alice.signIn({ ...node.home, urls: [hers.url] }),
      bob.signIn({ ...node.home, urls: [his.url] }),
    ]);
  }, 120_000);
  afterEach(async () => {
    for (const way of [hers, his]) way.alter((_direction, _message, text) => text);
    await calmDown(alice, bob);
  });
  afterAll(async () => {
    await Promise.all([alice?.close(), bob?.close()]);
    for (const way of [hers, his]) way?.close();
    await node?.close();
  });

  /** Alice dials; her window is open and watched, her INVITE in the node's hands. */
  async function dial() {
    const caught = catchInvite(hers);
    const opening = alice.callWindow();
    await alice.ask("phone.call.dial", { to: bob.account, context });
    const page = await opening;
    await watchMedia(page);
    return { window: toCallPage(page), invite: await caught };
  }

  /** Bob's phone made no sound, showed nothing, and noted who could not prove who they are. */
  async function staysSilent(known: number) {
    const { recents } = await bob.until("An entry in the log", it => it.recents.length > known);
    expect(recents).toHaveLength(known + 1);
    expect(recents[0]).toMatchObject({ direction: "incoming", said: unproven.caller });
    expect(bob.browser.targets().filter(it => it.url().includes("call.html"))).toEqual([]);
    expect(await bob.panel.evaluate(() => chrome.notifications.getAll())).toEqual({});
  }

  const countRecents = async () => (await bob.snapshot()).recents.length;

  describe("changes an INVITE: nothing rings, and the caller reads why, when", () => {
    it.each(attacksOnInvite)("%s", async (what, _doubt, change) => {
      const known = await countRecents();
      const { window, invite } = await dial();
      hers.injectUp(change(invite, readSip(invite)));
      await window.says(unproven.toThem);
      await staysSilent(known);
      expect(await mediaOf(window.page)).toEqual({ asked: 0, answered: 0, open: 0 });
      await shoot(window.page, `hostile-invite-${what}`);
    });
  });

  describe("brings Bob a call", () => {
    it("that is for somebody else", async () => {
      const known = await countRecents();
      const carol = createPerson();
      await inviteElsewhere(await carol.device(), { as: carol, to: createPerson().account });
      await staysSilent(known);
    });

    const past = Math.floor(Date.now() / 1_000) - 7_200;
    const forged = [
      ["has ended", async (it: Signer) => it.device({ issued: past, expiry: past + 3_600 })],
      ["is not for calling", async (it: Signer) => it.device({ scopes: toScopeBits(["register"]) })],
      ["was signed by another wallet", async (it: Signer) => createPerson().device({ account: it.account })],
      [
        "is another device's",
        async (it: Signer) => ({ ...(await it.device()), delegation: (await it.device()).delegation }),
      ],
    ] as const;

    it.each(forged)("of somebody whose delegation %s", async (_what, makeDevice) => {
      const known = await countRecents();
      const eve = createPerson();
      await inviteElsewhere(await makeDevice(eve), { as: eve, to: bob.account });
      await staysSilent(known);
    });

    /** A node that admits anybody takes the INVITE; ours brings it to Bob. */
    async function inviteElsewhere(device: DeviceKeys, { as, to }: { as: Signer; to: AccountText }) {
      const open = await startNode({ domain: node.home.domain, open: true });
      const way = await startHostileProxy(open.url);
      const caught = catchInvite(way);
      const phone = await createTestPhone({ urls: [way.url], person: as, device });
      phone.kit.dial(to, context);
      his.inject(await caught);
    }
  });

  describe("answers", () => {
    it("as Bob by itself: no microphone opens", async () => {
      const { window, invite } = await dial();
      hers.inject(await toFalseAnswer(await createPerson().device(), invite));
      await window.says(unproven.answer);
      await window.says("The device belongs to another account than the one it speaks for.");
      expect(await mediaOf(window.page)).toEqual({ asked: 0, answered: 0, open: 0 });
      await shoot(window.page, "hostile-answer-by-itself");
    });

    let ringing = "";
    const changes = [
      [
        "with another body",
        "The message was changed on its way.",
        on("down", /^SIP\/2.0 200/, text => withBodyText(text, flip(bodyOf(text)))),
      ],
      [
        "without an identity",
        "Whoever answered did not say who they are.",
        on("down", /^SIP\/2.0 200/, text => withLine(text, "Identity", undefined)),
      ],
      [
        "with the identity of the mere ringing",
        "This identity is of another answer.",
        on("down", /^SIP\/2.0 (180|200)/, (text, message) => {
          if (message.status === 180) ringing = oneOf(message, "Identity");
          return message.status === 180 ? text : withLine(text, "Identity", ringing);
        }),
      ],
    ] as const;

    it.each(changes)("%s: nobody hears anything", async (what, doubt, change) => {
      hers.alter(change);
      const windows = await ring(alice, bob, context);
      await watchMedia(windows.hers.page);
      await windows.his.press("Answer");
      await windows.hers.says(unproven.answer);
      await windows.hers.says(doubt);
      await windows.his.says("on the other side it could not be proved that it was you who answered.");
      // Somebody who rang was proven, so that a microphone was ready: it went nowhere, and is closed.
      await expect.poll(() => mediaOf(windows.hers.page)).toMatchObject({ answered: 0, open: 0 });
      await shoot(windows.hers.page, `hostile-answer-${what}`);
    });

    it("that it rings, where nobody proved it: the caller is told no such thing", async () => {
      hers.alter(on("down", /^SIP\/2.0 180/, text => withLine(text, "Identity", undefined)));
      const windows = await ring(alice, bob, context);
      await windows.his.says("Calls you");
      await windows.hers.says("Whoever answered did not say who they are.");
      await windows.hers.press("Hang up");
      await windows.his.says("Missed call");
    });
  });

  it("changes the answer in the ACK: both read that the call was stopped", async () => {
    hers.alter(on("up", /^ACK/, text => withBodyText(text, flip(bodyOf(text)))));
    const windows: Windows = await ring(alice, bob, context);
    await windows.his.press("Answer");
    await Promise.all([windows.hers.says("The call was stopped"), windows.his.says("The call was stopped")]);
  });

  it("plays an INVITE again after its CANCEL, and after a restart of the phone: nothing rings", async () => {
    const windows = await ring(alice, bob, context);
    await windows.hers.says("Ringing");
    await windows.hers.press("Hang up");
    await windows.his.says("Missed call");
    await calmDown(alice, bob);
    // The log is written behind the call.
    await bob.until(
      "The missed call in the log",
      it => it.recents[0]?.said.startsWith("Missed call") ?? false,
    );
    await bob.panel.evaluate(async () => {
      for (const id of Object.keys(await chrome.notifications.getAll())) await chrome.notifications.clear(id);
    });
    const invite = his.seen.findLast(({ text }) => text.startsWith("INVITE "))?.text ?? "";

    await replay(invite, "again", /^SIP\/2.0 482 /);
    expect(bob.browser.targets().filter(it => it.url().includes("call.html"))).toEqual([]);

    const known = await countRecents();
    await bob.panel.evaluate(() => chrome.offscreen.closeDocument());
    await bob.ask("worker.phone.wake", null);
    await lineIs("ready", bob);
    await replay(invite, "reborn", /^SIP\/2.0 438 /);
    await staysSilent(known);
  });

  async function replay(invite: string, branch: string, answer: RegExp) {
    his.inject(invite.replace(/branch=[^;\r]+/, `branch=z9hG4bK${branch}`));
    const isAnswer = ({ direction, text }: (typeof his.seen)[number]) =>
      direction === "up" && text.includes(branch) && /^SIP\/2.0 [2-6]/.test(text);
    await expect.poll(() => his.seen.find(isAnswer)?.text).toMatch(answer);
  }

  it("lets a call be after all that", async () => {
    await talk(alice, bob, context);
  });
});

type Way = Awaited<ReturnType<typeof openHostileProxy>>;

/** The next INVITE, which goes no further. */
function catchInvite(way: HostileProxy): Promise<string> {
  return new Promise(resolve => {
    way.alter(
      on("up", /^INVITE/, text => {
        resolve(text);
        return undefined;
      }),
    );
  });
}

interface Watched {
  /** How often the window asked for the microphone. */
  asked: number;
  /** How many descriptions that are not its own it took. */
  answered: number;
  readonly tracks: MediaStreamTrack[];
}

/** From now on. */
async function watchMedia(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched: Watched = { asked: 0, answered: 0, tracks: [] };
    Object.assign(globalThis, { watched });
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async wish => {
      watched.asked += 1;
      const stream = await open(wish);
      watched.tracks.push(...stream.getTracks());
      return stream;
    };
    const { setRemoteDescription: take } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
      // A window rehearses with itself while it rings, both ends with the certificate of the call.
      const [own] = this.getConfiguration().certificates ?? [];
      const isOwn = own
        ?.getFingerprints()
        .some(({ value = "?" }) => description.sdp?.toLowerCase().includes(value.toLowerCase()));
      if (!isOwn) watched.answered += 1;
      return Reflect.apply(take, this, [description]);
    };
  });
}

function mediaOf(page: Page) {
  return page.evaluate(() => {
    const { asked, answered, tracks } = (globalThis as unknown as { watched: Watched }).watched;
    return { asked, answered, open: tracks.filter(({ readyState }) => readyState === "live").length };
  });
}

function shoot(page: Page, name: string) {
  return page.screenshot({ path: join(pictures, `${name.replaceAll(" ", "-")}.png`) });
}
