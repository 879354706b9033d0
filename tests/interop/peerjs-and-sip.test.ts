import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type PeerPage, type SipPage, type Stage } from "../e2e/browser.ts";
import { type NodeProcess, startNode } from "../e2e/node-process.ts";
import { type PeerVersion, peerVersions } from "../e2e/page-server.ts";
import { addressOf, openPhone, type PhoneOptions } from "../e2e/sip-phones.ts";
import { startWireProxy, type WireProxy } from "../e2e/wire-proxy.ts";
import { countOf, everything } from "../e2e/wire-rules.ts";

const [peersTone, sipsTone] = [500, 900];

describe.skipIf(!findProgram("chromium"))("stock PeerJS pages and stock SIP pages call each other", () => {
  let stage: Stage;
  let node: NodeProcess;
  let turn = 0;
  let peersWire: WireProxy;
  let sipsWire: WireProxy;

  beforeAll(async () => {
    [stage, node] = await Promise.all([openStage(), startNode()]);
  });
  beforeEach(async ({ onTestFailed }) => {
    turn++;
    const wires = await Promise.all([startWireProxy(node.wsUrl), startWireProxy(node.wsUrl)]);
    [peersWire, sipsWire] = wires;
    // What a page did not see may be on a wire, or not even there.
    onTestFailed(() => {
      process.stderr.write(`${wires.flatMap(({ passed }) => passed).join("\n")}\n`);
    });
  });
  afterEach(async () => {
    await stage.closePages();
    await Promise.all([peersWire.close(), sipsWire.close()]);
  });
  afterAll(async () => {
    await stage?.close();
    await node?.stop();
  });

  const peerName = () => `pia-${turn}`;
  const openPeer = async (version: PeerVersion = "1.5.5"): Promise<PeerPage> => {
    const page = await stage.peerPage(version);
    await page.start({ id: peerName(), url: peersWire.httpUrl, persistent: true });
    await page.see("open");
    return page;
  };
  const openSip = (options: PhoneOptions = {}) =>
    openPhone(stage, { wsUrl: sipsWire.url }, { user: `ben${turn}`, ...options });

  const hearEachOther = (pia: PeerPage, ben: SipPage) =>
    Promise.all([pia.hears(ben.address, [sipsTone], [peersTone]), ben.hears([peersTone], [sipsTone])]);

  /** The page calls the SIP address, it rings, is answered, and both hear each other. */
  const talk = async (pia: PeerPage, ben: SipPage) => {
    await pia.call(ben.address, { hertz: peersTone });
    await ben.see("invite sip:*");
    await ben.answer(sipsTone);
    await Promise.all([pia.see(`stream ${ben.address}`), ben.see("talking")]);
    await hearEachOther(pia, ben);
  };

  /** The SIP client calls the PeerJS id, the page gets a call, answers, and both hear each other. */
  const talkBack = async (pia: PeerPage, ben: SipPage) => {
    await ben.call(addressOf(peerName()), sipsTone);
    await pia.see(`call ${ben.address}`);
    await pia.answer(ben.address, { hertz: peersTone });
    await Promise.all([pia.see(`stream ${ben.address}`), ben.see("talking")]);
    await hearEachOther(pia, ben);
  };

  describe("PeerJS calls SIP", () => {
    it.each(peerVersions)(
      "%s calls JsSIP: rings, answered, both hear the other, JsSIP hangs up",
      async version => {
        const [pia, ben] = await Promise.all([openPeer(version), openSip()]);
        await talk(pia, ben);
        await ben.hangUp();
        await Promise.all([pia.see(`call closed ${ben.address}`), ben.see("ended local Terminated")]);
      },
    );

    it("1.5.5 calls SIP.js", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip({ client: "sipjs" })]);
      await talk(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("a picture from PeerJS does not stand in the way of the sound", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await pia.call(ben.address, { hertz: peersTone, video: true });
      await ben.see("invite sip:*");
      await ben.answer(sipsTone);
      await pia.see(`stream ${ben.address}`);
      await hearEachOther(pia, ben);
    });

    it.each([
      ["declines", 603],
      ["is busy", 486],
    ])("who %s: the page is told, and its next call rings", async (_, status) => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await pia.call(ben.address, { hertz: peersTone });
      await ben.see("invite sip:*");
      await ben.refuse(status);
      await pia.see("error peer-unavailable*");
      await pia.call(ben.address, { hertz: peersTone });
      await ben.see("invite sip:*", 2);
      await ben.answer(sipsTone);
      await pia.see(`stream ${ben.address}`);
      await hearEachOther(pia, ben);
    });

    it("who does not answer: the page is told", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip({ noAnswerSeconds: 1 })]);
      await pia.call(ben.address, { hertz: peersTone });
      await ben.see("failed local No Answer");
      await pia.see("error peer-unavailable*");
    });

    it.each([addressOf("nobody"), "nobody.eth", addressOf("anyone", "elsewhere.example")])(
      "nobody is at %s: the page is told",
      async address => {
        const pia = await openPeer();
        await pia.call(address, { hertz: peersTone });
        await pia.see(`error peer-unavailable: Could not connect to peer ${address}`);
      },
    );

    it("a data connection, which SIP clients do not know: the page is told, nothing rings", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await pia.connect(ben.address, "json");
      await pia.see(`error peer-unavailable: Could not connect to peer ${ben.address}`);
      await talk(pia, ben);
      expect((await ben.journal()).filter(entry => entry.startsWith("invite"))).toHaveLength(1);
    });

    it("the page leaves while it rings: it stops ringing", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await pia.call(ben.address, { hertz: peersTone });
      await ben.see("invite sip:*");
      await pia.destroy();
      await ben.see("failed remote Canceled");
    });

    it("the page leaves while they talk: the call ends", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talk(pia, ben);
      await pia.destroy();
      await ben.see("ended remote Terminated");
    });

    it("all devices of the address ring, the first to answer has the call", async () => {
      const [pia, desk, pocket] = await Promise.all([openPeer(), openSip(), openSip()]);
      await pia.call(desk.address, { hertz: peersTone });
      await Promise.all([desk.see("invite sip:*"), pocket.see("invite sip:*")]);
      await pocket.answer(sipsTone);
      await Promise.all([pia.see(`stream ${pocket.address}`), desk.see("failed remote Canceled")]);
      expect(await desk.read("reason")).toMatch(/cause=200\b/);
      await hearEachOther(pia, pocket);
    });
  });

  describe("SIP calls PeerJS", () => {
    it.each(peerVersions)(
      "JsSIP calls %s: rings, answered, both hear the other, JsSIP hangs up",
      async version => {
        const [pia, ben] = await Promise.all([openPeer(version), openSip()]);
        await talkBack(pia, ben);
        await ben.hangUp();
        await Promise.all([pia.see(`call closed ${ben.address}`), ben.see("ended local Terminated")]);
      },
    );

    it("SIP.js calls 1.5.5", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip({ client: "sipjs" })]);
      await talkBack(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("the caller hears that it rings before it is answered", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await ben.call(addressOf(peerName()), sipsTone);
      await Promise.all([pia.see(`call ${ben.address}`), ben.see("progress 180")]);
    });

    it("the caller gives up: it ends in words, and the next call rings", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`);
      await ben.hangUp();
      await ben.see("failed local Canceled");
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`, 2);
      await pia.answer(ben.address, { hertz: peersTone });
      await ben.see("talking");
      await hearEachOther(pia, ben);
    });

    it("the page leaves while it rings: the caller is told", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`);
      await pia.destroy();
      await ben.see("failed remote Unavailable 480");
    });

    it("the page leaves while they talk: the call ends", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talkBack(pia, ben);
      await pia.destroy();
      await ben.see("ended remote Terminated");
    });

    it("no page has the id: the caller is told", async () => {
      const ben = await openSip();
      await ben.call(addressOf("no-such-page"), sipsTone);
      expect(await ben.read("failed")).toMatch(/^failed remote (Not Found 404|Unavailable 480)$/);
    });

    it("it rings at a page whose tab is closed then: the caller is told", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`);
      await pia.page.close();
      await ben.see("failed remote Unavailable 480");
    });

    it("the SIP side holds and takes back, though PeerJS cannot negotiate again", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talkBack(pia, ben);
      await ben.hold();
      await pia.hears(ben.address, [], [sipsTone, peersTone]);
      await ben.unhold();
      await hearEachOther(pia, ben);
    });

    it("sessions that the SIP side refreshes go on", async () => {
      const refreshed = countOf("200 UPDATE");
      sipsWire.obey(refreshed.rule);
      const [pia, ben] = await Promise.all([openPeer(), openSip({ hurry: 30 })]);
      // Called, it refreshes itself: every 45 s, here every 1.5 s; and it ends what was not refreshed for 99 s.
      await pia.call(ben.address, { hertz: peersTone });
      await ben.see("invite sip:*");
      await ben.answer(sipsTone);
      await pia.see(`stream ${ben.address}`);
      await expect.poll(refreshed.count, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
      await hearEachOther(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("keys pressed, which PeerJS knows nothing of, do no harm", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talkBack(pia, ben);
      await ben.dtmf("1");
      await ben.see("dtmf local 1");
      await hearEachOther(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });
  });

  describe("over a bad wire", () => {
    it.each([
      ["comes twice", { copies: 2 }],
      ["is 200 ms late", { delayMs: 200 }],
    ])("every SIP message %s: calls both ways are placed, heard and ended", async (_, fate) => {
      sipsWire.obey(everything(fate));
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talk(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`);
      await pia.answer(ben.address, { hertz: peersTone });
      await Promise.all([pia.see(`stream ${ben.address}`, 2), ben.see("talking", 2)]);
      await hearEachOther(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`, 2);
    });

    it("every PeerJS message is 200 ms late: the call is placed, heard and ended", async () => {
      peersWire.obey(everything({ delayMs: 200 }));
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talk(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("the PeerJS page's socket is cut while they talk: it comes back, and the goodbye still arrives", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talk(pia, ben);
      peersWire.cut();
      await pia.see("disconnected");
      await pia.see("open", 2);
      await hearEachOther(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("the PeerJS page's socket is cut while it rings there: it comes back and answers", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await ben.call(addressOf(peerName()), sipsTone);
      await pia.see(`call ${ben.address}`);
      peersWire.cut();
      await pia.see("open", 2);
      await pia.answer(ben.address, { hertz: peersTone });
      await Promise.all([pia.see(`stream ${ben.address}`), ben.see("talking")]);
      await hearEachOther(pia, ben);
    });

    it("the SIP page's socket is cut while they talk: it comes back and says goodbye itself", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talkBack(pia, ben);
      sipsWire.cut();
      await ben.see("disconnected");
      await ben.see("registered", 2);
      await hearEachOther(pia, ben);
      await ben.hangUp();
      await pia.see(`call closed ${ben.address}`);
    });

    it("the PeerJS page's tab is closed while they talk: the SIP side is told", async () => {
      const [pia, ben] = await Promise.all([openPeer(), openSip()]);
      await talk(pia, ben);
      await pia.page.close();
      await ben.see("ended remote Terminated");
    });
  });
});
