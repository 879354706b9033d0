import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { parseNumber } from "../../protocol/number/number.ts";
import { endEpoch, enterHome } from "../../scripts/chain/home.ts";
import { createCallerHandshake } from "../../signaller/link/handshake.ts";
import { parseLinkMessage } from "../../signaller/link/hello.ts";
import type { PeerNode } from "../../signaller/link/peer-node.ts";
import { createNodeKey, type NodeKey } from "../../signaller/node-key.ts";
import { type ChainStage, createTestResolver, startChainStage } from "./chain-stage.ts";
import { createInbox } from "./inbox.ts";
import {
  type ChainNodeConfig,
  caughtUp,
  deviceOf,
  enter,
  loaded,
  type Resident,
  startChainNode,
  transfer,
} from "./node-chain-stage.ts";
import { createPerson } from "./phone-device.ts";
import { allOf, oneOf, writeSip } from "./sip-text.ts";
import type { TestNode } from "./test-node.ts";
import { createTestPhone } from "./test-phone.ts";
import { quickLinks, untilLink } from "./two-nodes.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const [ALICE, BOB, CAROL] = [0, 1, 2];
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

interface Place {
  readonly node: TestNode;
  readonly key: NodeKey;
  readonly domain: string;
}

/** A node of a domain that nobody is told of but by the chain. */
async function startPlace(
  domain: string,
  { plain = true, key: given, ...config }: Partial<ChainNodeConfig> & { plain?: boolean; key?: NodeKey } = {},
): Promise<Place> {
  const key = given ?? (await createNodeKey());
  const links = { peers: [], key, plain, limits: { ...quickLinks, reachMs: 2_000, unreachableMs: 100 } };
  const node = await startChainNode(stage, { domain, links, ...config });
  await loaded(node);
  return { node, key, domain };
}

/** The account at this place of the chain says where it is reached. */
async function moveIn(index: number, { node, key, domain }: Place): Promise<void> {
  await enterHome(stage.client(index), stage.entry.clients ?? "0x", {
    domain,
    nodes: [{ url: node.url, key: `0x${Buffer.from(key.thumbprint, "base64url").toString("hex")}` }],
  });
}

async function startBoth(config: Parameters<typeof startPlace>[1] = {}) {
  const [one, two] = await Promise.all([
    startPlace("one.example", config),
    startPlace("two.example", config),
  ]);
  await moveIn(ALICE, one);
  await moveIn(BOB, two);
  await settle(one, two);
  return { one, two };
}

async function settle(...places: readonly Place[]): Promise<void> {
  for (const { node } of places) await caughtUp(stage, node);
}

async function call(caller: Resident, callee: Resident, uri: string) {
  const invite = caller.client.send("INVITE", uri, { body: SDP });
  const ringing = await callee.client.request("INVITE");
  callee.client.respond(ringing, 180);
  await caller.client.response(invite, 180);
  return { invite, ringing };
}

describe("two domains that know each other by the chain alone", () => {
  it.each([
    ["number", `sip:${bobsNumber}@one.example`],
    ["number at its own domain", `sip:${bobsNumber}@two.example`],
    ["name", "sip:bob.eth@one.example"],
  ])("are one for who calls a %s: it rings, talks, and ends from both sides", async (_, uri) => {
    const { one, two } = await startBoth();
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    const bob = await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    for (const endedBy of ["alice", "bob"]) {
      const { invite, ringing } = await call(alice, bob, uri);
      expect(oneOf(ringing, "P-Asserted-Identity")).toBe(`<sip:${alice.device.account}@one.example>`);
      bob.client.respond(ringing, 200, { body: SDP });
      const dialog = alice.client.confirm(invite, await alice.client.response(invite, 200));
      await bob.client.request("ACK");
      const [ender, other, way] =
        endedBy === "alice" ? [alice, bob, dialog] : [bob, alice, bob.client.answered(ringing)];
      const bye = ender.client.inDialog("BYE", way);
      other.client.respond(await other.client.request("BYE"), 200);
      await ender.client.response(bye, 200);
    }
  });

  it("are so over a configured link too, which goes before the chain's", async () => {
    const keys = { one: await createNodeKey(), two: await createNodeKey() };
    const start = (domain: string, key: NodeKey, peer: PeerNode) =>
      startChainNode(stage, { domain, links: { key, peers: [peer], limits: quickLinks } });
    const { thumbprint } = keys.one;
    const nowhere = { domain: "one.example", url: "ws://127.0.0.1:9", thumbprint };
    const two = await start("two.example", keys.two, nowhere);
    const peer = { domain: "two.example", url: two.url, thumbprint: keys.two.thumbprint };
    const one = await start("one.example", keys.one, peer);
    await Promise.all([untilLink(one, true), untilLink(two, true)]);
    // What the entry says of the node is not looked at.
    await moveIn(BOB, {
      node: { ...two, url: "wss://elsewhere.example" },
      key: keys.one,
      domain: "two.example",
    });
    await Promise.all([caughtUp(stage, one), caughtUp(stage, two)]);
    const alice = await enter(one, deviceOf(stage, ALICE));
    const bob = await enter(two, deviceOf(stage, BOB), { domain: "two.example" });
    const { invite, ringing } = await call(alice, bob, `sip:${bobsNumber}@one.example`);
    bob.client.respond(ringing, 200, { body: SDP });
    alice.client.confirm(invite, await alice.client.response(invite, 200));
    await bob.client.request("ACK");
    const bye = bob.client.inDialog("BYE", bob.client.answered(ringing));
    alice.client.respond(await alice.client.request("BYE"), 200);
    await bob.client.response(bye, 200);
  });

  it("carry the calls of our phones, which find each other themselves", async () => {
    const { one, two } = await startBoth();
    const chainId = stage.entry.id;
    const directory = createTestResolver([stage.entry]);
    const person = (index: number) => createPerson(stage.chain.accounts.at(index)?.privateKey);
    const [alice, bob] = await Promise.all([
      createTestPhone({
        person: person(ALICE),
        chainId,
        directory,
        urls: [one.node.url],
        domain: one.domain,
      }),
      createTestPhone({ person: person(BOB), chainId, directory, urls: [two.node.url], domain: two.domain }),
    ]);
    const id = alice.kit.dial("bob.eth");
    await bob.until(({ call: it }) => it.state.kind === "ringing-in" && it.state.alerting);
    bob.kit.accept(id);
    const record = await alice.until(it => it.id === id && it.call.state.kind === "active");
    expect(record.call.proof).toBe("proven");
  });

  it("find the buyer of a number in the buyer's domain with the next call", async () => {
    const { one, two } = await startBoth();
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    const bob = await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    const carol = await enter(one.node, deviceOf(stage, CAROL));
    const uri = `sip:${bobsNumber}@one.example`;
    const { invite, ringing } = await call(alice, bob, uri);
    await transfer(stage, bobsNumber, { from: BOB, to: CAROL });
    await alice.client.response(invite, 410);
    await bob.client.request("CANCEL");
    bob.client.respond(ringing, 487);
    await settle(one, two);
    await call(alice, carol, uri);
  });

  it("hang up on who answers a caller whose permission has just ended", async () => {
    const { one, two } = await startBoth();
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    const bob = await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    const { invite, ringing } = await call(alice, bob, `sip:${bobsNumber}@one.example`);
    await endEpoch(stage.client(ALICE), stage.entry.clients ?? "0x");
    await alice.client.response(invite, 403);
    await bob.client.request("CANCEL");
    // Not as a caller's: his own node has told him to stop, but his answer was faster.
    bob.client.respond(ringing, 200, { body: SDP });
    await bob.client.request("ACK");
    const bye = await bob.client.request("BYE");
    expect(oneOf(bye, "Call-ID")).toBe(oneOf(invite, "Call-ID"));
    bob.client.respond(bye, 200);
  });

  it("open their link again when it was lost while they talked", async () => {
    const { one, two } = await startBoth();
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    const bob = await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    const { invite, ringing } = await call(alice, bob, `sip:${bobsNumber}@one.example`);
    bob.client.respond(ringing, 200, { body: SDP });
    const dialog = alice.client.confirm(invite, await alice.client.response(invite, 200));
    await bob.client.request("ACK");
    await two.node.close();
    const again = await startPlace(two.domain, { key: two.key, port: two.node.port });
    const back = await enter(again.node, bob.device, { domain: two.domain, ...bob.client.identity });
    const bye = alice.client.inDialog("BYE", dialog);
    back.client.respond(await back.client.request("BYE"), 200);
    await alice.client.response(bye, 200);
  });
});

describe("who lies on the chain", () => {
  it("about a domain gets only the calls of those who believe him, and is believed about himself alone", async () => {
    const { one, two } = await startBoth();
    // Mallory says that his node is two.example's.
    const mallorys = await startPlace("two.example");
    await moveIn(CAROL, mallorys);
    await settle(one, two, mallorys);
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    const bob = await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    const carol = await enter(mallorys.node, deviceOf(stage, CAROL), { domain: mallorys.domain });
    // Both links are up, of one domain and two keys.
    await call(alice, carol, carol.aor);
    const { ringing } = await call(alice, bob, `sip:${bobsNumber}@one.example`);
    expect(oneOf(ringing, "From")).toContain(alice.device.account);
    // His node lets him speak as Bob and as himself, and asserts both.
    await mallorys.node.close();
    for (const [speaker, isBelieved] of [
      [bob, false],
      [carol, true],
    ] as const) {
      const socket = await speakAs(mallorys, one);
      socket.send(invitation(speaker.device.account, alice.device.account));
      const invite = await alice.client.request("INVITE");
      expect(oneOf(invite, "From")).toContain(speaker.device.account);
      expect(allOf(invite, "P-Asserted-Identity").length).toBe(isBelieved ? 1 : 0);
      socket.terminate();
    }
  });

  it("about a node within the operator's own walls has it dialled by nobody", async () => {
    const { one, two } = await startBoth({ plain: false });
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    await enter(two.node, deviceOf(stage, BOB), { domain: two.domain });
    const answer = await alice.client.ask("INVITE", `sip:${bobsNumber}@one.example`, { body: SDP });
    expect(answer.status).toBe(503);
    expect(two.node.said.join()).not.toContain("link");
  });

  it("about our own domain is not let in", async () => {
    const { one } = await startBoth();
    const thief = await startPlace("one.example");
    await moveIn(CAROL, thief);
    await settle(one, thief);
    const alice = await enter(one.node, deviceOf(stage, ALICE));
    // Carol's entry names our domain: she is looked for here, whatever node she names.
    const carol = deviceOf(stage, CAROL);
    const answer = await alice.client.ask("INVITE", `sip:${carol.account}@one.example`, { body: SDP });
    expect(answer.status).toBe(480);
    expect(thief.node.said.join()).not.toContain("link");
  });
});

/** A connection to a node by who has the key of another, with the handshake done. */
async function speakAs({ key, domain }: Place, { node, key: { thumbprint }, domain: to }: Place) {
  const handshake = createCallerHandshake({ domain, key, thumbprintOf: () => thumbprint }, to);
  const socket = new WebSocket(node.url, "etherlynk-link.v1");
  onTestFinished(() => socket.terminate());
  const said = createInbox<Buffer>(String);
  socket.on("message", (payload: Buffer) => said.push(payload));
  await new Promise(resolve => socket.on("open", resolve));
  socket.send(handshake.first);
  for (let isProven = false; !isProven; ) {
    const message = parseLinkMessage(await said.take("a word", () => true));
    if (message === undefined) throw new Error("The node speaks as it should.");
    const { send, done } = await handshake.take(message);
    for (const text of send) socket.send(text);
    isProven = done !== undefined;
  }
  return socket;
}

function invitation(from: string, to: string): string {
  const aor = `sip:${from}@two.example`;
  return writeSip(`INVITE sip:${to}@one.example SIP/2.0`, [
    ["Via", `SIP/2.0/WS two.example;branch=z9hG4bK${from.slice(-8)}`],
    ["Max-Forwards", "70"],
    ["From", `<${aor}>;tag=1`],
    ["To", `<sip:${to}@one.example>`],
    ["Call-ID", `false-${from.slice(-8)}`],
    ["CSeq", "1 INVITE"],
    ["Contact", `<${aor}>`],
    ["P-Asserted-Identity", `<${aor}>`],
  ]);
}
