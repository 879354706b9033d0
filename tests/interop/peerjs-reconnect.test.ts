import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type PeerPage, type Stage } from "../e2e/browser.ts";
import { againstPeerServer, type NodeProcess, startNode } from "../e2e/node-process.ts";
import { type PeerVersion, peerVersions } from "../e2e/page-server.ts";
import { startWireProxy, type WireProxy } from "../e2e/wire-proxy.ts";

const [annsTone, bensTone, newTone] = [500, 900, 1_300];

describe.skipIf(!findProgram("chromium"))("stock PeerJS pages whose connection to the node is lost", () => {
  let stage: Stage;
  let node: NodeProcess;
  let proxy: WireProxy;
  const opened: PeerPage[] = [];

  beforeAll(async () => {
    [stage, node] = await Promise.all([openStage(), startNode()]);
    proxy = await startWireProxy(node.wsUrl);
  });
  afterEach(async () => {
    // Who merely drops keeps the id for who comes back with the same token: the next test's pages have the same ids.
    await Promise.all(opened.splice(0).map(page => page.destroy().catch(() => undefined)));
    await stage.closePages();
  });
  afterAll(async () => {
    await stage?.close();
    await proxy?.close();
    await node?.stop();
  });

  const open = async (
    version: PeerVersion,
    id: string,
    options: { url?: string; persistent?: boolean; token?: string } = {},
  ): Promise<PeerPage> => {
    const page = await stage.peerPage(version);
    opened.push(page);
    await page.start({ id, url: proxy.httpUrl, ...options });
    await page.see("open");
    return page;
  };

  /** Ann calls Ben, both answer and hear each other. */
  const talk = async (ann: PeerPage, ben: PeerPage) => {
    await ann.call("ben", { hertz: annsTone });
    await ben.see("call ann");
    await ben.answer("ann", { hertz: bensTone });
    await Promise.all([ann.see("stream ben"), ben.see("stream ann")]);
    await hearEachOther(ann, ben);
  };

  const hearEachOther = (ann: PeerPage, ben: PeerPage) =>
    Promise.all([ann.hears("ben", [bensTone], [newTone]), ben.hears("ann", [annsTone], [newTone])]);

  /** A tone that was not there before: what is heard now was sent now. */
  const hearNews = async (from: PeerPage, name: string, to: PeerPage) => {
    await from.retune(newTone);
    await to.hears(name, [newTone], [annsTone, bensTone]);
  };

  const never = async (page: PeerPage, ...beginnings: string[]) => {
    const entries = await page.journal();
    expect(entries.filter(entry => beginnings.some(beginning => entry.startsWith(beginning)))).toEqual([]);
  };

  it.each(peerVersions)("%s disconnects and comes back under its id; its call goes on", async version => {
    const [ann, ben] = await Promise.all([open(version, "ann"), open("1.5.5", "ben")]);
    await talk(ann, ben);
    await ann.disconnect();
    await ann.see("disconnected");
    await ann.reconnect();
    await ann.see("open", 2);
    expect(await ann.id()).toBe("ann");
    await hearNews(ann, "ann", ben);
    await never(ben, "call closed", "error");
    await ben.connect("ann", "binary");
    await ann.see("connection ben");
  });

  it.each(peerVersions)(
    "%s whose socket is cut opens again under its id; its call goes on",
    async version => {
      const [ann, ben] = await Promise.all([
        open(version, "ann", { persistent: true }),
        open("1.5.5", "ben", { url: node.httpUrl }),
      ]);
      await talk(ann, ben);
      proxy.cut();
      await ann.see("disconnected");
      await ann.see("open", 2);
      await hearNews(ann, "ann", ben);
      await never(ann, "call closed");
      await never(ben, "call closed", "error");
      await ben.connect("ann", "binary");
      await ann.see("connection ben");
      await Promise.all([ann.see("connected ben"), ben.see("connected ann")]);
    },
  );

  // PeerServer gives no OPEN while it still holds the old socket, so that the page waits for ever.
  it.skipIf(againstPeerServer)(
    "opens again while the node still holds the old socket, which gets nothing any more",
    async () => {
      const [ann, ben] = await Promise.all([
        open("1.5.5", "ann", { persistent: true }),
        open("1.5.5", "ben", { url: node.httpUrl }),
      ]);
      await talk(ann, ben);
      proxy.cutPageSide();
      await ann.see("disconnected");
      await ann.see("open", 2);
      await hearNews(ann, "ann", ben);
      await ben.connect("ann", "binary");
      await ann.see("connection ben");
      await ben.see("connected ann");
      await never(ben, "call closed", "error");
    },
  );

  it.skipIf(againstPeerServer)(
    "an id whose socket was cut waits for its owner; nobody else gets it",
    async () => {
      const ann = await open("1.5.5", "ann");
      proxy.cut();
      await ann.see("disconnected");
      const thief = await stage.peerPage("1.5.5");
      await thief.start({ id: "ann", url: node.httpUrl });
      await thief.see("error unavailable-id*");
      await ann.reconnect();
      await ann.see("open", 2);
    },
  );

  it("a page that leaves for good frees its id at once", async () => {
    const ann = await open("1.5.5", "ann");
    await ann.destroy();
    await ann.see("closed");
    await open("1.4.7", "ann", { url: node.httpUrl });
  });

  it("the node is killed and starts again: everybody is back, calls went on, new ones are placed", async () => {
    const first = await startNode();
    onTestFinished(() => first.kill());
    const url = first.httpUrl;
    const pages = await Promise.all([
      open("1.3.2", "cyd", { url, persistent: true }),
      open("1.4.7", "ann", { url, persistent: true }),
      open("1.5.5", "ben", { url, persistent: true }),
    ]);
    const [cyd, ann, ben] = pages;
    await talk(ann, ben);
    await first.kill();
    await Promise.all(pages.map(page => page.see("disconnected")));
    await hearNews(ann, "ann", ben);
    const second = await first.again();
    onTestFinished(() => second.kill());
    await Promise.all(pages.map(page => page.see("open", 2)));
    await never(ann, "call closed");
    await never(ben, "call closed");
    await cyd.call("ben", { hertz: annsTone });
    await ben.see("call cyd");
    await ben.answer("cyd", { hertz: bensTone });
    await Promise.all([cyd.see("stream ben"), ben.see("stream cyd")]);
    await Promise.all([cyd.hears("ben", [bensTone], []), ben.hears("cyd", [annsTone], [])]);
  });

  it.skipIf(againstPeerServer)("the node is asked to stop: it goes within 5 s, calls stay", async () => {
    const own = await startNode();
    onTestFinished(() => own.kill());
    const [ann, ben] = await Promise.all([
      open("1.5.5", "ann", { url: own.httpUrl }),
      open("1.5.5", "ben", { url: own.httpUrl }),
    ]);
    await talk(ann, ben);
    const asked = performance.now();
    expect(await own.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5_000);
    await Promise.all([ann.see("disconnected"), ben.see("disconnected")]);
    await hearNews(ben, "ben", ann);
    await never(ann, "call closed");
  });
});
