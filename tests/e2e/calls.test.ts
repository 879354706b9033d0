import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { placeholderSize } from "../../background/media/placeholders.ts";
import type { CallEntry } from "../../background/phone/ports.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { createCaller } from "./browserless-phone.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { openPerson, type Person } from "./person.ts";

const chain = { id: 31337 };
const domain = "closed.example";
const pictures = join(import.meta.dirname, "../../.output/pictures");

describe.skipIf(!findProgram("chromium"))("two people, two browsers, one node", () => {
  let node: SignallerNode;
  let home: HomeDomain;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  const ended = new AbortController();
  /** Rings for a minute beside all other tests. */
  let unanswered: Promise<{ readonly words: string; readonly entry: CallEntry | undefined }>;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const folder = await buildExtension("e2e");
    node = createNode({ domain, chain, log: createLog(() => undefined, "error") });
    const { urls } = await node.listen();
    home = { domain, urls: [urls.ws], chain };
    [alice, bob, carol] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
      openPerson({ folder, hertz: 1_300 }),
    ]);
    await Promise.all([alice, bob, carol].map(it => it.signIn(home)));
    unanswered = callInVain();
    unanswered.catch(() => undefined);
  }, 120_000);
  afterEach(async () => {
    for (const { browser, panel } of [alice, bob]) {
      const windows = (await browser.pages()).filter(page => page !== panel);
      await Promise.all(windows.map(page => page.close().catch(() => undefined)));
    }
    await Promise.all([alice, bob].map(it => it.until("Quiet", ({ calls }) => calls.every(isEnded))));
  });
  afterAll(async () => {
    ended.abort();
    await Promise.all([alice, bob, carol].map(it => it?.close()));
    await node?.close();
  });

  const isEnded = ({ stage }: { readonly stage: string }) => stage === "ended";

  async function callInVain() {
    const callee = await createCaller(home, ended.signal);
    const over = callee.reaches("ended");
    await carol.ask("phone.call.dial", { to: callee.account });
    const page = toCallPage(await carol.callWindow());
    await page.says("Ringing");
    await over;
    await page.says("Nobody answered");
    const words = await page.page.evaluate(() => document.body.innerText);
    return { words, entry: callee.entries[0] };
  }

  async function ring(): Promise<{ readonly hers: CallPage; readonly his: CallPage }> {
    const windows = [alice.callWindow(), bob.callWindow()] as const;
    await alice.ask("phone.call.dial", { to: bob.account });
    const [hers, his] = await Promise.all(windows);
    return { hers: toCallPage(hers), his: toCallPage(his) };
  }

  async function talk() {
    const { hers, his } = await ring();
    await hers.says("Ringing");
    await his.press("Answer");
    await Promise.all([hers.hears([bob.hertz], [alice.hertz]), his.hears([alice.hertz], [bob.hertz])]);
    return { hers, his };
  }

  /** Phones without a browser, which call or are called as any other. */
  const openCaller = () => createCaller(home, ended.signal);

  it.each(["the caller", "the callee"] as const)("both hear each other, and %s hangs up", async who => {
    const { hers, his } = await talk();
    await Promise.all([hers.says("Proved"), his.says("Proved")]);
    const [ends, hears] = who === "the caller" ? [hers, his] : [his, hers];
    await ends.press("Hang up");
    await hears.says("They hung up.");
    await Promise.all([hers.closed(), his.closed()]);
    const [mine, theirs] = await Promise.all([alice.snapshot(), bob.snapshot()]);
    expect(mine.recents[0]).toMatchObject({ direction: "outgoing", missed: false, address: bob.account });
    expect(theirs.recents[0]).toMatchObject({ direction: "incoming", missed: false, address: alice.account });
  });

  it("a camera is seen on the other side; a muted microphone is silence", async () => {
    const { hers, his } = await talk();
    await hers.press("Camera");
    await his.sees(10);
    await hers.press("Mute");
    await his.hears([], [alice.hertz]);
    await hers.press("Mute");
    await his.hears([alice.hertz], [bob.hertz]);
    await hers.press("Hang up");
  });

  it.each(["a stranger", "a contact"] as const)("both are seen from the first moment, by %s", async who => {
    const contact = { title: "Alice Arden", address: alice.account };
    const saved =
      who === "a contact" && ((await bob.ask("contacts.entry.save", contact)) as { readonly id: string });
    const { hers, his } = await ring();
    await hers.says("Ringing");
    await hers.press("Camera");
    await hers.page.waitForSelector(".stage.mirror #own-video");
    // The connection with a contact is there already: what is shown is for the caller's own eyes until the answer.
    expect(await widest(his)).toBeLessThanOrEqual(placeholderSize);
    await photograph(hers, "call-own-camera");
    await photograph(his, "call-asking");
    await his.press("Answer with camera");
    await Promise.all([hers.sees(10), his.sees(10)]);
    await photograph(his, "call-both-seen");
    await Promise.all([hers.hears([bob.hertz], [alice.hertz]), his.hears([alice.hertz], [bob.hertz])]);
    await his.press("Hang up");
    if (saved) await bob.ask("contacts.entry.remove", saved);
  });

  const photograph = ({ page }: CallPage, name: string) =>
    page.screenshot({ path: join(pictures, `${name}.png`) });

  /** Of the other side's picture, within a second. */
  const widest = ({ page }: CallPage) =>
    page.evaluate(async () => {
      const video = document.querySelector<HTMLVideoElement>("#their-video");
      let width = 0;
      for (const until = performance.now() + 1_000; performance.now() < until; ) {
        width = Math.max(width, video?.videoWidth ?? 0);
        await new Promise(resolve => setTimeout(resolve, 40));
      }
      return width;
    });

  it("on hold nobody hears anybody; resumed, both do again", async () => {
    const { hers, his } = await talk();
    await hers.press("Hold");
    await his.says("On hold");
    await Promise.all([hers.hears([], [bob.hertz]), his.hears([], [alice.hertz])]);
    await hers.press("Hold");
    await Promise.all([hers.hears([bob.hertz], []), his.hears([alice.hertz], [])]);
    await his.press("Hang up");
  });

  it("declined: the caller is told at once", async () => {
    const { hers, his } = await ring();
    await his.press("Decline");
    await hers.says("They declined the call.");
    await his.says("You declined the call.");
  });

  it("given up by the caller: a missed call, until it was looked at", async () => {
    const { hers, his } = await ring();
    await hers.says("Ringing");
    await hers.press("Hang up");
    await his.says("Missed call");
    const { missed, recents } = await bob.until("A missed call", it => it.missed === 1);
    expect(missed).toBe(1);
    expect(recents[0]).toMatchObject({ missed: true, address: alice.account });
    expect(await bob.badge()).toBe("1");
    await bob.ask("recents.missed.see", null);
    await expect.poll(() => bob.badge()).toBe("");
  });

  it("the window of a call that is closed is a hang-up, and while it rings a refusal", async () => {
    const { hers, his } = await talk();
    await hers.page.close();
    await his.says("They hung up.");
    const again = await ring();
    await again.hers.says("Ringing");
    await again.his.page.close();
    await again.hers.says("They declined the call.");
  });

  it("busy: who has two calls takes no third", async () => {
    const callers = await Promise.all([openCaller(), openCaller()]);
    for (const { kit, reaches } of callers) {
      const rings = reaches("ringing-out");
      kit.dial(bob.account);
      await rings;
    }
    await alice.ask("phone.call.dial", { to: bob.account });
    await toCallPage(await alice.callWindow()).says("They are in another call.");
    for (const { kit } of callers) for (const { id } of kit.calls.list()) kit.tell(id, "hang-up");
    await bob.until("Missed calls", ({ missed }) => missed === 3);
    await bob.ask("recents.missed.see", null);
  });

  it.each([
    ["an account whose phone is off", "0x00000000000000000000000000000000000000A1", "cannot be reached"],
    ["an address that nobody has", `sip:nobody@${domain}`, "Nobody is known under this address"],
  ])("%s", async (_who, to, words) => {
    await alice.ask("phone.call.dial", { to });
    await toCallPage(await alice.callWindow()).says(words);
  });

  it.each([
    ["alice.eth", "dial.unresolved"],
    ["+999 1234 5678", "dial.unresolved"],
    ["bob", "address.where"],
  ])("%s is answered in words, and opens no window", async (to, code) => {
    await expect(alice.ask("phone.call.dial", { to })).rejects.toThrow(code);
  });

  it("do not disturb: it does not ring, and is a missed call", async () => {
    await bob.ask("preferences.values.change", { doNotDisturb: true });
    await alice.ask("phone.call.dial", { to: bob.account });
    await toCallPage(await alice.callWindow()).says("cannot be reached");
    await bob.until("A missed call", ({ missed }) => missed === 1);
    await bob.ask("recents.missed.see", null);
    await bob.ask("preferences.values.change", { doNotDisturb: false });
  });

  it("who is blocked does not ring", async () => {
    await bob.ask("contacts.entry.block", { address: alice.account, blocked: true });
    await alice.ask("phone.call.dial", { to: bob.account });
    await toCallPage(await alice.callWindow()).says("do not want calls from you");
    await bob.ask("contacts.entry.block", { address: alice.account, blocked: false });
  });

  it("contacts: the connection is prepared while it rings, silent until it is answered", async () => {
    const { id } = (await bob.ask("contacts.entry.save", {
      title: "Alice Arden",
      address: alice.account,
    })) as { id: string };
    const { hers, his } = await ring();
    await his.says("Alice Arden");
    await hers.says("Ringing");
    await Promise.all([hers.hears([], [bob.hertz]), his.hears([], [alice.hertz])]);
    await his.press("Answer");
    await Promise.all([hers.hears([bob.hertz], [alice.hertz]), his.hears([alice.hertz], [bob.hertz])]);
    await his.press("Hang up");
    await bob.ask("contacts.entry.remove", { id });
  });

  it("a second call while one is on: answered, the first one is held, and goes on afterwards", async () => {
    const { hers, his } = await talk();
    const { kit, reaches } = await openCaller();
    const talking = reaches("active");
    const call = kit.dial(alice.account);
    await hers.press(/^Hold this call and answer/);
    await talking;
    // Her window too: what is pressed means the opposite of what it shows.
    await Promise.all([his.says("On hold"), hers.says("On hold")]);
    kit.tell(call, "hang-up");
    await hers.press("Hold");
    await Promise.all([hers.hears([bob.hertz], []), his.hears([alice.hertz], [])]);
    await hers.press("Hang up");
  });

  it("nobody answers: the caller is told after a minute, and the callee finds a missed call", async () => {
    const { entry, words } = await unanswered;
    expect(words).toContain("Nobody answered.");
    expect(entry).toMatchObject({ reason: "no-answer", direction: "incoming", talked: false });
  }, 90_000);
});
