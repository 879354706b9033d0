import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { Page } from "puppeteer";
import { type WebSocket as Socket, WebSocketServer } from "ws";
import type { HomeDomain } from "../background/bus/phone-contract.ts";
import { buildExtension } from "../scripts/build-extension.ts";
import { createLog } from "../signaller/log.ts";
import { createNode } from "../signaller/node.ts";
import { type CallPage, toCallPage } from "../tests/e2e/call-page.ts";
import { openPerson, type Person } from "../tests/e2e/person.ts";
import type { First } from "./call-page/ear.ts";
import type { Opening, PeerPage } from "./call-page/peer-page.ts";
import type { WindowEar } from "./call-page/window-ear.ts";
import { startDelayRelay } from "./delay-relay.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, median, printRow, toFigure, toLoneRow, toRow } from "./rounds.ts";

// Two browsers, two people: from a click to ringing, from "Answer" to sound and picture. README.md says how and why.

declare global {
  var page: PeerPage;
  var windowEar: WindowEar;
}

/** Milliseconds. `toCaller`: what the callee says, heard by the caller. */
interface Talk {
  readonly ring: number;
  readonly toCaller: number;
  readonly toCallee: number;
  readonly frameToCaller: number;
  readonly frameToCallee: number;
  /** From the answer to the offer's arrival at the caller; a contact's was there before. */
  readonly offer: number;
  /** Connections to the node that were opened after the answer. */
  readonly sockets: number;
}

const goals = { ringMs: 60, toPeer: 1.1, prepared: 0.3 } as const;
type Name = "stranger" | "contact" | "video" | "peerjs" | "again" | "raw" | "prepared";

const peerNames: Readonly<Record<Name, string>> = {
  stranger: "ours",
  contact: "ours",
  video: "ours",
  peerjs: "PeerJS 1.5.5, from peer.call(), a page's first call",
  again: "PeerJS 1.5.5, from peer.call(), a page's second call",
  raw: "RTCPeerConnection, from createOffer(), a page's first call",
  prepared: "RTCPeerConnection, connected, from replaceTrack() of an open microphone",
};

const none = Number.NaN;
const nothing: Talk = {
  ...{ ring: none, toCaller: none, toCallee: none, frameToCaller: none, frameToCallee: none },
  ...{ offer: none, sockets: none },
};

const { rounds, only } = parseOptions(process.argv.slice(2), 31);
/** Pictures are a call of their own: cameras take of the machine what sound would be measured with. */
const isOfPictures = only.includes("frame");
const names: readonly Name[] = isOfPictures
  ? ["video", "peerjs", "raw"]
  : ["stranger", "contact", "peerjs", "again", "raw", "prepared"];
const delayMs = only.includes("delay") ? 50 : 0;
/** From one browser to the other: a hop to the node, and one from it. */
const tripMs = 2 * delayMs;

const end = new AbortController();
const domain = "bench.example";
const chain = { id: 31337 };
const node = createNode({ domain, chain, log: createLog(() => undefined, "error") });
const { urls } = await node.listen();
const relay = await startDelayRelay({ target: urls.ws, delayMs, signal: end.signal });
const home: HomeDomain = { domain, urls: [relay.url], chain };
const scripts = await bundle();
const site = await startSite(scripts.page);
const hub = await startHub(delayMs);
const peerjs = { way: "peerjs", url: relay.httpUrl, camera: isOfPictures, silent: false } as const;
const raw = { ...peerjs, way: "raw", url: hub.url } as const;
const folder = await buildExtension("e2e");
const [alice, bob] = await Promise.all([
  openPerson({ folder, hertz: 500 }),
  openPerson({ folder, hertz: 900 }),
]);
try {
  await Promise.all([alice.signIn(home), bob.signIn(home)]);
  const places: Record<Name, () => Promise<Talk>> = {
    stranger: () => talkByPhone(),
    video: () => talkByPhone("with cameras"),
    contact: () => withContact(() => talkByPhone()),
    peerjs: () => onPages(pages => talkByPage(pages, peerjs)),
    again: () =>
      onPages(async pages => {
        await talkByPage(pages, peerjs);
        return talkByPage(pages, peerjs);
      }),
    raw: () => onPages(pages => talkByPage(pages, raw)),
    prepared: () => onPages(pages => speakByPage(pages, { ...raw, silent: true })),
  };
  for (const name of names) await places[name]();
  const talks = await alternate(rounds, names, (name, round) => {
    if (round % 5 === 0) say(`call: ${name}, round ${round + 1} of ${rounds}`);
    return places[name]();
  });
  print(talks);
} finally {
  end.abort();
  await Promise.all([alice.close(), bob.close()]);
  site.close();
  hub.close();
  await node.close();
}

type Talks = readonly Readonly<Record<Name, Talk>>[];
type Figure = keyof Talk;

function print(talks: Talks): void {
  const suffix = delayMs > 0 ? ".delay" : "";
  if (isOfPictures) printPictures(talks, suffix);
  else printSounds(talks, suffix);
}

function printSounds(talks: Talks, suffix: string): void {
  const ring = talks.flatMap(({ stranger, contact }) => [stranger.ring, contact.ring]);
  const more = { goal: `≤ ${goals.ringMs} ms`, ok: median(ring) <= goals.ringMs };
  const unit = "ms from the click to a proven 180";
  printRow(
    toLoneRow(
      { bench: `call.ring${suffix}`, unit, peerName: "none", ...(delayMs === 0 && { more }) },
      ring,
      "PeerJS has no ringing",
    ),
  );
  printOffers(talks, suffix);
  const audio = ["toCaller", "toCallee"] as const;
  for (const figure of audio) {
    const bench = `call.sound.${figure}${suffix}`;
    compare(talks, { bench, figure, ours: "stranger", peer: "peerjs", atMost: goals.toPeer });
    compare(talks, { bench: `${bench}.again`, figure, ours: "stranger", peer: "again" });
    compare(talks, { bench: `${bench}.raw`, figure, ours: "stranger", peer: "raw" });
    compare(talks, { bench: `${bench}.contact.least`, figure, ours: "contact", peer: "prepared" });
    compare(talks, {
      bench: `${bench}.contact`,
      figure,
      ours: "contact",
      peer: "peerjs",
      atMost: goals.prepared,
    });
  }
}

/** What a call is made of that no machine makes faster: trips from one browser to the other, and sockets. */
function printOffers(talks: Talks, suffix: string): void {
  const offers = talks.map(({ stranger }) => stranger.offer);
  // A trip is whole or none: what is left over is the time of the two machines.
  const trips = Math.floor(median(offers) / tripMs);
  const more = { oneWayTrips: trips, goal: "≤ 1 trip", ok: trips <= 1 };
  const unit = "ms from the answer's click to the offer's arrival";
  const row = { bench: `call.offer${suffix}`, unit, peerName: "none", ...(delayMs > 0 && { more }) };
  printRow(toLoneRow(row, offers, "PeerJS offers before anybody has answered"));
  const sockets = talks.flatMap(({ stranger, contact }) => [stranger.sockets, contact.sockets]);
  const most = Math.max(...sockets);
  printRow(
    toLoneRow(
      {
        bench: `call.sockets${suffix}`,
        unit: "connections opened after the answer",
        peerName: "none",
        more: { goal: "≤ 0, in every round", ok: most === 0, most },
      },
      sockets,
      "PeerJS opens its own before",
    ),
  );
}

function printPictures(talks: Talks, suffix: string): void {
  for (const [figure, side] of [
    ["frameToCaller", "toCaller"],
    ["frameToCallee", "toCallee"],
  ] as const) {
    const bench = `call.frame.${side}${suffix}`;
    compare(talks, { bench, figure, ours: "video", peer: "peerjs", atMost: goals.toPeer });
    compare(talks, { bench: `${bench}.raw`, figure, ours: "video", peer: "raw" });
  }
}

interface Comparison {
  readonly bench: string;
  readonly figure: Figure;
  readonly ours: Name;
  readonly peer: Name;
  readonly atMost?: number;
}

function compare(talks: Talks, { bench, figure, ours, peer, atMost }: Comparison): void {
  const pairs = talks.map(talk => ({ ours: talk[ours][figure], peer: talk[peer][figure] }));
  const peerName = peerNames[peer];
  const trips = delayMs > 0 ? { oneWayTrips: toFigure(median(pairs.map(it => it.ours)) / tripMs) } : {};
  printRow(
    toRow(
      {
        bench,
        unit: `ms from the answer's click to the first ${figure.startsWith("frame") ? "picture" : "sound"}`,
        peerName,
        ...(atMost !== undefined && delayMs === 0 && { goal: { atMost } }),
        more: trips,
      },
      pairs,
    ),
  );
}

/** Through the windows that people have. */
async function talkByPhone(how?: "with cameras"): Promise<Talk> {
  const windows = [alice.callWindow(), bob.callWindow()] as const;
  const ringing = whenRinging(alice);
  const began = await alice.panel.evaluate(async (to: string) => {
    const at = performance.timeOrigin + performance.now();
    const ask = { etherlynk: 1, kind: "ask", id: `ask-${crypto.randomUUID()}`, name: "phone.call.dial" };
    await chrome.runtime.sendMessage({ ...ask, body: { to } });
    return at;
  }, bob.account);
  const [hers, his] = (await Promise.all(windows)).map(toCallPage) as [CallPage, CallPage];
  const ring = (await ringing) - began;
  await Promise.all([hers, his].map(({ page }) => page.waitForSelector("main.call")));
  await Promise.all([hers, his].map(({ page }) => page.evaluate(scripts.ear)));
  // People do not answer in the instant in which it rings: a contact's connection is there by then, after its trips.
  await new Promise(resolve => setTimeout(resolve, 400 + 4 * tripMs));
  if (how) await hers.press("Camera");
  const heard = [hers, his].map(({ page }) => page.evaluate(() => windowEar.sound()));
  const seen = [hers, his].map(({ page }) => (how ? page.evaluate(() => windowEar.frame()) : Number.NaN));
  const opened = relay.opened();
  await his.press(how ? "Answer with camera" : "Answer");
  const answered = await his.page.evaluate(() => windowEar.clicked);
  const [atCaller = 0, atCallee = 0] = await Promise.all(heard);
  const [frameAtCaller = 0, frameAtCallee = 0] = await Promise.all(seen);
  const sockets = relay.opened() - opened;
  const offered = await hers.page.evaluate(() => windowEar.offered);
  await hers.page.close();
  await Promise.all([alice, bob].map(it => it.until("Quiet", ({ calls }) => calls.every(isOver))));
  for (const { browser, panel } of [alice, bob]) {
    const left = (await browser.pages()).filter(page => page !== panel && page.url().includes("call.html"));
    await Promise.all(left.map(page => page.close()));
  }
  return {
    ring,
    toCaller: atCaller - answered,
    toCallee: atCallee - answered,
    frameToCaller: frameAtCaller - answered,
    frameToCallee: frameAtCallee - answered,
    offer: (offered ?? Number.NaN) - answered,
    sockets,
  };
}

async function withContact(talk: () => Promise<Talk>): Promise<Talk> {
  const wish = { title: "Alice Arden", address: alice.account };
  const { id } = (await bob.ask("contacts.entry.save", wish)) as { id: string };
  const figures = await talk();
  await bob.ask("contacts.entry.remove", { id });
  return figures;
}

/** New ones, as our windows are; a page that has called before is warmer than a telephone ever finds it. */
async function onPages(talk: (pages: Pages) => Promise<Talk>): Promise<Talk> {
  const pages = (await Promise.all([alice, bob].map(openPage))) as [Page, Page];
  const figures = await talk(pages);
  await Promise.all(pages.map(it => it.close()));
  return figures;
}

type Pages = readonly [hers: Page, his: Page];
type Way = Omit<Opening, "id">;

async function connect(pages: Pages, way: Way) {
  const [hers, his] = pages;
  const openings = ["a", "b"].map(name => ({ ...way, id: `${name}-${crypto.randomUUID().slice(0, 8)}` }));
  await Promise.all(
    pages.map((it, at) => it.evaluate(opening => page.open(opening), openings[at] as Opening)),
  );
  // As long as our windows are there before somebody answers.
  await new Promise(resolve => setTimeout(resolve, 400));
  const answered: Promise<First> = his.evaluate(() => page.answer());
  const { began, first } = await hers.evaluate(to => page.call(to), openings[1]?.id ?? "");
  return { began, atCaller: first, atCallee: await answered };
}

async function talkByPage(pages: Pages, way: Way): Promise<Talk> {
  const { began, atCaller, atCallee } = await connect(pages, way);
  await Promise.all(pages.map(it => it.evaluate(() => page.close())));
  return {
    ...nothing,
    toCaller: atCaller.sound - began,
    toCallee: atCallee.sound - began,
    frameToCaller: atCaller.frame - began,
    frameToCallee: atCallee.frame - began,
  };
}

async function speakByPage(pages: Pages, way: Way): Promise<Talk> {
  await connect(pages, way);
  await new Promise(resolve => setTimeout(resolve, 400));
  const heard = pages.map(it => it.evaluate(() => page.hear()));
  const began = await pages[1].evaluate(() => page.speak());
  const [atCaller = 0, atCallee = 0] = await Promise.all(heard);
  return { ...nothing, toCaller: atCaller - began, toCallee: atCallee - began };
}

/** The moment at which the snapshot says that it rings at the other side. */
function whenRinging({ panel }: Person): Promise<number> {
  return panel.evaluate(
    () =>
      new Promise<number>(resolve => {
        const hear = (message: {
          name?: string;
          body?: { calls?: { direction: string; stage: string }[] };
        }) => {
          if (message.name !== "phone.snapshot.changed") return;
          const isRinging = message.body?.calls?.some(
            it => it.direction === "outgoing" && it.stage === "ringing",
          );
          if (!isRinging) return;
          chrome.runtime.onMessage.removeListener(hear);
          resolve(performance.timeOrigin + performance.now());
        };
        chrome.runtime.onMessage.addListener(hear);
      }),
  );
}

function isOver({ stage }: { readonly stage: string }): boolean {
  return stage === "ended";
}

async function openPage({ browser }: Person): Promise<Page> {
  const opened = await browser.newPage();
  await opened.goto(site.url);
  return opened;
}

async function bundle(): Promise<{ readonly page: string; readonly ear: string }> {
  const names = { page: "peer-page.ts", ear: "window-ear.ts" };
  const { outputFiles } = await build({
    entryPoints: Object.values(names).map(name => new URL(`call-page/${name}`, import.meta.url).pathname),
    bundle: true,
    write: false,
    format: "iife",
    outdir: "out",
    define: { global: "globalThis" },
    logLevel: "error",
  });
  const [page, ear] = outputFiles.map(({ text }) => text);
  if (page === undefined || ear === undefined) throw new Error("Two pages are two files");
  return { page, ear };
}

async function startSite(script: string) {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><title>Bench</title><script src="/page.js"></script>');
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/** What one raw page says to the other, as late as everything else. */
async function startHub(lateMs: number) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const sockets = new Map<string, Socket>();
  server.on("connection", (socket, request) => {
    sockets.set(new URL(request.url ?? "/", "http://hub").searchParams.get("id") ?? "", socket);
    socket.on("message", data => {
      const text = String(data);
      // Two hops, as through a node.
      setTimeout(() => sockets.get(JSON.parse(text).to)?.send(text), 2 * lateMs);
    });
  });
  await new Promise(resolve => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, close: () => server.close() };
}
