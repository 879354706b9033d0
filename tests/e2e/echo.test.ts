import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildExtension } from "../../scripts/build-extension.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { startEcho } from "../../services/echo/start-echo.ts";
import { type MachineKeys, openMachineKeys } from "../../services/kit/machine-keys.ts";
import { createLog } from "../../signaller/log.ts";
import { createNode } from "../../signaller/node.ts";
import { openStage, type Stage } from "./browser.ts";
import { toCallPage } from "./call-page.ts";
import { type NodeProcess, startNode, testDomain } from "./node-process.ts";
import { openPerson } from "./person.ts";
import { addressOf, openPhone } from "./sip-phones.ts";

const [ownTone, endTone] = [500, 880];
const echo = addressOf("echo");
const pictures = join(import.meta.dirname, "../../.output/pictures");
mkdirSync(pictures, { recursive: true });

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

describe.skipIf(!findProgram("chromium"))("the test call of the welcome page", () => {
  it("is answered by an account that signs: the card says whose word it is that this is the echo", async () => {
    const [keys, folder] = await Promise.all([openMachineKeys(), buildExtension("e2e")]);
    const [domain, chain] = ["closed.example", { id: 1 }];
    const aliases = new Map([["echo", keys.account.toLowerCase()]]);
    const node = createNode({ domain, chain, aliases, log: createLog(() => undefined, "error") });
    const { urls } = await node.listen();
    onTestFinished(() => node.close());
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    await startEcho({ domain, urls: [urls.ws], keys, log: () => undefined, signal: stop.signal });
    const ann = await openPerson({ folder, hertz: ownTone });
    onTestFinished(() => ann.close());
    await ann.signIn({ domain, urls: [urls.ws], chain });

    await ann.ask("phone.echo.dial", null);
    const window = toCallPage(await ann.callWindow());
    await window.says(`Signed by 0x${keys.account.slice(2, 6)}…${keys.account.slice(-4)}`);
    await window.hears([endTone], [ownTone]);
    await window.hears([ownTone], [endTone]);
    const card = await window.page.$eval(".proof", it => it.textContent);
    expect(card).toContain(keys.account);
    expect(card).toContain("the word of that domain's node");
    expect(card).not.toContain("Not proved");
    expect(card).not.toContain("Proved");
    await window.page.screenshot({ path: join(pictures, "call-echo.png") });
  });
});
