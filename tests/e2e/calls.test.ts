import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { openPerson, type Person } from "./person.ts";

const chain = { id: 31337 };
const domain = "closed.example";

describe.skipIf(!findProgram("chromium"))("two people, two browsers, one node", () => {
  let node: SignallerNode;
  let home: HomeDomain;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    const folder = await buildExtension("e2e");
    node = createNode({ domain, chain, log: createLog(() => undefined, "error") });
    const { urls } = await node.listen();
    home = { domain, urls: [urls.ws], chain };
    [alice, bob] = await Promise.all([
      openPerson({ folder, hertz: 500 }),
      openPerson({ folder, hertz: 900 }),
    ]);
    await Promise.all([alice.signIn(home), bob.signIn(home)]);
  }, 120_000);
  afterEach(async () => {
    for (const { browser, panel } of [alice, bob]) {
      const windows = (await browser.pages()).filter(page => page !== panel);
      await Promise.all(windows.map(page => page.close().catch(() => undefined)));
    }
    await Promise.all([alice, bob].map(it => it.until("Quiet", ({ calls }) => calls.every(isEnded))));
  });
  afterAll(async () => {
    await alice?.close();
    await bob?.close();
    await node?.close();
  });

  const isEnded = ({ stage }: { readonly stage: string }) => stage === "ended";

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

  it("one calls, the other answers, both hear each other, and either hangs up", async () => {
    const { hers, his } = await talk();
    await his.says("Proved by a signature");
    await hers.press("Hang up");
    await his.says("They hung up.");
    await Promise.all([hers.closed(), his.closed()]);
    const [mine, theirs] = await Promise.all([alice.snapshot(), bob.snapshot()]);
    expect(mine.recents[0]).toMatchObject({ direction: "outgoing", missed: false, address: bob.account });
    expect(theirs.recents[0]).toMatchObject({ direction: "incoming", missed: false, address: alice.account });
  });
});
