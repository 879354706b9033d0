import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type PeerPage, type SipPage, type Stage } from "../e2e/browser.ts";
import { type NodeProcess, startNode } from "../e2e/node-process.ts";
import type { PeerVersion } from "../e2e/page-server.ts";
import { type RelayLoad, startRelayLoad } from "../e2e/relay-load.ts";
import { addressOf, openPhone } from "../e2e/sip-phones.ts";

const load = { pairs: 100, perSecond: 3_000 };
const rounds = 5;
/**
 * Browser, node and load share two cores, and the browser takes what it gets: most of a wait is the machine's. What
 * a flood does to others is measured where no browser runs (tests/faults); here no message may be stuck.
 */
const longestWaitMs = 2_000;

type Tones = readonly [caller: number, callee: number];

describe.skipIf(!findProgram("chromium"))(
  "everything at once on one port, while others relay thousands of messages",
  () => {
    let stage: Stage;
    let node: NodeProcess;
    let others: RelayLoad;

    beforeAll(async () => {
      [stage, node] = await Promise.all([openStage(), startNode()]);
      others = await startRelayLoad(node.port, load);
    });
    afterAll(async () => {
      await others?.stop();
      await stage?.close();
      await node?.stop();
    });

    const peer = async (version: PeerVersion, id: string): Promise<PeerPage> => {
      const page = await stage.peerPage(version);
      await page.start({ id, url: node.httpUrl });
      await page.see("open");
      return page;
    };
    const sip = (user: string): Promise<SipPage> => openPhone(stage, node, { user });

    const peerToPeer = async (version: PeerVersion, names: readonly [string, string], [one, two]: Tones) => {
      const [ann, ben] = await Promise.all([peer(version, names[0]), peer("1.5.5", names[1])]);
      return async (round: number) => {
        await ann.call(names[1], { hertz: one });
        await ben.see(`call ${names[0]}`, round);
        await ben.answer(names[0], { hertz: two });
        await Promise.all([ann.see(`stream ${names[1]}`, round), ben.see(`stream ${names[0]}`, round)]);
        await Promise.all([ann.hears(names[1], [two], [one]), ben.hears(names[0], [one], [two])]);
        await Promise.all([ann.hangUp(names[1]), ben.hangUp(names[0])]);
      };
    };
    const sipToSip = async (names: readonly [string, string], [one, two]: Tones) => {
      const [ann, ben] = await Promise.all([sip(names[0]), sip(names[1])]);
      return async (round: number) => {
        await ann.call(ben.address, one);
        await ben.see("invite sip:*", round);
        await ben.answer(two);
        await Promise.all([ann.see("talking", round), ben.see("talking", round)]);
        await Promise.all([ann.hears([two], [one]), ben.hears([one], [two])]);
        await ben.hangUp();
        await ann.see("ended*", round);
      };
    };
    const peerToSip = async (names: readonly [string, string], [one, two]: Tones) => {
      const [pia, ben] = await Promise.all([peer("1.4.7", names[0]), sip(names[1])]);
      return async (round: number) => {
        await pia.call(ben.address, { hertz: one });
        await ben.see("invite sip:*", round);
        await ben.answer(two);
        await Promise.all([pia.see(`stream ${ben.address}`, round), ben.see("talking", round)]);
        await Promise.all([pia.hears(ben.address, [two], [one]), ben.hears([one], [two])]);
        await ben.hangUp();
        await pia.see(`call closed ${ben.address}`, round);
      };
    };
    const sipToPeer = async (names: readonly [string, string], [one, two]: Tones) => {
      const [ben, pia] = await Promise.all([sip(names[0]), peer("1.5.5", names[1])]);
      return async (round: number) => {
        await ben.call(addressOf(names[1]), one);
        await pia.see(`call ${ben.address}`, round);
        await pia.answer(ben.address, { hertz: two });
        await Promise.all([pia.see(`stream ${ben.address}`, round), ben.see("talking", round)]);
        await Promise.all([pia.hears(ben.address, [one], [two]), ben.hears([two], [one])]);
        await ben.hangUp();
        await pia.see(`call closed ${ben.address}`, round);
      };
    };

    it("calls of every kind complete again and again, and the others' messages lose nothing", async () => {
      const pairs = await Promise.all([
        peerToPeer("1.3.2", ["p1", "p2"], [400, 700]),
        peerToPeer("1.5.5", ["p3", "p4"], [500, 800]),
        sipToSip(["s1", "s2"], [600, 900]),
        sipToSip(["s3", "s4"], [1_000, 1_300]),
        peerToSip(["p5", "s5"], [1_100, 1_400]),
        sipToPeer(["s6", "p6"], [1_200, 1_500]),
      ]);
      const before = await others.report();
      for (let round = 1; round <= rounds; round++) await Promise.all(pairs.map(call => call(round)));
      const during = await others.report();
      console.log(
        `${during.received - before.received} messages of others while ${rounds * pairs.length} calls were made: ` +
          `p50 ${during.p50Ms.toFixed(1)} ms, p99 ${during.p99Ms.toFixed(1)} ms`,
      );
      expect(during).toMatchObject({ outOfOrder: 0, closed: 0 });
      expect(during.received - before.received).toBeGreaterThan(load.perSecond);
      // What was sent in the last moments is still on its way.
      expect(during.sent - during.received).toBeLessThan(load.perSecond / 5);
      expect(during.p99Ms).toBeLessThan(longestWaitMs);
    });
  },
);
