import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deviceIdOf } from "../../background/identity/device-keys.ts";
import { parseNumber } from "../../protocol/number/number.ts";
import { endEpoch, revokeDevice } from "../../scripts/chain/home.ts";
import { startChainProxy } from "./chain-proxy.ts";
import { type ChainStage, startChainStage } from "./chain-stage.ts";
import {
  caughtUp,
  connect,
  deviceOf,
  enter,
  loaded,
  metricOf,
  type Resident,
  register,
  startChainNode,
  transfer,
  until,
} from "./node-chain-stage.ts";
import { createPeerClient } from "./peer-client.ts";
import { createSipClient } from "./sip-client.ts";
import { allOf, oneOf, type SipText } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const [ALICE, BOB, CAROL] = [0, 1, 2];
const number = parseNumber("+999 1000 1000");
const bobsNumber = parseNumber("+999 2000 2000");

let stage: ChainStage;
let snapshot: unknown;

beforeAll(async () => {
  stage = await startChainStage();
}, 60_000);
beforeEach(async () => {
  snapshot = await stage.request("evm_snapshot");
});
afterEach(async () => {
  await stage.request("evm_revert", [snapshot]);
});

async function startLoaded(config: Parameters<typeof startChainNode>[1] = {}): Promise<TestNode> {
  const node = await startChainNode(stage, config);
  await loaded(node);
  return node;
}

/** A call to the number that rings at its owner's. */
async function ring(caller: Resident, callee: Resident, uri = `sip:${number}@one.example`) {
  const invite = caller.client.send("INVITE", uri, { body: SDP });
  const ringing = await callee.client.request("INVITE");
  callee.client.respond(ringing, 180);
  await caller.client.response(invite, 180);
  return { invite, ringing };
}

const warningOf = (answer: SipText) => oneOf(answer, "Warning");

describe("a number", () => {
  it("rings its owner, who has registered nothing but the account", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite, ringing } = await ring(bob, alice);
    expect(oneOf(ringing, "To")).toContain(number);
    alice.client.respond(ringing, 200, { body: SDP });
    const ok = await bob.client.response(invite, 200);
    expect(ok.body).toBe(SDP);
    // Who was called by a number hangs up under it, and is asserted to be the account.
    bob.client.confirm(invite, ok);
    await alice.client.request("ACK");
    const bye = alice.client.inDialog("BYE", alice.client.answered(ringing));
    const heard = await bob.client.request("BYE");
    expect(oneOf(heard, "From")).toContain(number);
    expect(oneOf(heard, "P-Asserted-Identity")).toBe(`<${alice.aor}>`);
    bob.client.respond(heard, 200);
    await alice.client.response(bye, 200);
    // Outside of a call nobody speaks under a number.
    const from = `<sip:${number}@one.example>;tag=1`;
    expect((await alice.client.ask("INVITE", bob.aor, { from })).status).toBe(403);
  });

  it("that nobody owns, or that is none of ours, is not found; its owner away is offline", async () => {
    const node = await startLoaded();
    const bob = await enter(node, deviceOf(stage, BOB));
    const call = (user: string) => bob.client.ask("INVITE", `sip:${user}@one.example`, { body: SDP });
    const free = await call("+9997777777");
    expect([free.status, warningOf(free)]).toEqual([404, expect.stringContaining("Nobody owns this number")]);
    expect((await call("+4912345678")).status).toBe(404);
    const away = await call(number);
    expect([away.status, allOf(away, "Reason")]).toEqual([480, []]);
  });

  it("is looked up by itself until all is loaded", async () => {
    // Pages that never come: the node serves all the same.
    const proxy = await startChainProxy(stage.chain.rpc, async ({ question, pass }) =>
      isPage(question.params) ? undefined : pass(),
    );
    const node = await startChainNode(stage, { rpcs: [proxy.url] });
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    expect(await metricOf(node, "chain_loaded")).toBe(0);
    await ring(bob, alice);
    expect((await bob.client.ask("INVITE", "sip:+9997777777@one.example")).status).toBe(404);
  });

  it("cannot be registered, in an open node neither", async () => {
    const chain = { id: stage.entry.id, book: stage.seeded.book };
    const node = await startNode({ open: true, domain: "one.example", chain });
    const thief = await createSipClient(node.url, { user: number, domain: "one.example" });
    expect((await thief.register()).status).toBe(403);
  });
});

describe("a name", () => {
  it("rings its account for clients that know no chain: SIP and stock PeerJS", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    await ring(bob, alice, "sip:alice.eth@one.example");
    const page = await createPeerClient(node.url, "some-page");
    page.send({
      type: "OFFER",
      dst: "alice.eth",
      payload: { sdp: { type: "offer", sdp: SDP }, type: "media", connectionId: "mc_1" },
    });
    const invite = await alice.client.request("INVITE");
    expect(oneOf(invite, "From")).toContain("some-page");
  });

  it("that nobody has set up is not found, in words", async () => {
    const node = await startLoaded();
    const bob = await enter(node, deviceOf(stage, BOB));
    const answer = await bob.client.ask("INVITE", "sip:nobody-has-this.eth@one.example");
    expect([answer.status, warningOf(answer)]).toEqual([404, expect.stringContaining("set up this name")]);
  });
});

describe("a name that goes with a number", () => {
  it("stops ringing its old owner with the sale, and is the name's own account's again", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite, ringing } = await ring(bob, alice, "sip:alice.eth@one.example");
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await bob.client.response(invite, 410);
    alice.client.respond(await alice.client.request("CANCEL"), 200);
    alice.client.respond(ringing, 487);
    // The number no longer claims it, and the name's address record is Alice.
    await ring(bob, alice, "sip:alice.eth@one.example");
  });
});

describe("a sale", () => {
  it("while it rings ends with 410, then callers hear of it until the buyer comes, whom it rings", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite, ringing } = await ring(bob, alice);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    const over = await bob.client.response(invite, 410);
    expect(warningOf(over)).toContain("changed hands");
    const cancel = await alice.client.request("CANCEL");
    expect(oneOf(cancel, "Reason")).toContain("cause=410");
    alice.client.respond(cancel, 200);
    alice.client.respond(ringing, 487);

    const uri = `sip:${number}@one.example`;
    const changed = await bob.client.ask("INVITE", uri, { body: SDP });
    expect(changed.status).toBe(480);
    expect(oneOf(changed, "Reason")).toBe('etherlynk;cause=480;text="changed-hands"');

    const carol = await enter(node, deviceOf(stage, CAROL));
    await ring(bob, carol);
    expect((await alice.client.settle()).map(({ method }) => method)).not.toContain("INVITE");
    await carol.client.close();
    await until("she is gone", async () => (await metricOf(node, "sip_bindings")) === 2);
    const away = await bob.client.ask("INVITE", uri, { body: SDP });
    expect([away.status, allOf(away, "Reason")]).toEqual([480, []]);
  });

  it("that crosses the answer ends the call on both sides: 410 to the caller, ACK and BYE to who answered", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite, ringing } = await ring(bob, alice);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await bob.client.response(invite, 410);
    // One that nobody can read is not answered, and the next one is.
    alice.client.respond(ringing, 200, { headers: [["Record-Route", "<<"]] });
    // Her answer was on its way when she was told to stop.
    alice.client.respond(ringing, 200, { body: SDP });
    const ack = await alice.client.request("ACK");
    const bye = await alice.client.request("BYE");
    for (const request of [ack, bye]) {
      expect(request.uri).toBe(alice.client.contact.slice(1, -1));
      expect(oneOf(request, "Call-ID")).toBe(oneOf(invite, "Call-ID"));
      expect(oneOf(request, "From")).toBe(oneOf(invite, "From"));
      expect(allOf(request, "Route")).toEqual([]);
    }
    expect(oneOf(bye, "Reason")).toContain("cause=410");
    // The ACK got lost: it comes again, and no other BYE.
    alice.client.respond(ringing, 200, { body: SDP });
    await alice.client.request("ACK");
    alice.client.respond(bye, 200);
    alice.client.respond(await alice.client.request("CANCEL"), 200);
    await alice.client.request("NOTIFY");
    expect((await alice.client.settle()).map(({ start }) => start)).toEqual([]);
    const heard = (await bob.client.settle()).map(({ status }) => status);
    expect(heard.filter(status => status !== 100)).toEqual([]);
  });

  it("to somebody who is here already: the very next call rings there", async () => {
    const node = await startLoaded();
    const [alice, bob, carol] = await Promise.all(
      [ALICE, BOB, CAROL].map(index => enter(node, deviceOf(stage, index))),
    );
    if (alice === undefined || bob === undefined || carol === undefined) throw new Error("three have come");
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    await ring(bob, carol);
    const lost = await alice.client.request("NOTIFY");
    expect([oneOf(lost, "Event"), oneOf(lost, "From")]).toEqual([
      "reg",
      expect.stringMatching(/^<sip:one\.example>/),
    ]);
    expect(lost.body).toContain(`aor="sip:${number}@one.example" id="${number}" state="terminated"`);
    expect((await carol.client.request("NOTIFY")).body).toContain('state="active"');
    expect((await alice.client.settle()).map(({ start }) => start)).toEqual([]);
    // Whose number it was not hears nothing of it.
    expect((await bob.client.settle()).map(({ method }) => method)).not.toContain("NOTIFY");
  });

  it("of which the seller cannot hear is told as soon as one of its devices is back, once", async () => {
    const node = await startLoaded();
    const phone = deviceOf(stage, ALICE);
    const away = await enter(node, phone);
    await away.client.close();
    await until("she is gone", async () => (await metricOf(node, "sip_bindings")) === 0);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    const back = await enter(node, phone);
    expect((await back.client.request("NOTIFY")).body).toContain(`${number}" state="terminated"`);
    // It drops without a word: nobody knows whether it has heard.
    back.client.drop();
    await until("she is gone again", async () => (await metricOf(node, "sip_bindings")) === 0);
    const again = await enter(node, phone);
    again.client.respond(await again.client.request("NOTIFY"), 200);
    await again.client.close();
    const last = await enter(node, phone);
    expect((await last.client.settle()).map(({ start }) => start)).toEqual([]);
    // Who was never here has its line elsewhere, and hears it there.
    await transfer(stage, bobsNumber, { from: BOB, to: CAROL });
    await caughtUp(stage, node);
    const bob = await enter(node, deviceOf(stage, BOB));
    expect((await bob.client.settle()).map(({ start }) => start)).toEqual([]);
  });

  it("and the way back while the seller is away are not spoken of", async () => {
    const node = await startLoaded();
    const phone = deviceOf(stage, ALICE);
    await (await enter(node, phone)).client.close();
    await until("she is gone", async () => (await metricOf(node, "sip_bindings")) === 0);
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    await transfer(stage, number, { from: CAROL, to: ALICE });
    await caughtUp(stage, node);
    const alice = await enter(node, phone);
    expect((await alice.client.settle()).map(({ start }) => start)).toEqual([]);
  });

  it("leaves running calls alone", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite, ringing } = await ring(bob, alice);
    alice.client.respond(ringing, 200, { body: SDP });
    const dialog = bob.client.confirm(invite, await bob.client.response(invite, 200));
    await alice.client.request("ACK");
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    await alice.client.request("NOTIFY");
    expect((await alice.client.settle()).map(({ start }) => start)).toEqual([]);
    const bye = bob.client.inDialog("BYE", dialog);
    alice.client.respond(await alice.client.request("BYE"), 200);
    await bob.client.response(bye, 200);
  });

  it("before the node was started is heard of for a day, until the buyer was here once", async () => {
    await transfer(stage, number, { from: ALICE, to: CAROL });
    const node = await startLoaded();
    const bob = await enter(node, deviceOf(stage, BOB));
    const uri = `sip:${number}@one.example`;
    const reasonOf = async () => allOf(await bob.client.ask("INVITE", uri, { body: SDP }), "Reason");
    expect(await reasonOf()).toEqual(['etherlynk;cause=480;text="changed-hands"']);
    const carol = await enter(node, deviceOf(stage, CAROL));
    await ring(bob, carol);
    await carol.client.close();
    await until("she is gone", async () => (await metricOf(node, "sip_bindings")) === 1);
    expect(await reasonOf()).toEqual([]);
    await stage.request("evm_increaseTime", [90_000]);
    await stage.request("evm_mine");
    const later = await startLoaded();
    const again = await enter(later, deviceOf(stage, BOB));
    const away = await again.client.ask("INVITE", uri, { body: SDP });
    expect([away.status, allOf(away, "Reason")]).toEqual([480, []]);
  });

  it("that nobody can be asked about any more leaves its caller with what is known", async () => {
    await transfer(stage, number, { from: ALICE, to: CAROL });
    const proxy = await startChainProxy(stage.chain.rpc);
    const node = await startLoaded({ rpcs: [proxy.url] });
    const bob = await enter(node, deviceOf(stage, BOB));
    proxy.conduct = async ({ response }) => void response.writeHead(500).end();
    const away = await bob.client.ask("INVITE", `sip:${number}@one.example`, { body: SDP });
    expect([away.status, allOf(away, "Reason")]).toEqual([480, []]);
  });

  it("that a reorg takes back never was", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    await transfer(stage, number, { from: ALICE, to: CAROL });
    await caughtUp(stage, node);
    const changed = await bob.client.ask("INVITE", `sip:${number}@one.example`, { body: SDP });
    expect(oneOf(changed, "Reason")).toContain("changed-hands");
    await stage.request("anvil_reorg", [1, []]);
    await until("the sale is undone", async () => (await metricOf(node, "chain_undone_total")) === 1);
    await ring(bob, alice);
    expect((await alice.client.request("NOTIFY")).body).toContain('state="terminated"');
    expect((await alice.client.request("NOTIFY")).body).toContain('state="active"');
  });
});

describe("the devices of an account", () => {
  it("of an epoch that has ended are not registered any more, and not again", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const { invite } = await ring(bob, alice);
    await endEpoch(stage.client(ALICE), stage.entry.clients ?? "0x");
    await bob.client.response(invite, 480);
    await alice.client.request("CANCEL");
    // Nothing is left that this connection may do: the phone is to come back and hear why.
    expect(await alice.client.closed).toBe(1008);
    expect(await metricOf(node, "sip_bindings")).toBe(1);
    const again = await register(await connect(node, alice.device));
    expect([again.status, warningOf(again)]).toEqual([403, expect.stringContaining("Sign in again")]);
    const renewed = await connect(node, deviceOf(stage, ALICE, { over: { accountEpoch: 1 } }));
    expect((await register(renewed)).status).toBe(200);
    await ring(bob, renewed);
  });

  it("whose calls have not been answered yet are called back with them", async () => {
    const node = await startLoaded();
    const [alice, bob] = [await enter(node, deviceOf(stage, ALICE)), await enter(node, deviceOf(stage, BOB))];
    const invite = alice.client.send("INVITE", bob.aor, { body: SDP });
    bob.client.respond(await bob.client.request("INVITE"), 180);
    await alice.client.response(invite, 180);
    await endEpoch(stage.client(ALICE), stage.entry.clients ?? "0x");
    await alice.client.response(invite, 403);
    await bob.client.request("CANCEL");
  });

  it("one that answers although it is revoked is hung up, and the other goes on ringing", async () => {
    const node = await startLoaded();
    const [lost, kept] = [deviceOf(stage, ALICE), deviceOf(stage, ALICE)];
    const [alice, other] = [await enter(node, lost), await enter(node, kept)];
    const bob = await enter(node, deviceOf(stage, BOB));
    const { invite, ringing } = await ring(bob, alice);
    const elsewhere = await other.client.request("INVITE");
    const thumbprint = Buffer.from(deviceIdOf(lost.delegation), "base64url");
    await revokeDevice(stage.client(ALICE), stage.entry.clients ?? "0x", `0x${thumbprint.toString("hex")}`);
    await alice.client.request("CANCEL");
    alice.client.respond(ringing, 200, { body: SDP, tag: "thief" });
    await alice.client.request("ACK");
    await alice.client.request("BYE");
    other.client.respond(elsewhere, 200, { body: SDP, tag: "owner" });
    const ok = await bob.client.response(invite, 200);
    expect(oneOf(ok, "To")).toContain("owner");
    expect((await bob.client.settle()).filter(({ status }) => status === 200)).toEqual([]);
  });

  it("one that is revoked goes, the other stays", async () => {
    const node = await startLoaded();
    const [lost, kept] = [deviceOf(stage, ALICE), deviceOf(stage, ALICE)];
    const [alice, other] = [await enter(node, lost), await enter(node, kept)];
    const bob = await enter(node, deviceOf(stage, BOB));
    const thumbprint = Buffer.from(deviceIdOf(lost.delegation), "base64url");
    await revokeDevice(stage.client(ALICE), stage.entry.clients ?? "0x", `0x${thumbprint.toString("hex")}`);
    await until("it is gone", async () => (await metricOf(node, "sip_bindings")) === 2);
    expect(await alice.client.closed).toBe(1008);
    const again = await register(await connect(node, lost));
    expect([again.status, warningOf(again)]).toEqual([403, expect.stringContaining("revoked this device")]);
    await ring(bob, other);
  });
});

/** The two `range` calls. */
function isPage([call]: readonly unknown[]): boolean {
  const data = typeof call === "object" && call !== null && "data" in call ? String(call.data) : "";
  return ranges.some(selector => data.startsWith(selector));
}

const ranges = ["0x55680991", "0x42c7414c"];
