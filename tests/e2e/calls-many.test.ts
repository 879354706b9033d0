import { randomPrivateKey } from "ox/Secp256k1";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { on } from "../flow/attacks.ts";
import { openHostileProxy } from "../flow/hostile-proxy.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { type HomeNode, startHomeNode } from "./home-node.ts";
import { openPerson, type Person } from "./person.ts";
import { calmDown } from "./talking.ts";

const context = { chainId: 1, order: "A-17", origin: "https://otc.example" };

describe.skipIf(!findProgram("chromium"))("several who ring at once", () => {
  const bobsKey = randomPrivateKey();
  let node: HomeNode;
  let alice: Person;
  /** Bob at his desk, and Bob at home. */
  let desk: Person;
  let home: Person;
  /** Between each and the node: they hold INVITEs back until both are on their way. */
  let ways: readonly Way[];

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = await startHomeNode();
    ways = await Promise.all([openHostileProxy(node.url), openHostileProxy(node.url)]);
    [alice, desk, home] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900, privateKey: bobsKey }),
      openPerson({ folder, hertz: 1_300, privateKey: bobsKey }),
    ]);
    await Promise.all([
      alice.signIn({ ...node.home, urls: [ways[0]?.url ?? ""] }),
      desk.signIn({ ...node.home, urls: [ways[1]?.url ?? ""] }),
      home.signIn(node.home),
    ]);
  }, 120_000);
  afterEach(async () => {
    for (const way of ways) way.alter((_direction, _message, text) => text);
    await calmDown(alice, desk, home);
  });
  afterAll(async () => {
    await Promise.all([alice?.close(), desk?.close(), home?.close()]);
    for (const way of ways ?? []) way.close();
    await node?.close();
  });

  describe("two devices of one account", () => {
    async function ringBoth() {
      const windows = [alice, desk, home].map(it => it.callWindow());
      await alice.ask("phone.call.dial", { to: desk.account, context });
      const [hers, atDesk, atHome] = (await Promise.all(windows)).map(toCallPage) as [
        CallPage,
        CallPage,
        CallPage,
      ];
      await Promise.all([hers.says("Ringing"), atDesk.says("Calls you"), atHome.says("Calls you")]);
      return { hers, atDesk, atHome };
    }

    it("both ring; who answers first talks, and the other says where it was answered", async () => {
      const { hers, atDesk, atHome } = await ringBoth();
      await atHome.press("Answer");
      await atDesk.says("The call was answered on another device.");
      await Promise.all([
        hers.hears([home.hertz], [alice.hertz, desk.hertz]),
        atHome.hears([alice.hertz], [home.hertz, desk.hertz]),
      ]);
      expect((await desk.snapshot()).missed).toBe(0);
      await atHome.press("Hang up");
      await hers.says("They hung up.");
    });

    it("declined on one, neither rings any more", async () => {
      const { hers, atDesk, atHome } = await ringBoth();
      await atDesk.press("Decline");
      await hers.says("They declined the call.");
      await atHome.says("The call was declined on another device.");
    });

    it("answered on both at once: one of them talks", async () => {
      const { hers, atDesk, atHome } = await ringBoth();
      // Whoever is a moment later may find that it rings no more.
      await Promise.any([atDesk, atHome].map(it => it.press("Answer")));
      const [first, other] = await Promise.any([
        hers.hears([desk.hertz], [home.hertz]).then(() => [desk, atHome] as const),
        hers.hears([home.hertz], [desk.hertz]).then(() => [home, atDesk] as const),
      ]);
      await other.says("The call was answered on another device.");
      const talking = first === desk ? atDesk : atHome;
      await talking.hears([alice.hertz], [first.hertz]);
    });

    it("given up: both have missed it", async () => {
      const { hers, atDesk, atHome } = await ringBoth();
      await hers.press("Hang up");
      await Promise.all([atDesk.says("Missed call"), atHome.says("Missed call")]);
    });
  });

  describe("both call each other about the same order", () => {
    it("at the very same moment: one call comes of it, which nobody has to answer", async () => {
      const known = [await countRecents(alice), await countRecents(desk)] as const;
      crossInvites();
      await Promise.all([
        alice.ask("phone.call.dial", { to: desk.account, context }),
        desk.ask("phone.call.dial", { to: alice.account, context }),
      ]);
      const [hers, his] = await Promise.all([talkingWindow(alice), talkingWindow(desk)]);
      await Promise.all([hers.hears([desk.hertz], [alice.hertz]), his.hears([alice.hertz], [desk.hertz])]);
      const open = async (it: Person) => (await it.snapshot()).calls.filter(({ stage }) => stage !== "ended");
      expect(await open(alice)).toHaveLength(1);
      expect(await open(desk)).toHaveLength(1);
      for (const { browser } of [alice, desk])
        await expect
          .poll(() => browser.targets().filter(it => it.url().includes("call.html")))
          .toHaveLength(1);
      await hers.press("Hang up");
      await his.says("They hung up.");
      await expect.poll(() => countRecents(alice)).toBe(known[0] + 1);
      await expect.poll(() => countRecents(desk)).toBe(known[1] + 1);
    });

    const countRecents = async (it: Person) => (await it.snapshot()).recents.length;

    /** Neither INVITE goes on before both were sent. */
    function crossInvites() {
      const held: (() => void)[] = [];
      for (const way of ways) {
        way.alter(
          on("up", /^INVITE/, text => {
            held.push(() => way.injectUp(text));
            if (held.length === ways.length) for (const go of held) go();
            return undefined;
          }),
        );
      }
    }

    /** Of the call that is talked in; the window of the other one goes. */
    async function talkingWindow(person: Person): Promise<CallPage> {
      const { calls } = await person.until("A talk", it => it.calls.some(({ stage }) => stage === "talking"));
      const id = calls.find(({ stage }) => stage === "talking")?.id ?? "";
      const isIt = (url: string) => new URL(url).searchParams.get("call") === id;
      const target = await person.browser.waitForTarget(
        it => it.url().includes("call.html") && isIt(it.url()),
      );
      return toCallPage(await target.asPage());
    }
  });
});

type Way = Awaited<ReturnType<typeof openHostileProxy>>;
