import { describe, expect, it } from "vitest";
import { stockWire } from "../../protocol/peer/stock-wire.suite.ts";
import { createDevice, prove, registering } from "./device.ts";
import { createPeerClient, type PeerClient } from "./peer-client.ts";
import { createSipClient, type SipClient } from "./sip-client.ts";
import { allOf, oneOf, type SipText, uriOf } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "both.example";
const SDP_HEADER = ["Content-Type", "application/sdp"] as const;

/** What stock PeerJS 1.5.5 sent in Chromium, to somebody else. */
function stock(text: string, dst: string) {
  const message = JSON.parse(text);
  return { ...message, dst };
}

const offer = (dst: string) => stock(stockWire.offer, dst);
const candidate = (dst: string) => stock(stockWire.candidate, dst);
const connectionId: string = offer("").payload.connectionId;
const answeredSdp: string = stock(stockWire.answer, "").payload.sdp.sdp;

/** The SDP of a client that gathers first, as JsSIP does: the stock answer with one candidate. */
const sipAnswer = answeredSdp.replace(
  "a=ice-ufrag",
  "a=candidate:1 1 udp 2122194687 192.0.2.7 40000 typ host generation 0\r\na=ice-ufrag",
);
const sipOffer = sipAnswer.replaceAll("a=setup:active", "a=setup:actpass");

async function enterSip(node: TestNode, user: string): Promise<SipClient> {
  const client = await createSipClient(node.url, { user, domain: DOMAIN });
  expect((await client.register()).status).toBe(200);
  return client;
}

async function startBoth(config = {}) {
  const node = await startNode({ open: true, ...config });
  const [page, bob] = [await createPeerClient(node.url, "page-1"), await enterSip(node, "bob")];
  return { node, page, bob };
}

/** The stock answer and one candidate, to the call that `dst` and `connection` name. */
function answerWith(page: PeerClient, dst: string, connection: string) {
  for (const text of [stockWire.answer, stockWire.answerCandidate]) {
    const message = stock(text, dst);
    page.send({ ...message, payload: { ...message.payload, connectionId: connection } });
  }
}

/** The page calls Bob, who answers. */
async function pageCalls(address = "bob@both.example", headers: readonly (readonly [string, string])[] = []) {
  const { node, page, bob } = await startBoth();
  page.send(offer(address));
  page.send(candidate(address));
  const invite = await bob.request("INVITE");
  bob.respond(invite, 180);
  bob.respond(invite, 200, { body: sipAnswer, headers: [SDP_HEADER, ...headers] });
  const answer = await page.next("ANSWER");
  await bob.request("ACK");
  return { node, page, bob, invite, answer, dialog: bob.answered(invite) };
}

/** Bob calls the page, which answers. */
async function sipCalls(headers: readonly (readonly [string, string])[] = []) {
  const { node, page, bob } = await startBoth();
  const invite = bob.send("INVITE", `sip:page-1@${DOMAIN}`, {
    body: sipOffer,
    headers: [SDP_HEADER, ...headers],
  });
  const offered = await page.next("OFFER");
  await bob.response(invite, 100);
  await bob.response(invite, 180);
  const connection = offered.payload?.connectionId ?? "";
  answerWith(page, offered.src ?? "", connection);
  const ok = await bob.response(invite, 200);
  return { node, page, bob, invite, offered, connection, ok, dialog: bob.confirm(invite, ok) };
}

async function expectQuiet(page: PeerClient, bob: SipClient) {
  expect((await bob.settle()).map(({ start }) => start)).toEqual([]);
  expect(await page.settle()).toEqual([]);
}

function candidatesOf({ body }: SipText): string[] {
  return body.split("\r\n").filter(line => line.startsWith("a=candidate:"));
}

describe("a stock PeerJS page calls a SIP client", () => {
  it.each(["bob@both.example", "sip:bob@both.example", "sip:bob@both.example:9000;transport=ws"])(
    "as %s: it rings with the page's SDP and candidates, and is marked as a guest",
    async address => {
      const { answer, invite, page, bob } = await pageCalls(address);
      expect(oneOf(invite, "From")).toMatch(/^"guest" <sip:page-1@both\.example>;tag=/);
      expect(uriOf(oneOf(invite, "To"))).toMatch(/^sip:bob@both\.example/);
      expect(oneOf(invite, "Etherlynk-Peer")).toMatch(/^media;id=/);
      expect(oneOf(invite, "P-Asserted-Identity")).toBe("");
      expect(oneOf(invite, "Content-Type")).toBe("application/sdp");
      expect(candidatesOf(invite)).toContain(`a=${candidate("").payload.candidate.candidate}`);
      expect(answer).toEqual({
        type: "ANSWER",
        src: address,
        dst: "page-1",
        payload: { sdp: { type: "answer", sdp: sipAnswer }, type: "media", connectionId },
      });
      await expectQuiet(page, bob);
    },
  );

  it("Bob hangs up: the page hears LEAVE from the address it called", async () => {
    const { page, bob, dialog } = await pageCalls();
    const bye = bob.inDialog("BYE", dialog);
    await bob.response(bye, 200);
    expect(await page.next("LEAVE")).toEqual({ type: "LEAVE", src: "bob@both.example", dst: "page-1" });
    await expectQuiet(page, bob);
  });

  it("the page leaves: Bob gets BYE", async () => {
    const { page, bob } = await pageCalls();
    await page.close();
    bob.respond(await bob.request("BYE"), 200);
    expect(await bob.settle()).toEqual([]);
  });

  it("the page's socket drops and comes back: the call goes on, and ends later as it should", async () => {
    const { node, page, bob, dialog } = await pageCalls();
    page.drop();
    await page.closed;
    const back = await createPeerClient(node.url, "page-1");
    await expectQuiet(back, bob);
    await bob.response(bob.inDialog("BYE", dialog), 200);
    expect((await back.next("LEAVE")).src).toBe("bob@both.example");
  });

  it("the page goes away while it rings: CANCEL", async () => {
    const { page, bob } = await startBoth();
    page.send(offer("bob@both.example"));
    const invite = await bob.request("INVITE");
    bob.respond(invite, 180);
    await bob.settle();
    await page.close();
    bob.respond(await bob.request("CANCEL"), 200);
    bob.respond(invite, 487);
    await bob.request("ACK");
  });

  it.each([
    ["is busy", 486],
    ["declines", 603],
    ["cannot take it", 488],
  ])("Bob %s: EXPIRE tells the page, LEAVE drops the connection", async (_, status) => {
    const { page, bob } = await startBoth();
    page.send(offer("bob@both.example"));
    bob.respond(await bob.request("INVITE"), status);
    expect((await page.next("EXPIRE")).src).toBe("bob@both.example");
    expect((await page.next("LEAVE")).src).toBe("bob@both.example");
    await bob.request("ACK");
    await expectQuiet(page, bob);
  });

  it.each([
    ["nobody", "nobody@both.example"],
    ["an account without a device", `0x${"ab".repeat(20)}`],
    ["a name without a device", "alice.eth"],
    ["a number without a device", "+99912345678"],
    ["somebody at a domain without a way", "bob@far.invalid"],
  ])("to %s: EXPIRE", async (_, address) => {
    const { page, bob } = await startBoth();
    page.send(offer(address));
    expect((await page.next("EXPIRE")).src).toBe(address);
    expect(await bob.settle()).toEqual([]);
  });

  it("data connections have nobody at their other end: EXPIRE", async () => {
    const { page, bob } = await startBoth();
    page.send(stock(stockWire.dataOffer, "bob@both.example"));
    expect((await page.next("EXPIRE")).src).toBe("bob@both.example");
    expect(await bob.settle()).toEqual([]);
  });

  it("an answer that is no SDP ends the call on both sides", async () => {
    const { page, bob } = await startBoth();
    page.send(offer("bob@both.example"));
    bob.respond(await bob.request("INVITE"), 200, { body: "not an SDP", headers: [SDP_HEADER] });
    await bob.request("ACK");
    bob.respond(await bob.request("BYE"), 200);
    await page.next("EXPIRE");
    await page.next("LEAVE");
  });

  it("several devices ring; the second that answers is hung up", async () => {
    const { node, page, bob } = await startBoth();
    const other = await enterSip(node, "bob");
    page.send(offer("bob@both.example"));
    const [one, two] = [await bob.request("INVITE"), await other.request("INVITE")];
    bob.respond(one, 200, { body: sipAnswer, headers: [SDP_HEADER] });
    other.respond(two, 200, { body: sipAnswer, headers: [SDP_HEADER], tag: "second" });
    await page.next("ANSWER");
    await bob.request("ACK");
    await other.request("ACK");
    other.respond(await other.request("BYE"), 200);
    await expectQuiet(page, bob);
  });

  it("candidates trickle both ways with a SIP client that can (RFC 8840)", async () => {
    const { page, bob, dialog } = await pageCalls("bob@both.example", [["Supported", "trickle-ice"]]);
    const first = await bob.request("INFO");
    expect(oneOf(first, "Info-Package")).toBe("trickle-ice");
    bob.respond(first, 200);
    page.send(stock(stockWire.candidateVideo, "bob@both.example"));
    const info = await bob.request("INFO");
    expect(oneOf(info, "Content-Type")).toBe("application/trickle-ice-sdpfrag");
    expect(info.body).toContain(stock(stockWire.candidateVideo, "").payload.candidate.candidate);
    bob.respond(info, 200);
    const line = "candidate:9 1 udp 2122194687 192.0.2.9 40009 typ host";
    const ufrag = /a=ice-ufrag:(\S+)/.exec(sipAnswer)?.[1];
    const pwd = /a=ice-pwd:(\S+)/.exec(sipAnswer)?.[1];
    const sent = bob.inDialog("INFO", dialog, {
      headers: [
        ["Info-Package", "trickle-ice"],
        ["Content-Type", "application/trickle-ice-sdpfrag"],
      ],
      body: `a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=${line}\r\n`,
    });
    await bob.response(sent, 200);
    const told = await page.next("CANDIDATE");
    expect(told.src).toBe("bob@both.example");
    expect(told.payload?.candidate).toMatchObject({ candidate: line, sdpMid: "0" });
  });

  it("candidates that came before their offer are not lost", async () => {
    const { page, bob } = await startBoth();
    page.send(candidate("bob@both.example"));
    page.send(offer("bob@both.example"));
    const invite = await bob.request("INVITE");
    expect(candidatesOf(invite)).toContain(`a=${candidate("").payload.candidate.candidate}`);
  });

  it("who is not in the call can neither answer it nor add candidates", async () => {
    const { node, page, bob } = await pageCalls();
    const thief = await createPeerClient(node.url, "thief");
    thief.send(candidate("bob@both.example"));
    answerWith(thief, "bob@both.example", connectionId);
    thief.send({ type: "LEAVE", dst: "bob@both.example" });
    expect(await thief.settle()).toEqual([]);
    await expectQuiet(page, bob);
  });
});

describe("a SIP client calls a PeerJS id", () => {
  it("the page gets OFFER with a new connection, and its ANSWER with candidates becomes the 200", async () => {
    const { offered, ok, invite, page, bob } = await sipCalls();
    expect(offered).toMatchObject({
      type: "OFFER",
      src: "sip:bob@both.example",
      dst: "page-1",
      payload: { type: "media", sdp: { type: "offer", sdp: sipOffer } },
    });
    expect(offered.payload?.connectionId).toMatch(/^mc_/);
    expect(oneOf(ok, "Content-Type")).toBe("application/sdp");
    expect(candidatesOf(ok)).toContain(
      `a=${stock(stockWire.answerCandidate, "").payload.candidate.candidate}`,
    );
    expect(ok.body).toContain("a=end-of-candidates");
    expect(allOf(ok, "Via")).toEqual(allOf(invite, "Via"));
    await expectQuiet(page, bob);
  });

  it("Bob hangs up: LEAVE", async () => {
    const { page, bob, dialog } = await sipCalls();
    await bob.response(bob.inDialog("BYE", dialog), 200);
    expect(await page.next("LEAVE")).toEqual({ type: "LEAVE", src: "sip:bob@both.example", dst: "page-1" });
    await expectQuiet(page, bob);
  });

  it("the page leaves: BYE", async () => {
    const { page, bob } = await sipCalls();
    await page.close();
    bob.respond(await bob.request("BYE"), 200);
  });

  it("Bob gives up: 487, and LEAVE to the page", async () => {
    const { page, bob } = await startBoth();
    const invite = bob.send("INVITE", `sip:page-1@${DOMAIN}`, { body: sipOffer, headers: [SDP_HEADER] });
    await page.next("OFFER");
    await bob.response(invite, 180);
    await bob.response(bob.cancel(invite), 200);
    await bob.response(invite, 487);
    expect((await page.next("LEAVE")).src).toBe("sip:bob@both.example");
  });

  it("the page leaves while it rings: 480", async () => {
    const { page, bob } = await startBoth();
    const invite = bob.send("INVITE", `sip:page-1@${DOMAIN}`, { body: sipOffer, headers: [SDP_HEADER] });
    await page.next("OFFER");
    await page.close();
    await bob.response(invite, 480);
  });

  it.each([
    ["without an offer", "", 488],
    ["with what is no SDP", "nonsense", 488],
  ])("an INVITE %s is declined", async (_, body, status) => {
    const { bob, page } = await startBoth();
    const headers = body === "" ? [] : [SDP_HEADER];
    expect((await bob.ask("INVITE", `sip:page-1@${DOMAIN}`, { body, headers })).status).toBe(status);
    expect(await page.settle()).toEqual([]);
  });

  it("hold and go on: the page is not asked, directions are mirrored; all else is declined", async () => {
    const { bob, page, dialog, ok } = await sipCalls();
    const held = sipOffer.replaceAll("a=sendrecv", "a=sendonly");
    const hold = bob.inDialog("INVITE", dialog, { body: held, headers: [SDP_HEADER] });
    const answer = await bob.response(hold, 200);
    bob.confirm(hold, answer);
    expect(answer.body).toContain("a=recvonly");
    expect(answer.body).not.toContain("a=sendrecv");
    const version = (text: string) => Number(/^o=\S+ \S+ (\d+)/m.exec(text)?.[1]);
    expect(version(answer.body)).toBe(version(ok.body) + 1);
    const goOn = bob.inDialog("INVITE", dialog, { body: sipOffer, headers: [SDP_HEADER] });
    const back = await bob.response(goOn, 200);
    bob.confirm(goOn, back);
    expect(back.body).toContain("a=sendrecv");
    const restart = bob.inDialog("INVITE", dialog, {
      body: sipOffer.replace(/a=ice-ufrag:\S+/g, "a=ice-ufrag:NEWu"),
      headers: [SDP_HEADER],
    });
    await bob.response(restart, 488);
    await bob.response(
      bob.inDialog("INFO", dialog, {
        body: "Signal=5",
        headers: [["Content-Type", "application/dtmf-relay"]],
      }),
      415,
    );
    await bob.response(bob.inDialog("MESSAGE", dialog, { body: "hello" }), 405);
    await bob.response(bob.inDialog("BYE", dialog), 200);
    await page.next("LEAVE");
  });

  it("who is registered by SIP under the id comes first", async () => {
    const { node, bob, page } = await startBoth();
    const phone = await enterSip(node, "page-1");
    const invite = bob.send("INVITE", `sip:page-1@${DOMAIN}`, { body: sipOffer, headers: [SDP_HEADER] });
    phone.respond(await phone.request("INVITE"), 486);
    await bob.response(invite, 486);
    expect(await page.settle()).toEqual([]);
  });

  it("outside a call: OPTIONS is answered, MESSAGE is not for a page, a lost dialog is none", async () => {
    const { bob } = await startBoth();
    expect((await bob.ask("OPTIONS", `sip:page-1@${DOMAIN}`)).status).toBe(200);
    expect((await bob.ask("MESSAGE", `sip:page-1@${DOMAIN}`)).status).toBe(405);
    const lost = { to: `<sip:page-1@${DOMAIN}>;tag=gone`, contact: null };
    expect((await bob.ask("BYE", `sip:page-1@${DOMAIN}`, lost)).status).toBe(481);
  });
});

describe("both dialects at once on one port", () => {
  it("twenty pages and twenty phones call each other crosswise, and all hang up", async () => {
    const node = await startNode({ open: true });
    const pairs = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => ({
        page: await createPeerClient(node.url, `page-${i}`),
        phone: await enterSip(node, `phone${i}`),
      })),
    );
    await Promise.all(
      pairs.map(async ({ page, phone }, i) => {
        const other = pairs[(i + 1) % pairs.length];
        if (other === undefined) throw new Error("There are twenty.");
        page.send(offer(`phone${(i + 1) % 20}@both.example`));
        const invite = await other.phone.request("INVITE");
        other.phone.respond(invite, 200, { body: sipAnswer, headers: [SDP_HEADER] });
        await page.next("ANSWER");
        await other.phone.request("ACK");
        const back = phone.send("INVITE", `sip:page-${i}@${DOMAIN}`, {
          body: sipOffer,
          headers: [SDP_HEADER],
        });
        const offered = await page.next("OFFER");
        answerWith(page, offered.src ?? "", offered.payload?.connectionId ?? "");
        const dialog = phone.confirm(back, await phone.response(back, 200));
        await phone.response(phone.inDialog("BYE", dialog), 200);
        await page.next("LEAVE");
        await page.close();
        other.phone.respond(await other.phone.request("BYE"), 200);
      }),
    );
    const metrics = await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text();
    expect(metrics).toMatch(/^etherlynk_bridge_calls 0$/m);
    expect(metrics).toMatch(/^etherlynk_bridge_dialogs 0$/m);
  });
});

describe("a closed domain", () => {
  it("lets guests call, never as proven, and nobody take a guest's place", async () => {
    const node = await startNode({ domain: DOMAIN });
    const device = createDevice();
    const phone = await createSipClient(node.url, { user: device.account, domain: DOMAIN });
    expect((await prove(phone, device, registering(phone, device, DOMAIN))).status).toBe(200);
    const page = await createPeerClient(node.url, "page-1");
    page.send(offer(device.delegation.delegation.account));
    const invite = await phone.request("INVITE");
    expect(oneOf(invite, "From")).toMatch(/^"guest" <sip:page-1@both\.example>;tag=/);
    expect(oneOf(invite, "P-Asserted-Identity")).toBe("");
    phone.respond(invite, 486);
    await page.next("EXPIRE");
  });
});
