import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { startEcho } from "../../services/echo/start-echo.ts";
import { type MachineKeys, openMachineKeys } from "../../services/kit/machine-keys.ts";
import { openStage, type Stage } from "./browser.ts";
import { type NodeProcess, startNode, testDomain } from "./node-process.ts";
import { addressOf, openPhone } from "./sip-phones.ts";

const [ownTone, endTone] = [500, 880];
const echo = addressOf("echo");

describe.skipIf(!findProgram("chromium"))("stock pages call the echo", () => {
  let stage: Stage;
  let node: NodeProcess;
  let keys: MachineKeys;
  const stop = new AbortController();

  beforeAll(async () => {
    keys = await openMachineKeys();
    [stage, node] = await Promise.all([
      openStage(),
      startNode({ options: ["--alias", `echo=${keys.account}`] }),
    ]);
    await startEcho({
      domain: testDomain,
      urls: [node.wsUrl],
      keys,
      log: () => undefined,
      signal: stop.signal,
    });
  });
  afterEach(() => stage.closePages());
  afterAll(async () => {
    stop.abort();
    await stage?.close();
    await node?.stop();
  });

  it("JsSIP hears speech, the tone at its end, then itself; through a hold; and hangs up", async () => {
    const ann = await openPhone(stage, node, { user: "ann" });
    await ann.call(echo, ownTone);
    await ann.see("talking");
    await ann.hearsSpeech();
    await ann.hears([endTone], [ownTone]);
    await ann.hears([ownTone], [endTone]);
    await ann.hold();
    await ann.hears([], [ownTone]);
    await ann.unhold();
    await ann.hears([ownTone], []);
    await ann.hangUp();
    await ann.see("ended local Terminated");
  });

  it("a PeerJS page hears itself and sees its own picture", async () => {
    const pia = await stage.peerPage("1.5.5");
    await pia.start({ id: "pia", url: node.httpUrl });
    await pia.see("open");
    await pia.call(echo, { hertz: ownTone, video: true });
    await pia.see(`stream ${echo}`);
    await pia.seesPicture(echo, 10);
    await pia.hears(echo, [endTone], [ownTone]);
    await pia.hears(echo, [ownTone], [endTone]);
    await pia.seesPicture(echo, 10);
  });

  it("nobody else can take its name", async () => {
    const mallory = await openPhone(stage, node, { user: "echo", awaitRegistration: false });
    await mallory.see("registration failed 403");
    expect(await mallory.journal()).not.toContain("registered");
  });
});
