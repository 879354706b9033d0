import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type SipClientName, type Stage } from "../e2e/browser.ts";
import { type NodeProcess, startNode } from "../e2e/node-process.ts";
import {
  addressOf,
  allTones,
  hearEachOther,
  openPhone,
  type PhoneOptions,
  ring,
  talk,
  tones,
} from "../e2e/sip-phones.ts";

const clients: (readonly [SipClientName, SipClientName])[] = [
  ["jssip", "jssip"],
  ["jssip", "sipjs"],
  ["sipjs", "jssip"],
  ["sipjs", "sipjs"],
];

describe.skipIf(!findProgram("chromium"))("stock SIP pages through the node", () => {
  let stage: Stage;
  let node: NodeProcess;
  /** Every test has names of its own. */
  let turn = 0;

  beforeAll(async () => {
    [stage, node] = await Promise.all([openStage(), startNode()]);
  });
  beforeEach(() => {
    turn++;
  });
  afterEach(() => stage.closePages());
  afterAll(async () => {
    await stage?.close();
    await node?.stop();
  });

  const addressHere = (user: string) => addressOf(`${user}${turn}`);
  const phone = (user: string, options: PhoneOptions = {}) =>
    openPhone(stage, node, { user: `${user}${turn}`, ...options });
  const annAndBen = (options: PhoneOptions = {}) => Promise.all([phone("ann"), phone("ben", options)]);

  it.each(clients)(
    "%s calls %s: rings, answers, both hear the other, either hangs up",
    async (anns, bens) => {
      const [ann, ben] = await Promise.all([phone("ann", { client: anns }), phone("ben", { client: bens })]);
      await talk(ann, ben);
      await hearEachOther(ann, ben);
      expect(await ben.read("invite")).toBe(`invite ${ann.address}`);
      await ann.hangUp();
      await Promise.all([ann.see("ended*"), ben.see("ended*")]);

      await talk(ann, ben);
      await hearEachOther(ann, ben);
      await ben.hangUp();
      await Promise.all([ann.see("ended*", 2), ben.see("ended*", 2)]);
    },
  );

  it("either side holds and takes back", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    await hearEachOther(ann, ben);
    for (const [one, other, tone] of [
      [ann, ben, tones.ann],
      [ben, ann, tones.ben],
    ] as const) {
      await one.hold();
      await other.see("hold remote");
      await other.hears([], allTones);
      await one.unhold();
      await other.see("unhold remote");
      await other.hears([tone], []);
    }
    await hearEachOther(ann, ben);
  });

  it("keys pressed on either side reach the other, in order", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    await ann.dtmf("15#");
    await ben.dtmf("*0");
    await Promise.all([ben.see("dtmf remote #"), ann.see("dtmf remote 0")]);
    const heard = async (page: typeof ann) =>
      (await page.journal()).filter(entry => entry.startsWith("dtmf remote"));
    expect(await heard(ben)).toEqual(["dtmf remote 1", "dtmf remote 5", "dtmf remote #"]);
    expect(await heard(ann)).toEqual(["dtmf remote *", "dtmf remote 0"]);
  });

  it("the caller gives up while it rings: it stops ringing", async () => {
    const [ann, ben] = await annAndBen();
    await ring(ann, ben);
    await ann.hangUp();
    await Promise.all([ann.see("failed local Canceled*"), ben.see("failed remote Canceled")]);
    await talk(ann, ben);
    await hearEachOther(ann, ben);
  });

  it("who talks already is busy to a third, and the talk goes on", async () => {
    const [ann, ben, cyd] = await Promise.all([phone("ann"), phone("ben"), phone("cyd")]);
    await talk(ann, ben);
    await cyd.call(addressHere("ben"), tones.cyd);
    await cyd.see("failed remote Busy 486");
    await ben.see(`invite refused as busy ${cyd.address}`);
    await hearEachOther(ann, ben);
  });

  it.each([
    [603, "failed remote Rejected 603"],
    [486, "failed remote Busy 486"],
    [480, "failed remote Unavailable 480"],
  ])("a call refused with %i says so to the caller", async (status, words) => {
    const [ann, ben] = await annAndBen();
    await ring(ann, ben);
    await ben.refuse(status);
    await Promise.all([ann.see(words), ben.see("failed local Rejected")]);
  });

  it("nobody answers: both are told when it has rung long enough", async () => {
    const [ann, ben] = await annAndBen({ noAnswerSeconds: 1 });
    await ring(ann, ben);
    await Promise.all([ann.see("failed remote Unavailable 408"), ben.see("failed local No Answer")]);
  });

  it("all devices of one name ring; the first to answer has the call, the others are told", async () => {
    const [ann, desk, pocket, tablet] = await Promise.all([
      phone("ann"),
      phone("ben"),
      phone("ben"),
      phone("ben", { client: "sipjs" }),
    ]);
    await ann.call(addressHere("ben"), tones.ann);
    const devices = [desk, pocket, tablet];
    await Promise.all(devices.map(device => device.see("invite sip:*")));
    await pocket.answer(tones.ben);
    await Promise.all([ann.see("talking"), pocket.see("talking")]);
    await hearEachOther(ann, pocket);
    for (const other of [desk, tablet]) {
      await other.see("failed remote Canceled");
      expect(await other.read("reason")).toMatch(/SIP\s*;\s*cause=200\b.*completed elsewhere/i);
    }
    await pocket.hangUp();
    await ann.see("ended*");
  });

  it("one device is busy, the other still rings and may answer", async () => {
    const [ann, desk, pocket] = await Promise.all([phone("ann"), phone("ben"), phone("ben")]);
    await ann.call(addressHere("ben"), tones.ann);
    await Promise.all([desk.see("invite sip:*"), pocket.see("invite sip:*")]);
    await desk.refuse(486);
    await pocket.answer(tones.ben);
    await Promise.all([ann.see("talking"), pocket.see("talking")]);
    await hearEachOther(ann, pocket);
  });

  it("one device declines for the person: the others stop ringing", async () => {
    const [ann, desk, pocket] = await Promise.all([phone("ann"), phone("ben"), phone("ben")]);
    await ann.call(addressHere("ben"), tones.ann);
    await Promise.all([desk.see("invite sip:*"), pocket.see("invite sip:*")]);
    await desk.refuse(603);
    await Promise.all([ann.see("failed remote Rejected 603"), pocket.see("failed remote Canceled")]);
  });

  it("the caller gives up while several devices ring: all stop", async () => {
    const [ann, desk, pocket] = await Promise.all([
      phone("ann"),
      phone("ben"),
      phone("ben", { client: "sipjs" }),
    ]);
    await ann.call(addressHere("ben"), tones.ann);
    await Promise.all([desk.see("invite sip:*"), pocket.see("invite sip:*"), ann.see("progress 180")]);
    await ann.hangUp();
    await Promise.all([desk.see("failed remote Canceled"), pocket.see("failed remote Canceled")]);
  });

  it.each([addressOf("nobody"), addressOf("anyone", "elsewhere.example")])(
    "a call to %s, whom nobody knows, ends at once and in words",
    async address => {
      const ann = await phone("ann");
      await ann.call(address, tones.ann);
      expect(await ann.read("failed")).toMatch(/^failed remote (Not Found 404|Unavailable 480)$/);
    },
  );

  it("who unregistered, and whose page is closed, does not ring any more", async () => {
    const [ann, ben, bensOther] = await Promise.all([phone("ann"), phone("ben"), phone("ben")]);
    await ben.unregister();
    await ben.see("unregistered");
    await ring(ann, bensOther);
    await bensOther.hangUp();
    await ann.see("failed*");
    await bensOther.page.close();
    await ann.call(addressHere("ben"), tones.ann);
    await ann.see("failed remote*", 2);
    expect(await ann.journal()).toContainEqual(expect.stringMatching(/^failed remote .* (404|480)$/));
    expect((await ben.journal()).filter(entry => entry.startsWith("invite"))).toEqual([]);
  });
});
