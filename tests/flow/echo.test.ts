import { createPublicKey, sign, verify } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkAnswerIdentity, formatIdentity, parseIdentity } from "../../protocol/words/identity.ts";
import { hasOnlyMediaKeys } from "../../protocol/words/media-key.ts";
import { toJwk } from "../../protocol/words/p256-key.ts";
import { formatSigningInput, toCallPassport } from "../../protocol/words/passport.ts";
import { type EchoOptions, startEcho } from "../../services/echo/start-echo.ts";
import { type MachineKeys, openMachineKeys } from "../../services/kit/machine-keys.ts";
import { startNode as startNodeProcess } from "../e2e/node-process.ts";
import { createDevice, prove, registering } from "./device.ts";
import { type CallerMedia, createCallerMedia } from "./echo-caller.ts";
import { createPeerClient } from "./peer-client.ts";
import { createSipClient, type Dialog, type SipClient } from "./sip-client.ts";
import { oneOf, type SipText } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "closed.example";
const ECHO = `sip:echo@${DOMAIN}`;
const SDP = ["Content-Type", "application/sdp"] as const;

function startClosed(keys: MachineKeys, config = {}): Promise<TestNode> {
  return startNode({ domain: DOMAIN, aliases: new Map([["echo", keys.account.toLowerCase()]]), ...config });
}

async function runEcho(node: Pick<TestNode, "url">, options: Partial<EchoOptions> = {}) {
  const stop = new AbortController();
  const said: string[] = [];
  onTestFinished(() => stop.abort());
  const { account } = await startEcho({
    domain: DOMAIN,
    urls: [node.url],
    log: (_, event) => said.push(event),
    signal: stop.signal,
    ...options,
  });
  return { account, said, stop };
}

async function enter(node: Pick<TestNode, "url">): Promise<SipClient> {
  const device = createDevice();
  const client = await createSipClient(node.url, { user: device.account, domain: DOMAIN });
  expect((await prove(client, device, registering(client, device, DOMAIN))).status).toBe(200);
  return client;
}

/** Calls with an offer and talks. */
async function call(client: SipClient, media: CallerMedia, uri = ECHO): Promise<Dialog> {
  const invite = client.send("INVITE", uri, { headers: [SDP], body: await media.offer() });
  await client.response(invite, 180);
  const ok = await client.final(invite);
  expect(ok.status).toBe(200);
  await media.accept(ok.body);
  const dialog = client.confirm(invite, ok);
  media.talk();
  return dialog;
}

async function reinvite(client: SipClient, dialog: Dialog, body: string): Promise<SipText> {
  const invite = client.inDialog("INVITE", dialog, { headers: [SDP], body });
  const ok = await client.final(invite);
  expect(ok.status).toBe(200);
  client.confirm(invite, ok);
  return ok;
}

const isEcho = ({ payload }: { payload: string }) => payload.startsWith("say ");

describe("the echo", () => {
  it("in a closed domain, called by its name: says a sentence, then sends back what it hears", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const client = await enter(node);
    const media = createCallerMedia({ video: true });
    const dialog = await call(client, media);
    await media.until("the echo", () => media.heard.filter(isEcho).length >= 50);

    const from = media.heard.findIndex(isEcho);
    const sentence = media.heard.slice(0, from);
    // 6.6 s of 20 ms; what was said before the caller's end was ready is lost.
    expect(sentence.length).toBeGreaterThan(300);
    expect(sentence.length).toBeLessThanOrEqual(333);
    const numbers = media.heard.map(({ header }) => header.sequenceNumber);
    const times = media.heard.map(({ header }) => header.timestamp);
    for (let i = 1; i < numbers.length; i += 1) {
      expect(((numbers[i] ?? 0) - (numbers[i - 1] ?? 0)) & 0xffff, `number ${i}`).toBe(1);
      expect(((times[i] ?? 0) - (times[i - 1] ?? 0)) >>> 0, `time ${i}`).toBe(960);
    }
    expect(new Set(media.heard.map(({ header }) => header.ssrc)).size).toBe(1);
    const echoed = media.heard.slice(from).map(({ payload }) => Number(payload.slice(4)));
    expect(echoed).toEqual(echoed.map((_, i) => (echoed[0] ?? 0) + i));
    expect(media.seen.length).toBeGreaterThan(300);
    expect(media.seen.at(-1)?.payload).toMatch(/^show \d+$/);

    const bye = client.inDialog("BYE", dialog);
    expect((await client.final(bye)).status).toBe(200);
    const before = media.heard.length;
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(media.heard.length - before).toBeLessThan(5);
  });

  it("answers a hold, a resume and an ICE restart, and goes on", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const client = await enter(node);
    const media = createCallerMedia();
    const dialog = await call(client, media);
    await media.until("speech", () => media.heard.length > 20);
    const [audio] = media.connection.getTransceivers();
    if (audio === undefined) throw new Error("There is a line.");

    audio.direction = "inactive";
    const held = await reinvite(client, dialog, await media.offer());
    expect(held.body).toMatch(/^a=inactive/m);
    await media.accept(held.body);
    const quiet = media.heard.length;
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(media.heard.length - quiet).toBeLessThan(3);

    audio.direction = "sendrecv";
    const resumed = await reinvite(client, dialog, await media.offer());
    expect(resumed.body).toMatch(/^a=sendrecv/m);
    await media.accept(resumed.body);
    await media.until("speech again", () => media.heard.length > quiet + 20);

    const restarted = await reinvite(client, dialog, await media.offer({ iceRestart: true }));
    const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
    expect(ufrag(restarted.body)).not.toBe(ufrag(resumed.body));
    const version = (sdp: string) => /^o=- (\d+) (\d+)/m.exec(sdp)?.slice(1).map(Number);
    expect(version(restarted.body)).toEqual([version(held.body)?.[0], (version(held.body)?.[1] ?? 0) + 2]);
    await media.accept(restarted.body);
    // werift's caller, too, has to be told to check anew.
    await Promise.all(media.connection.iceTransports.map(transport => transport.start()));
    const before = media.heard.length;
    await media.until("speech on the new path", () => media.heard.length > before + 20);
  });

  it("offers when it is invited without an offer, and takes candidates by INFO", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const client = await enter(node);
    const media = createCallerMedia({ video: true });
    const invite = client.send("INVITE", ECHO);
    const ok = await client.final(invite);
    expect(ok.body).toMatch(/^m=audio [1-9][\s\S]*^m=video [1-9]/m);
    expect(oneOf(ok, "Supported")).toContain("trickle-ice");
    const answer = await media.answer(ok.body);
    const isCandidate = (line: string) => /^a=(candidate:|end-of-candidates)/.test(line);
    const lines = answer.split("\r\n");
    const dialog = client.confirm(invite, ok, {
      headers: [SDP],
      body: lines.filter(line => !isCandidate(line)).join("\r\n"),
    });
    media.talk();
    const fragment = [
      ...lines.filter(line => /^a=ice-(ufrag|pwd):/.test(line)).slice(0, 2),
      "m=audio 9 RTP/AVP 0",
      "a=mid:0",
      ...new Set(lines.filter(line => line.startsWith("a=candidate:"))),
      "",
    ].join("\r\n");
    const info = client.inDialog("INFO", dialog, {
      headers: [
        ["Info-Package", "trickle-ice"],
        ["Content-Type", "application/trickle-ice-sdpfrag"],
      ],
      body: fragment,
    });
    expect((await client.final(info)).status).toBe(200);
    await media.until("speech", () => media.heard.length > 20);
    await media.until("the picture", () => media.seen.length > 5);
    expect((await client.final(client.inDialog("BYE", dialog))).status).toBe(200);
  });

  it("hangs up, under the name it was called by, where its offer is not answered", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const client = await enter(node);
    const invite = client.send("INVITE", ECHO);
    client.confirm(invite, await client.final(invite));
    const bye = await client.request("BYE");
    expect(oneOf(bye, "From")).toContain(ECHO);
    expect(oneOf(bye, "P-Asserted-Identity")).toContain(keys.account.toLowerCase());
    client.respond(bye, 200);
  });

  it("signs what it says of itself to callers that sign, and uses no other certificate", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const device = createDevice();
    const client = await createSipClient(node.url, { user: device.account, domain: DOMAIN });
    await prove(client, device, registering(client, device, DOMAIN));
    const now = Math.floor(Date.now() / 1_000);
    const passport = toCallPassport({
      from: client.aor,
      to: ECHO,
      callId: "signed-1",
      fromTag: "ann",
      iat: now,
      body: "",
      mediaKeys: [{ alg: "sha-256", dig: "AB".repeat(32) }],
      delegation: device.delegation,
    });
    const signature = sign("sha256", Buffer.from(formatSigningInput(passport)), {
      key: device.privateKey,
      dsaEncoding: "ieee-p1363",
    });
    const identity = formatIdentity(passport, signature);
    const request = parseIdentity(identity);
    if (request === undefined) throw new Error("This is an identity.");
    const invite = client.send("INVITE", ECHO, {
      callId: "signed-1",
      fromTag: "ann",
      headers: [["Identity", identity]],
    });
    for (const status of [180, 200]) {
      const { headers, body } = await client.response(invite, status);
      const value = headers.find(([name]) => name === "Identity")?.[1];
      const answered = parseIdentity(value ?? "");
      if (answered === undefined) throw new Error(`There is no identity in ${value}`);
      expect(checkAnswerIdentity(answered, { request, status, body, now })).toEqual({ ok: true });
      expect(answered.delegation.delegation.account).toBe(keys.account);
      const key = createPublicKey({
        key: { ...toJwk(answered.delegation.delegation.signKey) },
        format: "jwk",
      });
      const isSigned = verify(
        "sha256",
        Buffer.from(answered.signingInput),
        { key, dsaEncoding: "ieee-p1363" },
        answered.signature,
      );
      expect(isSigned).toBe(true);
      if (status === 200) expect(hasOnlyMediaKeys(body, answered.passport.claims.mky)).toBe(true);
    }
    client.cancel(invite);
  });

  it("comes back when its node was killed, and a call goes on meanwhile", async () => {
    const keys = await openMachineKeys();
    const options = ["--alias", `echo=${keys.account}`];
    const first = await startNodeProcess({ domain: DOMAIN, options });
    onTestFinished(() => first.kill());
    const { said } = await runEcho({ url: first.wsUrl }, { keys });
    const media = createCallerMedia();
    const ann = { user: "ann", domain: DOMAIN };
    await call(await createSipClient(first.wsUrl, ann), media);
    await media.until("speech", () => media.heard.length > 10);
    await first.kill();
    const before = media.heard.length;
    await media.until("speech without a node", () => media.heard.length > before + 20);

    const second = await first.again();
    onTestFinished(() => second.kill());
    await media.until("registration", () => said.filter(event => event === "line.registered").length > 1);
    const other = createCallerMedia();
    await call(await createSipClient(second.wsUrl, ann), other);
    await other.until("speech", () => other.heard.length > 10);
  });

  it("is busy beyond its bound, and free again after a goodbye", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys, limits: { mostCalls: 1 } });
    const client = await enter(node);
    const dialog = await call(client, createCallerMedia());
    expect((await client.ask("INVITE", ECHO)).status).toBe(486);
    expect((await client.ask("OPTIONS", ECHO)).status).toBe(486);
    await client.final(client.inDialog("BYE", dialog));
    expect((await client.ask("OPTIONS", ECHO)).status).toBe(200);
    expect(
      (await client.ask("MESSAGE", ECHO, { headers: [["Content-Type", "text/plain"]], body: "hi" })).status,
    ).toBe(405);
  });

  it("gives up with who cancels, and waits a second at most for a STUN server that is silent", async () => {
    const silent = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    const iceServers = [{ urls: `stun:127.0.0.1:${silent.address().port}` }];
    await runEcho(node, { keys, iceServers, limits: { mostCalls: 1 } });
    const client = await enter(node);
    const invite = client.send("INVITE", ECHO);
    await client.response(invite, 180);
    client.cancel(invite);
    expect((await client.final(invite)).status).toBe(487);
    expect((await client.ask("OPTIONS", ECHO)).status).toBe(200);

    const begun = performance.now();
    await call(client, createCallerMedia());
    expect(performance.now() - begun).toBeGreaterThan(500);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it.each([
    [
      "an offer without Opus",
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=mid:0\r\na=rtpmap:8 PCMA/8000\r\n",
    ],
    [
      "plain RTP",
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    ],
    ["no SDP", "hello"],
  ])("refuses %s with 488, and serves the next", async (_, body) => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys, limits: { mostCalls: 1 } });
    const client = await enter(node);
    expect((await client.ask("INVITE", ECHO, { headers: [SDP], body })).status).toBe(488);
    const media = createCallerMedia();
    await call(client, media);
    await media.until("speech", () => media.heard.length > 5);
  });

  it.each([
    ["a call lasts longer than it may", { longestMs: 1_000 }],
    ["there are no media", { mediaMs: 300 }],
  ])("hangs up when %s", async (_, limits) => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys, limits });
    const client = await enter(node);
    const media = createCallerMedia();
    const invite = client.send("INVITE", ECHO, { headers: [SDP], body: await media.offer() });
    const ok = await client.final(invite);
    if ("longestMs" in limits) await media.accept(ok.body);
    client.confirm(invite, ok);
    client.respond(await client.request("BYE"), 200);
  });

  it("tells callers when it is stopped, and takes its registration back", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    const { stop } = await runEcho(node, { keys });
    const client = await enter(node);
    await call(client, createCallerMedia());
    stop.abort();
    client.respond(await client.request("BYE"), 200);
    await expect.poll(async () => (await client.ask("OPTIONS", ECHO)).status).toBe(480);
  });

  it("on an open node, by its account or by the name itself", async () => {
    const node = await startNode({ open: true, domain: DOMAIN });
    const keys = await openMachineKeys();
    await runEcho(node, { keys });
    await runEcho(node, { user: "echo" });
    for (const user of ["echo", keys.account]) {
      const client = await createSipClient(node.url, { user: "ann", domain: DOMAIN });
      const media = createCallerMedia();
      await call(client, media, `sip:${user}@${DOMAIN}`);
      await media.until("speech", () => media.heard.length > 5);
      await client.close();
    }
  });

  it("is called by a guest's PeerJS page in a closed domain, by its name", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    await runEcho(node, { keys });
    const page = await createPeerClient(node.url, "page-1");
    const media = createCallerMedia();
    const sdp = await media.offer();
    const ids = { connectionId: "mc_1", type: "media" };
    page.send({ type: "OFFER", dst: ECHO, payload: { ...ids, sdp: { type: "offer", sdp } } });
    const { src, payload } = await page.next("ANSWER");
    expect(src).toBe(ECHO);
    await media.accept(payload?.sdp?.sdp ?? "");
    media.talk();
    await media.until("speech", () => media.heard.length > 20);
  });

  it("its name is nobody else's in a closed domain: neither to register nor to speak under", async () => {
    const keys = await openMachineKeys();
    const node = await startClosed(keys);
    const device = createDevice();
    const client = await createSipClient(node.url, { user: device.account, domain: DOMAIN });
    const from = `<${ECHO}>;tag=ann`;
    await prove(client, device, registering(client, device, DOMAIN));
    const named = { ...registering(client, device, DOMAIN), to: `<${ECHO}>` };
    expect((await prove(client, device, named)).status).toBe(403);
    const asked = { method: "INVITE", uri: client.aor, from };
    expect((await client.ask("INVITE", client.aor, { from })).status).toBe(401);
    expect((await prove(client, device, asked)).status).toBe(403);
  });

  it("says why where a node does not admit it", async () => {
    const node = await startNode({ domain: DOMAIN });
    await expect(runEcho(node, { user: "echo" })).rejects.toThrow("Only accounts register here");
    await expect(runEcho(node, { chainId: 5 })).rejects.toThrow("another chain");
  });
});
