import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type SipPage, type Stage } from "../e2e/browser.ts";
import { findFreePort, type NodeProcess, startNode } from "../e2e/node-process.ts";
import {
  addressOf,
  hearEachOther,
  openPhone,
  type PhoneOptions,
  ring,
  talk,
  tones,
} from "../e2e/sip-phones.ts";

const domains = ["one.example", "two.example"] as const;

describe.skipIf(!findProgram("chromium"))("stock SIP pages of two domains, each with its node", () => {
  let stage: Stage;
  let one: NodeProcess;
  let two: NodeProcess;
  let folder: string;
  let turn = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "etherlynk-two-nodes-"));
    stage = await openStage();
    [one, two] = await startBoth(folder);
  });
  beforeEach(() => {
    turn++;
  });
  afterEach(() => stage.closePages());
  afterAll(async () => {
    await stage?.close();
    await Promise.all([one?.stop(), two?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const phone = (user: string, at: 0 | 1, options: PhoneOptions = {}): Promise<SipPage> =>
    openPhone(stage, at === 0 ? one : two, { user: `${user}${turn}`, domain: domains[at], ...options });
  const annAndBen = (options: PhoneOptions = {}) => Promise.all([phone("ann", 0), phone("ben", 1, options)]);

  it("calls from either domain ring in the other, are heard, and end by either side", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    expect(await ben.read("invite")).toBe(`invite ${ann.address}`);
    await hearEachOther(ann, ben);
    await ben.hangUp();
    await Promise.all([ann.see("ended remote Terminated"), ben.see("ended local Terminated")]);
    await ben.call(ann.address, tones.ben);
    await ann.see("invite sip:*");
    await ann.answer(tones.ann);
    await Promise.all([ann.see("talking", 2), ben.see("talking", 2)]);
    await hearEachOther(ann, ben);
    await ben.hangUp();
    await ann.see("ended remote Terminated", 2);
  });

  it("hold and keys go through both nodes", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    await ann.dtmf("42");
    await ben.see("dtmf remote 2");
    await ben.hold();
    await ann.see("hold remote");
    await ann.hears([], [tones.ben]);
    await ben.unhold();
    await ann.see("unhold remote");
    await hearEachOther(ann, ben);
  });

  it("giving up, declining, being busy and not answering are told across", async () => {
    const [ann, ben] = await annAndBen({ noAnswerSeconds: 2 });
    await ring(ann, ben);
    await ann.hangUp();
    await Promise.all([ann.see("failed local Canceled"), ben.see("failed remote Canceled")]);
    await ring(ann, ben);
    await ben.refuse(603);
    await ann.see("failed remote Rejected 603");
    await ring(ann, ben);
    await ben.refuse(486);
    await ann.see("failed remote Busy 486");
    await ring(ann, ben);
    await ann.see("failed remote Unavailable 408");
  });

  it("several devices in the other domain ring; the rest are told that it was answered elsewhere", async () => {
    const [ann, desk, pocket] = await Promise.all([phone("ann", 0), phone("ben", 1), phone("ben", 1)]);
    await ann.call(desk.address, tones.ann);
    await Promise.all([desk.see("invite sip:*"), pocket.see("invite sip:*")]);
    await desk.answer(tones.ben);
    await Promise.all([ann.see("talking"), desk.see("talking"), pocket.see("failed remote Canceled")]);
    expect(await pocket.read("reason")).toMatch(/cause=200\b/);
    await hearEachOther(ann, desk);
  });

  it("nobody of that name in the other domain: the caller is told", async () => {
    const ann = await phone("ann", 0);
    await ann.call(addressOf("nobody", domains[1]), tones.ann);
    expect(await ann.read("failed")).toMatch(/^failed remote (Not Found 404|Unavailable 480)$/);
  });

  it("a PeerJS page of one domain calls a SIP page of the other", async () => {
    const [pia, ben] = await Promise.all([stage.peerPage("1.5.5"), phone("ben", 1)]);
    await pia.start({ id: "pia", url: one.httpUrl });
    await pia.see("open");
    await pia.call(ben.address, { hertz: tones.ann });
    await ben.see("invite sip:*");
    await ben.answer(tones.ben);
    await Promise.all([pia.see(`stream ${ben.address}`), ben.see("talking")]);
    await Promise.all([
      pia.hears(ben.address, [tones.ben], [tones.ann]),
      ben.hears([tones.ann], [tones.ben]),
    ]);
    await ben.hangUp();
    await pia.see(`call closed ${ben.address}`);
  });

  it("a SIP page of one domain calls a PeerJS page of the other", async () => {
    const [ann, pia] = await Promise.all([phone("ann", 0), stage.peerPage("1.5.5")]);
    await pia.start({ id: "pia", url: two.httpUrl });
    await pia.see("open");
    await ann.call(addressOf("pia", domains[1]), tones.ann);
    await pia.see(`call ${ann.address}`);
    await pia.answer(ann.address, { hertz: tones.ben });
    await Promise.all([pia.see(`stream ${ann.address}`), ann.see("talking")]);
    await Promise.all([
      pia.hears(ann.address, [tones.ann], [tones.ben]),
      ann.hears([tones.ben], [tones.ann]),
    ]);
    await ann.hangUp();
    await pia.see(`call closed ${ann.address}`);
  });

  it("the other domain's node restarts: talks go on and can be ended, new calls ring", async () => {
    const [ann, ben] = await annAndBen();
    await talk(ann, ben);
    await two.kill();
    await ben.see("disconnected");
    await hearEachOther(ann, ben);
    two = await two.again();
    await ben.see("registered", 2);
    await ben.hangUp();
    await ann.see("ended remote Terminated");
    await talk(ann, ben);
    await hearEachOther(ann, ben);
  });

  it("the other domain's node is down: the caller is told, and reaches it when it is back", async () => {
    await two.kill();
    const ann = await phone("ann", 0);
    await ann.call(addressOf(`ben${turn}`, domains[1]), tones.ann);
    expect(await ann.read("failed")).toMatch(/^failed remote .* (408|480|502|503|504)$/);
    two = await two.again();
    const ben = await phone("ben", 1);
    await expect
      .poll(
        async () => {
          const tries = (await ann.journal()).filter(entry => entry.startsWith("failed")).length;
          await ann.call(ben.address, tones.ann);
          return Promise.race([ben.read("invite sip:"), ann.see("failed*", tries + 1).then(() => "failed")]);
        },
        { timeout: 20_000 },
      )
      .toBe(`invite ${ann.address}`);
    await ben.answer(tones.ben);
    await ann.see("talking");
    await hearEachOther(ann, ben);
  });
});

/** Each must know the other's address and key before it starts, so the keys are made by a first start. */
async function startBoth(folder: string): Promise<[NodeProcess, NodeProcess]> {
  const keyFiles = domains.map(domain => join(folder, `${domain}.key`));
  const thumbprints = await Promise.all(
    keyFiles.map(async file => {
      const node = await startNode({ options: ["--key", file] });
      await node.stop();
      return node.printed.join("\n").match(/\bkey=([\w-]{43})/)?.[1] ?? "";
    }),
  );
  const ports = [await findFreePort(), await findFreePort()];
  const start = (own: 0 | 1) => {
    const other = own === 0 ? 1 : 0;
    const peer = `${domains[other]}=ws://127.0.0.1:${ports[other]}#${thumbprints[other]}`;
    const options = ["--key", keyFiles[own] ?? "", "--peer", peer];
    return startNode({ port: ports[own] ?? 0, domain: domains[own], options });
  };
  return Promise.all([start(0), start(1)]);
}
