import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { openStage, type PeerPage, type Stage } from "../e2e/browser.ts";
import { againstPeerServer, type NodeProcess, startNode } from "../e2e/node-process.ts";
import { type PeerVersion, peerVersions } from "../e2e/page-server.ts";

const [annsTone, bensTone] = [500, 900];
const pairs: (readonly [PeerVersion, PeerVersion])[] = [
  ...peerVersions.map(version => [version, version] as const),
  ["1.3.2", "1.5.5"],
  ["1.5.5", "1.3.2"],
  ["1.4.7", "1.5.5"],
  ["1.5.5", "1.4.7"],
];

describe.skipIf(!findProgram("chromium"))("stock PeerJS pages through the node", () => {
  let stage: Stage;
  let node: NodeProcess;

  beforeAll(async () => {
    [stage, node] = await Promise.all([openStage(), startNode()]);
  });
  afterEach(() => stage.closePages());
  afterAll(async () => {
    await stage?.close();
    await node?.stop();
  });

  const open = async (version: PeerVersion, id: string): Promise<PeerPage> => {
    const page = await stage.peerPage(version);
    await page.start({ id, url: node.httpUrl });
    await page.see("open");
    return page;
  };

  it.each(pairs)("%s calls %s: sound and picture both ways", async (annsVersion, bensVersion) => {
    const [ann, ben] = await Promise.all([open(annsVersion, "ann"), open(bensVersion, "ben")]);
    await ann.call("ben", { hertz: annsTone, video: true, metadata: { order: 7 } });
    await ben.see('call ann {"order":7}');
    await ben.answer("ann", { hertz: bensTone, video: true });
    await Promise.all([ann.see("stream ben"), ben.see("stream ann")]);
    await Promise.all([
      ann.hears("ben", [bensTone], [annsTone]),
      ben.hears("ann", [annsTone], [bensTone]),
      ann.seesPicture("ben", 5),
      ben.seesPicture("ann", 5),
    ]);
  });

  it.each(pairs)(
    "%s connects to %s: values and bytes both ways, and goodbye",
    async (annsVersion, bensVersion) => {
      const [ann, ben] = await Promise.all([open(annsVersion, "ann"), open(bensVersion, "ben")]);
      const said = { words: "grüß dich", list: [1, 2, { three: null }] };
      await ann.connect("ben", "binary", { why: "test" });
      await ben.see('connection ann {"why":"test"}');
      await Promise.all([ann.see("connected ben"), ben.see("connected ann")]);
      await ann.send("ben", said);
      await ben.see(`value ann ${JSON.stringify(said)}`);
      await ben.send("ann", said);
      await ann.see(`value ben ${JSON.stringify(said)}`);
      for (const length of [1, 100_000]) {
        await ann.sendBytes("ben", length);
        await ben.see(`bytes ann ${length} right`);
        await ben.sendBytes("ann", length);
        await ann.see(`bytes ben ${length} right`);
      }
      await ann.closeConnection("ben");
      await Promise.all([ann.see("connection closed ben"), ben.see("connection closed ann")]);
    },
  );

  // Before 1.5 JSON went as text, since then as bytes: the two do not read each other's.
  it.each([
    ["1.3.2", "1.4.7"],
    ["1.4.7", "1.3.2"],
    ["1.5.5", "1.5.5"],
  ] as const)("%s connects to %s: JSON both ways", async (annsVersion, bensVersion) => {
    const [ann, ben] = await Promise.all([open(annsVersion, "ann"), open(bensVersion, "ben")]);
    const said = { words: "grüß dich", list: [1, 2, { three: null }] };
    await ann.connect("ben", "json");
    await ben.see("connection ann");
    await Promise.all([ann.see("connected ben"), ben.see("connected ann")]);
    await ann.send("ben", said);
    await ben.see(`value ann ${JSON.stringify(said)}`);
    await ben.send("ann", said);
    await ann.see(`value ben ${JSON.stringify(said)}`);
  });

  it("a call ends for both when one of 1.5.5 hangs up, and either may call again", async () => {
    const [ann, ben] = await Promise.all([open("1.5.5", "ann"), open("1.5.5", "ben")]);
    await ann.call("ben", { hertz: annsTone });
    await ben.see("call ann");
    await ben.answer("ann", { hertz: bensTone });
    await Promise.all([ann.see("stream ben"), ben.see("stream ann")]);
    await Promise.all([ann.hears("ben", [bensTone], []), ben.hears("ann", [annsTone], [])]);
    await ben.hangUp("ann");
    await Promise.all([ann.see("call closed ben"), ben.see("call closed ann")]);

    await ben.call("ann", { hertz: bensTone });
    await ann.see("call ben");
    await ann.answer("ben", { hertz: annsTone });
    await Promise.all([ann.see("stream ben", 2), ben.see("stream ann", 2)]);
    await Promise.all([ann.hears("ben", [bensTone], [annsTone]), ben.hears("ann", [annsTone], [bensTone])]);
  });

  it("three pages call each other at once", async () => {
    const names = ["ann", "ben", "cyd"] as const;
    type Name = (typeof names)[number];
    const tones = { ann: 500, ben: 900, cyd: 1_300 };
    const pages = await Promise.all(names.map((name, at) => open(peerVersions[at] ?? "1.5.5", name)));
    const of = (name: Name) => pages[names.indexOf(name)] as PeerPage;
    const calls = [
      ["ann", "ben"],
      ["ben", "cyd"],
      ["cyd", "ann"],
    ] as const;
    await Promise.all(calls.map(([from, to]) => of(from).call(to, { hertz: tones[from] })));
    await Promise.all(
      calls.map(async ([from, to]) => {
        await of(to).see(`call ${from}`);
        await of(to).answer(from, { hertz: tones[to] });
        await Promise.all([of(from).see(`stream ${to}`), of(to).see(`stream ${from}`)]);
        const others = (name: Name) => names.filter(other => other !== name).map(other => tones[other]);
        await of(from).hears(to, [tones[to]], others(to));
        await of(to).hears(from, [tones[from]], others(from));
      }),
    );
    expect((await pages[0]?.listPeers())?.toSorted()).toEqual(["ann", "ben", "cyd"]);
  });

  it("the node gives an id to a page that brings none", async () => {
    const page = await stage.peerPage("1.5.5");
    await page.start({ url: node.httpUrl });
    await page.see("open");
    expect(await page.id()).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(peerVersions)("%s under an id that is taken is told so", async version => {
    await open("1.5.5", "ann");
    const other = await stage.peerPage(version);
    await other.start({ id: "ann", url: node.httpUrl });
    await other.see("error unavailable-id*");
    expect(await other.states()).toMatchObject({ open: false, destroyed: true });
  });

  it("who calls or connects to nobody is told that the peer is unavailable", async () => {
    const pages = await Promise.all(
      peerVersions.map(version => open(version, `from-${version.replaceAll(".", "-")}`)),
    );
    await Promise.all(
      pages.map(async page => {
        await page.call("nobody", { hertz: annsTone });
        await page.connect("nobody-either", "json");
        await page.see("error peer-unavailable*", 2);
      }),
    );
  });

  it("a call placed just before the other arrives rings when it has arrived", async () => {
    const ann = await open("1.5.5", "ann");
    const ben = await stage.peerPage("1.5.5");
    await ann.call("ben", { hertz: annsTone });
    await ben.start({ id: "ben", url: node.httpUrl });
    await ben.see("call ann");
    await ben.answer("ann", { hertz: bensTone });
    await ann.see("stream ben");
    await ann.hears("ben", [bensTone], [annsTone]);
    expect((await ann.journal()).filter(entry => entry.startsWith("error"))).toEqual([]);
  });

  it("an id that PeerJS itself refuses never reaches the node; the page is told", async () => {
    const page = await stage.peerPage("1.5.5");
    await page.start({ id: "not an id!?", url: node.httpUrl });
    await page.see("error invalid-id*");
  });

  it.skipIf(againstPeerServer).each([
    ["an account", "0x52908400098527886E0F7030069857D2E4169EE7"],
    ["a number", "99912345678"],
    ["a number in groups", "999 1234 5678"],
  ])("an id that looks like %s is refused in words, for every version", async (_, id) => {
    const pages = await Promise.all(peerVersions.map(version => stage.peerPage(version)));
    await Promise.all(
      pages.map(async page => {
        await page.start({ id, url: node.httpUrl });
        expect(await page.read("error")).toMatch(/^error (server-error|invalid-id): .*\b(id|name)\b/i);
        expect(await page.states()).toMatchObject({ open: false });
      }),
    );
  });

  it.skipIf(againstPeerServer)("another application's key is refused in words", async () => {
    const page = await stage.peerPage("1.5.5");
    await page.start({ id: "ann", url: node.httpUrl, key: "other" });
    expect(await page.read("error")).toMatch(/^error (server-error|invalid-key): .*key/i);
    expect(await page.states()).toMatchObject({ open: false });
  });

  it("pages find each other by /peers, and the gone are not listed", async () => {
    const [ann, ben] = await Promise.all([open("1.3.2", "ann"), open("1.5.5", "ben")]);
    expect((await ann.listPeers()).toSorted()).toEqual(["ann", "ben"]);
    await ben.destroy();
    await ben.see("closed");
    await expect.poll(() => ann.listPeers(), { timeout: 10_000 }).toEqual(["ann"]);
  });
});
