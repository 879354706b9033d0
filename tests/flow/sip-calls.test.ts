import { describe, expect, it } from "vitest";
import { type ClientOptions, createSipClient, type SipClient } from "./sip-client.ts";
import { allOf, oneOf, type SipText, tagOf, uriOf } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "open.example";
const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const BOB = `sip:bob@${DOMAIN}`;

async function enter(node: TestNode, user: string, options: Partial<ClientOptions> = {}) {
  const client = await createSipClient(node.url, { user, domain: DOMAIN, ...options });
  expect((await client.register()).status).toBe(200);
  return client;
}

async function startCall(callees = 1) {
  const node = await startNode({ open: true });
  const alice = await enter(node, "alice");
  const bobs = await Promise.all(Array.from({ length: callees }, () => enter(node, "bob")));
  const invite = alice.send("INVITE", BOB, { body: SDP });
  await alice.response(invite, 100);
  const invites = await Promise.all(bobs.map(bob => bob.request("INVITE")));
  return { node, alice, invite, devices: bobs.map((bob, at) => ({ bob, ringing: invites[at] as SipText })) };
}

async function startCallToOne() {
  const { devices, ...rest } = await startCall();
  const [device] = devices;
  if (device === undefined) throw new Error("There is one device.");
  return { ...rest, ...device };
}

async function talk({ alice, bob, invite, ringing }: Call) {
  bob.respond(ringing, 200, { body: SDP });
  const dialog = alice.confirm(invite, await alice.response(invite, 200));
  await bob.request("ACK");
  return { alices: dialog, bobs: bob.answered(ringing) };
}

interface Call {
  readonly alice: SipClient;
  readonly bob: SipClient;
  /** As Alice sent it, and as Bob got it. */
  readonly invite: SipText;
  readonly ringing: SipText;
}

async function expectQuiet(...clients: SipClient[]) {
  for (const client of clients) expect((await client.settle()).map(({ start }) => start)).toEqual([]);
}

describe("two clients of an open node", () => {
  it("call, ring, answer, hang up", async () => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    expect(ringing.body).toBe(SDP);
    expect(ringing.uri).toBe(uriOf(bob.contact));
    expect(allOf(ringing, "Via")).toHaveLength(2);
    expect(oneOf(ringing, "Max-Forwards")).toBe("69");
    expect(oneOf(ringing, "Record-Route")).toMatch(/^<sip:[a-z.]+;lr>$/);
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    bob.respond(ringing, 200, { body: SDP });
    const ok = await alice.response(invite, 200);
    expect(allOf(ok, "Via")).toHaveLength(1);
    expect(ok.body).toBe(SDP);
    const dialog = alice.confirm(invite, ok);
    const ack = await bob.request("ACK");
    expect([ack.uri, oneOf(ack, "Route")]).toEqual([uriOf(bob.contact), ""]);
    const bye = alice.inDialog("BYE", dialog);
    bob.respond(await bob.request("BYE"), 200);
    await alice.response(bye, 200);
    await expectQuiet(alice, bob);
  });

  it("hang up from the callee's side, with requests of all kinds on the way", async () => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    const { bobs, alices } = await talk({ alice, bob, invite, ringing });
    for (const method of ["INFO", "MESSAGE", "UPDATE", "NOTIFY", "REFER", "OPTIONS"]) {
      const sent = alice.inDialog(method, alices, { body: method === "INFO" ? "Signal=5\r\n" : "" });
      const got = await bob.request(method);
      expect(got.body).toBe(sent.body);
      bob.respond(got, 200);
      await alice.response(sent, 200);
    }
    const hold = bob.inDialog("INVITE", bobs, { body: SDP });
    alice.respond(await alice.request("INVITE"), 200, { body: SDP });
    await bob.response(hold, 100);
    bob.confirm(hold, await bob.response(hold, 200));
    await alice.request("ACK");
    const bye = bob.inDialog("BYE", bobs);
    alice.respond(await alice.request("BYE"), 200);
    await bob.response(bye, 200);
    await expectQuiet(bob);
  });

  it("the caller gives up: CANCEL goes on, with its Reason", async () => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    const cancel = alice.cancel(invite, [["Reason", 'SIP;cause=487;text="changed my mind"']]);
    await alice.response(cancel, 200);
    const cancelled = await bob.request("CANCEL");
    expect(oneOf(cancelled, "Reason")).toBe('SIP;cause=487;text="changed my mind"');
    expect(oneOf(cancelled, "Via")).toBe(oneOf(ringing, "Via"));
    bob.respond(cancelled, 200);
    bob.respond(ringing, 487);
    const refused = await alice.response(invite, 487);
    await bob.request("ACK");
    alice.send("ACK", BOB, {
      branch: /branch=([^;]+)/.exec(oneOf(invite, "Via"))?.[1] ?? "",
      callId: oneOf(invite, "Call-ID"),
      from: oneOf(invite, "From"),
      to: oneOf(refused, "To"),
      contact: null,
    });
    await expectQuiet(alice, bob);
  });

  it("the caller gives up before anybody rings: CANCEL follows the first 180", async () => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    await alice.response(alice.cancel(invite), 200);
    await expectQuiet(bob);
    bob.respond(ringing, 180);
    bob.respond(await bob.request("CANCEL"), 200);
    bob.respond(ringing, 487);
    await alice.response(invite, 487);
  });

  it.each([
    ["busy", 486],
    ["declined", 603],
    ["not acceptable", 488],
  ])("the callee is %s", async (_, status) => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    bob.respond(ringing, 180);
    bob.respond(ringing, status, { headers: [["Reason", `SIP;cause=${status}`]] });
    const refused = await alice.response(invite, status);
    expect(oneOf(refused, "Reason")).toBe(`SIP;cause=${status}`);
    await bob.request("ACK");
  });

  it.each([
    ["a user that nobody is", "sip:nobody@open.example", 404],
    ["an account without a device", `sip:0x${"ab".repeat(20)}@open.example`, 480],
    ["a name without a device", "sip:alice.eth@open.example", 480],
    ["a device that is gone", "sip:x@gone.invalid;transport=ws", 480],
    ["a telephone of the old world", "tel:+12015550123", 404],
  ])("a call to %s ends in words", async (_, uri, status) => {
    const node = await startNode({ open: true });
    const alice = await enter(node, "alice");
    const answer = await alice.ask("INVITE", uri, { body: SDP });
    expect(answer.status).toBe(status);
    expect(oneOf(answer, "Warning")).toMatch(/^399 etherlynk "[A-Z].*\."$/);
    expect(tagOf(oneOf(answer, "To"))).not.toBe("");
  });
});

describe("several devices", () => {
  it("ring together; the first to answer wins, the others hear that it was answered elsewhere", async () => {
    const { alice, invite, devices } = await startCall(3);
    for (const { bob, ringing } of devices) bob.respond(ringing, 180);
    for (let i = 0; i < 3; i++) await alice.response(invite, 180);
    const [first, ...others] = devices;
    first?.bob.respond(first.ringing, 200, { body: SDP });
    alice.confirm(invite, await alice.response(invite, 200));
    await first?.bob.request("ACK");
    for (const { bob, ringing } of others) {
      const cancel = await bob.request("CANCEL");
      expect(oneOf(cancel, "Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
      bob.respond(cancel, 200);
      bob.respond(ringing, 487);
      await bob.request("ACK");
    }
    await expectQuiet(alice, ...devices.map(({ bob }) => bob));
  });

  it("one busy device does not end the call, a declining one does", async () => {
    const { alice, invite, devices } = await startCall(3);
    const [busy, declines, rings] = devices;
    if (!busy || !declines || !rings) throw new Error("There are three.");
    busy.bob.respond(busy.ringing, 486);
    await busy.bob.request("ACK");
    rings.bob.respond(rings.ringing, 180);
    await alice.response(invite, 180);
    await expectQuiet(alice);
    declines.bob.respond(declines.ringing, 603);
    const cancel = await rings.bob.request("CANCEL");
    expect(oneOf(cancel, "Reason")).toContain("cause=603");
    rings.bob.respond(cancel, 200);
    rings.bob.respond(rings.ringing, 487);
    await alice.response(invite, 603);
  });

  it("all busy: the caller hears busy", async () => {
    const { alice, invite, devices } = await startCall(2);
    for (const { bob, ringing } of devices) bob.respond(ringing, 486);
    await alice.response(invite, 486);
  });

  it("two answer at once: both 200 arrive, and the caller ends one", async () => {
    const { alice, invite, devices } = await startCall(2);
    for (const { bob, ringing } of devices) bob.respond(ringing, 200, { body: SDP, tag: `t${bob.host}` });
    const oks = [await alice.response(invite, 200), await alice.response(invite, 200)];
    expect(new Set(oks.map(ok => tagOf(oneOf(ok, "To")))).size).toBe(2);
    for (const ok of oks) alice.confirm(invite, ok);
    for (const { bob } of devices) await bob.request("ACK");
  });

  it("a user may call its own other devices", async () => {
    const node = await startNode({ open: true });
    const [one, other] = [await enter(node, "bob"), await enter(node, "bob")];
    const invite = one.send("INVITE", BOB, { body: SDP });
    other.respond(await other.request("INVITE"), 486);
    await one.response(invite, 486);
  });
});

describe("somebody drops", () => {
  it("a ringing device: it counts as not there, the others ring on", async () => {
    const { alice, invite, devices } = await startCall(2);
    const [drops, stays] = devices;
    drops?.bob.drop();
    await drops?.bob.closed;
    stays?.bob.respond(stays.ringing, 180);
    await alice.response(invite, 180);
    stays?.bob.respond(stays.ringing, 486);
    await alice.response(invite, 486);
  });

  it("the only ringing device: the caller hears 480", async () => {
    const { alice, bob, invite, ringing } = await startCallToOne();
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    bob.drop();
    await alice.response(invite, 480);
    expect((await alice.ask("INVITE", BOB, { body: SDP })).status).toBe(404);
  });

  it("the caller: the callee stops ringing", async () => {
    const { alice, bob, ringing } = await startCallToOne();
    bob.respond(ringing, 180);
    await alice.settle();
    alice.drop();
    bob.respond(await bob.request("CANCEL"), 200);
    bob.respond(ringing, 487);
    await bob.request("ACK");
  });

  it("the node itself: after both have registered again the call ends as it should", async () => {
    const { node, alice, bob, invite, ringing } = await startCallToOne();
    const { alices, bobs } = await talk({ alice, bob, invite, ringing });
    await node.close();
    await Promise.all([alice.closed, bob.closed]);
    const anew = await startNode({ open: true });
    const again = {
      alice: await enter(anew, "alice", alice.identity),
      bob: await enter(anew, "bob", bob.identity),
    };
    const hold = again.alice.inDialog("INVITE", alices, { body: SDP });
    again.bob.respond(await again.bob.request("INVITE"), 200, { body: SDP });
    again.alice.confirm(hold, await again.alice.response(hold, 200));
    await again.bob.request("ACK");
    const bye = again.bob.inDialog("BYE", bobs);
    again.alice.respond(await again.alice.request("BYE"), 200);
    await again.bob.response(bye, 200);
  });
});

describe("ways in a dialog", () => {
  it("by GRUU: to one device of many, also when it has come back by another connection", async () => {
    const node = await startNode({ open: true });
    const alice = await enter(node, "alice");
    const [one, other] = [await enter(node, "bob"), await enter(node, "bob")];
    const own = allOf(await one.register(), "Contact").find(value => value.includes(one.instance));
    const gruu = /pub-gruu="([^"]+)"/.exec(own ?? "")?.[1] ?? "";
    expect(gruu).toMatch(/^sip:bob@open\.example;gr=urn:uuid:/);
    const first = alice.send("MESSAGE", gruu, { body: "hello" });
    const got = await one.request("MESSAGE");
    expect(got.uri).toBe(uriOf(one.contact));
    one.respond(got, 200);
    await alice.response(first, 200);
    one.drop();
    const back = await enter(node, "bob", { ...one.identity, host: "elsewhere.invalid" });
    const second = alice.send("MESSAGE", gruu, { body: "hello again" });
    back.respond(await back.request("MESSAGE"), 200);
    await alice.response(second, 200);
    await expectQuiet(other);
    await back.close();
    expect((await alice.ask("MESSAGE", gruu)).status).toBe(480);
  });

  it("to a caller who never registered, by the Contact of its call", async () => {
    const node = await startNode({ open: true });
    const bob = await enter(node, "bob");
    const guest = await createSipClient(node.url, { user: "guest", domain: DOMAIN });
    const invite = guest.send("INVITE", BOB, { body: SDP });
    const ringing = await bob.request("INVITE");
    const { bobs } = await talk({ alice: guest, bob, invite, ringing });
    const bye = bob.inDialog("BYE", bobs);
    guest.respond(await guest.request("BYE"), 200);
    await bob.response(bye, 200);
  });

  it("a Contact that somebody holds cannot be taken by another", async () => {
    const { alice, bob, invite, ringing, node } = await startCallToOne();
    const { alices } = await talk({ alice, bob, invite, ringing });
    const thief = await createSipClient(node.url, { user: "mallory", domain: DOMAIN });
    await thief.ask("REGISTER", `sip:${DOMAIN}`, {
      to: `<${thief.aor}>`,
      contact: `${bob.contact};expires=600`,
    });
    await thief.ask("INVITE", "sip:nobody@open.example", { contact: bob.contact });
    const bye = alice.inDialog("BYE", alices);
    bob.respond(await bob.request("BYE"), 200);
    await alice.response(bye, 200);
    await expectQuiet(thief);
  });
});

describe("the node itself", () => {
  it("answers OPTIONS with its date and what it supports", async () => {
    const node = await startNode({ open: true });
    const alice = await createSipClient(node.url, { user: "alice", domain: DOMAIN });
    const answer = await alice.ask("OPTIONS", `sip:${DOMAIN}`);
    expect(answer.status).toBe(200);
    expect(oneOf(answer, "Supported")).toContain("etherlynk.v1");
    expect(Math.abs(Date.parse(oneOf(answer, "Date")) - Date.now())).toBeLessThan(5_000);
    expect((await alice.ask("SUBSCRIBE", `sip:${DOMAIN}`)).status).toBe(405);
  });

  it.each([
    ["Max-Forwards is used up", { maxForwards: 0 }, 483],
    ["it must understand a thing unknown", { headers: [["Proxy-Require", "teleport"]] as const }, 420],
    ["the way leads to a domain unknown", { route: ["<sip:far.example:5060;lr>"] }, 404],
  ])("refuses when %s", async (_, options, status) => {
    const node = await startNode({ open: true, domain: DOMAIN });
    const [alice, bob] = [await enter(node, "alice"), await enter(node, "bob")];
    const answer = await alice.ask("INVITE", BOB, options);
    expect(answer.status).toBe(status);
    if (status === 420) expect(oneOf(answer, "Unsupported")).toBe("teleport");
    await expectQuiet(bob);
  });

  it("answers 400 to a header that it has to read and cannot, and does nothing of what was asked", async () => {
    const node = await startNode({ open: true });
    const [alice, bob] = [
      await enter(node, "alice"),
      await createSipClient(node.url, { user: "bob", domain: DOMAIN }),
    ];
    expect((await bob.register({ headers: [["Supported", "two words"]] })).status).toBe(400);
    expect((await alice.ask("INVITE", BOB)).status).toBe(404);
    expect((await bob.register()).status).toBe(200);
  });

  it("keeps a connection alive: a double line end is answered by one", async () => {
    const node = await startNode({ open: true });
    const alice = await enter(node, "alice");
    alice.write("\r\n\r\n");
    expect(await alice.pong()).toBe("\r\n");
    alice.write("\r\n");
    await expectQuiet(alice);
  });

  it("answers 400 to what is no SIP, and hangs up on who sends nothing else", async () => {
    const node = await startNode({ open: true });
    const [alice, noise] = [await enter(node, "alice"), await enter(node, "noise")];
    noise.write(
      "INVITE sip:bob@open.example SIP/2.0\r\nVia: SIP/2.0/WS n.invalid;branch=z9hG4bKx\r\nFrom: <sip:n@open.example>;tag=1\r\n" +
        "To: <sip:bob@open.example>\r\nCall-ID: 1\r\nCSeq: nonsense INVITE\r\nContent-Length: 0\r\n\r\n",
    );
    const answer = await noise.any(400);
    expect(oneOf(answer, "Via")).toBe("SIP/2.0/WS n.invalid;branch=z9hG4bKx");
    for (let i = 0; i < 20; i++) noise.write("no SIP at all\r\n\r\n");
    expect(await noise.closed).toBe(1008);
    await expectQuiet(alice);
  });
});
