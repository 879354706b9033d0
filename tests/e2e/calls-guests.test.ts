import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { openStage, type Stage } from "./browser.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { peerVersions } from "./page-server.ts";
import { openPerson, type Person } from "./person.ts";
import { addressOf, openPhone, tones } from "./sip-phones.ts";

const chain = { id: 31337 };
const domain = "open.example";
const peersTone = 1_700;

describe.skipIf(!findProgram("chromium"))(
  "a phone and clients that nobody here wrote, on an open node",
  () => {
    let node: SignallerNode;
    let stage: Stage;
    let alice: Person;
    let url: { readonly http: string; readonly ws: string };
    let turn = 0;

    beforeAll(async () => {
      const folder = await buildExtension("e2e");
      node = createNode({ domain, open: true, chain, log: createLog(() => undefined, "error") });
      ({ urls: url } = await node.listen());
      [stage, alice] = await Promise.all([openStage(), openPerson({ folder, hertz: 800 })]);
      await alice.signIn({ domain, urls: [url.ws], chain });
    }, 120_000);
    afterEach(async () => {
      turn += 1;
      await stage.closePages();
      const windows = (await alice.browser.pages()).filter(page => page !== alice.panel);
      await Promise.all(windows.map(page => page.close().catch(() => undefined)));
      await alice.until("Quiet", ({ calls }) => calls.every(({ stage: at }) => at === "ended"));
    });
    afterAll(async () => {
      await Promise.all([stage?.close(), alice?.close()]);
      await node?.close();
    });

    const herUri = () => `sip:${alice.account}@${domain}`;
    const openSip = () => openPhone(stage, { wsUrl: url.ws }, { user: `ben${turn}`, domain });
    const openWindow = async (): Promise<CallPage> => toCallPage(await alice.callWindow());

    it("JsSIP calls: shown as not proved, both hear each other, either side's hold is silence", async () => {
      const ben = await openSip();
      const window = openWindow();
      await ben.call(herUri(), tones.ben);
      const hers = await window;
      await hers.says("Not proved");
      await ben.see("progress 180");
      await hers.press("Answer");
      await Promise.all([hers.hears([tones.ben], [alice.hertz]), ben.hears([alice.hertz], [tones.ben])]);
      await hers.press("Hold");
      await Promise.all([hers.hears([], [tones.ben]), ben.hears([], [alice.hertz])]);
      await hers.press("Hold");
      await Promise.all([hers.hears([tones.ben], []), ben.hears([alice.hertz], [])]);
      await ben.hangUp();
      await hers.says("They hung up.");
    });

    it("JsSIP is called, both hear each other, and is hung up on", async () => {
      const ben = await openSip();
      const window = openWindow();
      await alice.ask("phone.call.dial", { to: addressOf(`ben${turn}`, domain) });
      const hers = await window;
      await ben.see("invite sip:*");
      await hers.says("Ringing");
      await ben.answer(tones.ben);
      await Promise.all([hers.hears([tones.ben], [alice.hertz]), ben.hears([alice.hertz], [tones.ben])]);
      await hers.says("Not proved");
      await hers.press("Hang up");
      await ben.see("ended remote Terminated");
    });

    it("JsSIP declines, and is told when a caller gives up", async () => {
      const ben = await openSip();
      await alice.ask("phone.call.dial", { to: addressOf(`ben${turn}`, domain) });
      const first = await openWindow();
      await ben.see("invite sip:*");
      await ben.refuse(603);
      await first.says("They declined the call.");
      await alice.ask("phone.call.dial", { to: addressOf(`ben${turn}`, domain) });
      const second = await openWindow();
      await second.says("Ringing");
      await second.press("Hang up");
      await ben.see("failed remote Canceled");
    });

    it.each(peerVersions)("a page with stock PeerJS %s calls, and is shown as a guest", async version => {
      const pia = await stage.peerPage(version);
      await pia.start({ id: `pia-${turn}`, url: url.http });
      await pia.see("open");
      const window = openWindow();
      await pia.call(herUri(), { hertz: peersTone });
      const hers = await window;
      await hers.says("guest from a web page");
      await hers.press("Answer");
      await pia.see(`stream ${herUri()}`);
      await Promise.all([
        hers.hears([peersTone], [alice.hertz]),
        pia.hears(herUri(), [alice.hertz], [peersTone]),
      ]);
      await hers.press("Hang up");
      await pia.see(`call closed ${herUri()}`);
    });

    it("guests who are not wanted do not ring", async () => {
      await alice.ask("preferences.values.change", { admitsGuests: false });
      const ben = await openSip();
      await ben.call(herUri(), tones.ben);
      await ben.see("failed *");
      const { calls } = await alice.snapshot();
      expect(calls.filter(({ stage: at }) => at !== "ended")).toEqual([]);
      await alice.ask("preferences.values.change", { admitsGuests: true });
    });
  },
);
