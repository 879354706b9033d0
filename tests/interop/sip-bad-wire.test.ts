import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type SipPage, type Stage } from "../e2e/browser.ts";
import { againstKamailio, type NodeProcess, startNode } from "../e2e/node-process.ts";
import {
  addressOf,
  hearEachOther,
  openPhone,
  type PhoneOptions,
  ring,
  talk,
  tones,
} from "../e2e/sip-phones.ts";
import { passOn, type Rule, startWireProxy, type WireProxy } from "../e2e/wire-proxy.ts";
import { countOf, everything, firstOf } from "../e2e/wire-rules.ts";

const lost = { copies: 0 };
const never = { times: Number.POSITIVE_INFINITY };

describe.skipIf(!findProgram("chromium"))("stock SIP pages over a bad wire", () => {
  let stage: Stage;
  let node: NodeProcess;
  let turn = 0;
  let annsWire: WireProxy;
  let bensWire: WireProxy;

  /** Begun before all others and looked at after them, because it lasts SIP's 32 s. */
  let silent: { wire: WireProxy; pages: SipPage[]; told: Promise<void> };

  beforeAll(async () => {
    [stage, node] = await Promise.all([openStage(), startNode()]);
    silent = await callIntoSilence();
  });
  beforeEach(async () => {
    turn++;
    [annsWire, bensWire] = await Promise.all([startWireProxy(node.wsUrl), startWireProxy(node.wsUrl)]);
  });
  afterEach(async () => {
    await stage.closePages(silent.pages);
    await Promise.all([annsWire.close(), bensWire.close()]);
  });
  afterAll(async () => {
    await stage?.close();
    await silent?.wire.close();
    await node?.stop();
  });

  const callIntoSilence = async () => {
    const wire = await startWireProxy(node.wsUrl);
    const [amy, bob] = await Promise.all([
      openPhone(stage, node, { user: "amy" }),
      openPhone(stage, { wsUrl: wire.url }, { user: "bob" }),
    ]);
    wire.obey(everything(lost));
    await amy.call(bob.address, tones.ann);
    const told = amy.see("failed remote Unavailable 408", 1, 80_000);
    // Whoever awaits it hears of its failure; nobody does before the last test.
    told.catch(() => undefined);
    return { wire, pages: [amy, bob], told };
  };

  const phone = (user: string, wire: WireProxy, options: PhoneOptions = {}) =>
    openPhone(stage, { wsUrl: wire.url }, { user: `${user}${turn}`, ...options });
  const annAndBen = (options: PhoneOptions = {}) =>
    Promise.all([phone("ann", annsWire, options), phone("ben", bensWire, options)]);

  const wholeCall = async ([ann, ben]: [SipPage, SipPage]) => {
    await ann.call(ben.address, tones.ann);
    await ben.see("invite sip:*");
    await ben.answer(tones.ben);
    await Promise.all([ann.see("talking"), ben.see("talking")]);
    await hearEachOther(ann, ben);
    await ben.hangUp();
    await Promise.all([ann.see("ended remote Terminated"), ben.see("ended local Terminated")]);
    expect(await pageErrors(ann, ben)).toEqual([]);
  };

  const pageErrors = async (...pages: SipPage[]) => {
    const journals = await Promise.all(pages.map(page => page.journal()));
    return journals.flat().filter(entry => entry.startsWith("page error"));
  };

  interface BadWire {
    readonly what: string;
    readonly anns?: () => Rule;
    readonly bens?: () => Rule;
  }
  const endured: readonly BadWire[] = [
    { what: "every message comes twice", anns: twice, bens: twice },
    { what: "every message comes three times at the caller", anns: () => everything({ copies: 3 }) },
    { what: "every message is 200 ms late", anns: late, bens: late },
    { what: "every second message is late, so that later ones overtake it", anns: shuffled, bens: shuffled },
    { what: "the ringing is told after the answer", anns: () => firstOf("180 INVITE", { delayMs: 600 }) },
    { what: "the first ringing is lost", anns: () => firstOf("180 INVITE", lost) },
    { what: "the caller's 100 is lost", anns: () => firstOf("100 INVITE", lost) },
    { what: "the callee's first 200 is lost", bens: () => firstOf("200 INVITE", lost) },
    { what: "the caller's first two 200s are lost", anns: () => firstOf("200 INVITE", lost, { times: 2 }) },
    { what: "the caller's first ACK is lost", anns: () => firstOf("ACK", lost) },
    { what: "the callee's first two ACKs are lost", bens: () => firstOf("ACK", lost, { times: 2 }) },
    { what: "200s come twice and late, ACKs come twice", anns: late, bens: twice },
  ];

  it.each(endured)("$what: the call is placed, heard and ended nevertheless", async ({ anns, bens }) => {
    const phones = await annAndBen();
    annsWire.obey(anns?.() ?? passOn);
    bensWire.obey(bens?.() ?? passOn);
    await wholeCall(phones);
    expect(annsWire.struck > 0).toBe(anns !== undefined);
    expect(bensWire.struck > 0).toBe(bens !== undefined);
  });

  it.each([
    ["every message comes twice", twice],
    ["every message is 200 ms late", late],
  ] as const)("%s: registering, giving up and declining end once and in words", async (_, rule) => {
    annsWire.obey(rule());
    bensWire.obey(rule());
    const [ann, ben] = await annAndBen();
    await ring(ann, ben);
    await ann.hangUp();
    await Promise.all([ann.see("failed local Canceled"), ben.see("failed remote Canceled")]);
    await ring(ann, ben);
    await ben.refuse(603);
    await Promise.all([ann.see("failed remote Rejected 603"), ben.see("failed local Rejected")]);
    const endings = (await ben.journal()).filter(entry => /^(invite|failed)/.test(entry));
    expect(endings).toHaveLength(4);
  });

  it("the caller's INVITE is lost: the caller is told after SIP's wait", async () => {
    annsWire.obey(firstOf("INVITE", lost, never));
    const [ann] = await annAndBen({ hurry: 10 });
    await ann.call(addressOf(`ben${turn}`), tones.ann);
    // JsSIP gives it up as its user would have.
    await ann.see("failed local Canceled");
  });

  it("the caller's giving up is lost: the callee stops ringing by itself", async () => {
    annsWire.obey(firstOf("CANCEL", lost, never));
    const [ann, ben] = await annAndBen({ noAnswerSeconds: 2 });
    await ring(ann, ben);
    await ann.hangUp();
    await Promise.all([ann.see("failed local Canceled"), ben.see("failed local No Answer")]);
  });

  it("no answer of the callee gets through: both ends stop in words", async () => {
    bensWire.obey(firstOf("200 INVITE", lost, never));
    const [ann, ben] = await annAndBen({ hurry: 10 });
    await ring(ann, ben);
    await ben.answer(tones.ben);
    await ben.see("ended remote No ACK*");
    await ann.hangUp();
    await ann.see("failed local Canceled");
  });

  it("the goodbye is lost: the other side ends when the session is not refreshed", async () => {
    const [ann, ben] = await annAndBen({ hurry: 20 });
    await talk(ann, ben);
    annsWire.obey(firstOf("BYE", lost, never));
    await ann.hangUp();
    await ann.see("ended local Terminated");
    await ben.see("ended*");
  });

  it("sessions are refreshed through the node, and go on", async () => {
    const refreshed = countOf("200 UPDATE");
    bensWire.obey(refreshed.rule);
    const [ann, ben] = await annAndBen({ hurry: 30 });
    await talk(ann, ben);
    await expect.poll(refreshed.count, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    await hearEachOther(ann, ben);
    await ann.hangUp();
    await ben.see("ended remote Terminated");
  });

  it("the REGISTER is lost: the page is told", async () => {
    annsWire.obey(firstOf("REGISTER", lost));
    const ann = await phone("ann", annsWire, { hurry: 10, awaitRegistration: false });
    await ann.see("registration failed Request Timeout");
  });

  // Kamailio without its outbound module routes to connections, not to devices.
  it.skipIf(againstKamailio)(
    "the caller's socket is cut while they talk: she comes back, and the goodbye still arrives",
    async () => {
      const [ann, ben] = await annAndBen();
      await talk(ann, ben);
      annsWire.cut();
      await ann.see("disconnected");
      await ann.see("registered", 2);
      await hearEachOther(ann, ben);
      await ben.hangUp();
      await Promise.all([ann.see("ended remote Terminated"), ben.see("ended local Terminated")]);
      await talk(ben, ann);
    },
  );

  it.skipIf(againstKamailio)(
    "the caller changes her network, the node still holds the old socket: calls ring at the new one, once",
    async () => {
      const [ann, ben] = await annAndBen();
      await talk(ann, ben);
      annsWire.cutPageSide();
      await ann.see("registered", 2);
      await ben.dtmf("7");
      await ann.see("dtmf remote 7");
      await ben.hangUp();
      await ann.see("ended remote Terminated");
      await ring(ben, ann);
      await ann.answer(tones.ann);
      await Promise.all([ann.see("talking", 2), ben.see("talking", 2)]);
      expect((await ann.journal()).filter(entry => entry.startsWith("invite"))).toHaveLength(1);
    },
  );

  it("the callee's socket is cut while they talk: he comes back and says goodbye himself", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    bensWire.cut();
    await ben.see("disconnected");
    await ben.see("registered", 2);
    await ben.dtmf("7");
    await ann.see("dtmf remote 7");
    await ben.hangUp();
    await ann.see("ended remote Terminated");
  });

  it.skipIf(againstKamailio)(
    "the node is killed and starts again: the call goes on, and so does its dialog",
    async () => {
      const first = await startNode();
      onTestFinished(() => first.kill());
      const [ann, ben] = await Promise.all([
        openPhone(stage, first, { user: "ann" }),
        openPhone(stage, first, { user: "ben" }),
      ]);
      await talk(ann, ben);
      await first.kill();
      await Promise.all([ann.see("disconnected"), ben.see("disconnected")]);
      await hearEachOther(ann, ben);
      const second = await first.again();
      onTestFinished(() => second.kill());
      await Promise.all([ann.see("registered", 2), ben.see("registered", 2)]);
      await ann.hold();
      await ben.see("hold remote");
      await ann.unhold();
      await ben.see("unhold remote");
      await hearEachOther(ann, ben);
      await ben.hangUp();
      await ann.see("ended remote Terminated");
      await talk(ben, ann);
    },
  );

  it("the caller is cut off while it rings: she is told, and who answers nevertheless is told too", async () => {
    const [ann, ben] = await annAndBen({ hurry: 10 });
    await ring(ann, ben);
    annsWire.cut();
    await ann.see("failed*");
    // Either the node has ended the ringing by itself, or the answer finds nobody.
    await ben.answer(tones.ben).catch(() => undefined);
    expect(await Promise.race([ben.read("ended"), ben.read("failed")])).toMatch(/Canceled|No ACK|Terminated/);
  });

  it("the caller's page is closed while it rings: it stops ringing, or is told when it is answered", async () => {
    const [ann, ben] = await annAndBen({ hurry: 10 });
    await ring(ann, ben);
    await ann.page.close();
    await ben.answer(tones.ben).catch(() => undefined);
    expect(await Promise.race([ben.read("ended"), ben.read("failed")])).toMatch(/Canceled|No ACK|Terminated/);
  });

  it.skipIf(againstKamailio)("the callee is cut off while it rings: the caller is told", async () => {
    const [ann, ben] = await annAndBen();
    await ring(ann, ben);
    bensWire.obey(everything(lost));
    bensWire.cut();
    expect(await ann.read("failed")).toMatch(/^failed remote .* (408|430|480|503)$/);
  });

  it("the callee's wire swallows everything: the caller is told after SIP's wait", async () => {
    await silent.told;
  }, 90_000);
});

function twice(): Rule {
  return everything({ copies: 2 });
}

function late(): Rule {
  return everything({ delayMs: 200 });
}

function shuffled(): Rule {
  let count = 0;
  return () => ({ delayMs: count++ % 2 === 0 ? 150 : 0 });
}
