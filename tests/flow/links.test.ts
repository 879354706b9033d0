import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createNodeKey } from "../../signaller/node-key.ts";
import { createDevice, type Device, prove, registering } from "./device.ts";
import { createInbox } from "./inbox.ts";
import { createSipClient, type SipClient } from "./sip-client.ts";
import { allOf, oneOf, readSip, type SipText, writeSip } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";
import { startLinked, startTwoNodes, type TwoNodes, untilLink, untilSaid } from "./two-nodes.ts";

const NOWHERE = 9;

async function enter(node: TestNode, user: string, domain: string): Promise<SipClient> {
  const client = await createSipClient(node.url, { user, domain });
  expect((await client.register()).status).toBe(200);
  return client;
}

async function enterProven(node: TestNode, domain: string): Promise<{ client: SipClient; device: Device }> {
  const device = createDevice();
  const client = await createSipClient(node.url, { user: device.account, domain });
  expect((await prove(client, device, registering(client, device, domain))).status).toBe(200);
  return { client, device };
}

/** A node that speaks for `domain` only in words: `ws` in the place of our own code. */
async function dialRaw(node: TestNode) {
  const socket = new WebSocket(node.url, "etherlynk-link.v1");
  const inbox = createInbox<string>(text => text);
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    socket.on("close", (code, reason) => {
      inbox.close("closed");
      resolve({ code, reason: reason.toString() });
    });
  });
  socket.on("message", (payload: Buffer) => inbox.push(payload.toString()));
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });
  return { socket, closed, next: () => inbox.take("a message", () => true) };
}

const hello = {
  link: "hello",
  from: "one.example",
  to: "two.example",
  key: { x: `0x${"12".repeat(32)}`, y: `0x${"34".repeat(32)}` },
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
};

describe("links", () => {
  it("carry calls both ways, also when a newer connection of the same domain takes the older one's place", async () => {
    const keys = { one: await createNodeKey(), two: await createNodeKey() };
    const two = await startLinked({
      open: true,
      domain: "two.example",
      key: keys.two,
      peer: { domain: "one.example", port: NOWHERE, thumbprint: keys.one.thumbprint },
    });
    // It does not dial again here: two processes that speak for one domain would take the link from each other.
    const one = await startLinked({
      open: true,
      domain: "one.example",
      key: keys.one,
      peer: { domain: "two.example", port: two.port, thumbprint: keys.two.thumbprint },
      retryMs: 60_000,
    });
    await untilLink(one, true);
    await untilLink(two, true);
    // A second process of one.example takes the link over, as after a restart that the other side did not see.
    const again = await startLinked({
      open: true,
      domain: "one.example",
      key: keys.one,
      peer: { domain: "two.example", port: two.port, thumbprint: keys.two.thumbprint },
    });
    await untilLink(again, true);
    const [alice, bob] = [await enter(again, "alice", "one.example"), await enter(two, "bob", "two.example")];
    const call = alice.send("MESSAGE", "sip:bob@two.example", { body: "there" });
    bob.respond(await bob.request("MESSAGE"), 200);
    await alice.response(call, 200);
    await one.close();
    const back = bob.send("MESSAGE", "sip:alice@one.example", { body: "and back" });
    alice.respond(await alice.request("MESSAGE"), 200);
    await bob.response(back, 200);
  });

  it("are refused to another key, in words on both sides", async () => {
    const keys = { one: await createNodeKey(), two: await createNodeKey(), other: await createNodeKey() };
    const two = await startLinked({
      open: true,
      domain: "two.example",
      key: keys.two,
      peer: { domain: "one.example", port: NOWHERE, thumbprint: keys.other.thumbprint },
    });
    const one = await startLinked({
      open: true,
      domain: "one.example",
      key: keys.one,
      peer: { domain: "two.example", port: two.port, thumbprint: keys.two.thumbprint },
    });
    expect(await untilSaid(two, /^warn link\.refused/)).toContain("The key of one.example is not the one");
    const alice = await enter(one, "alice", "one.example");
    expect((await alice.ask("INVITE", "sip:bob@two.example")).status).toBe(503);
  });

  it("are refused by the caller when another key answers", async () => {
    const keys = { one: await createNodeKey(), two: await createNodeKey(), other: await createNodeKey() };
    const two = await startLinked({
      open: true,
      domain: "two.example",
      key: keys.two,
      peer: { domain: "one.example", port: NOWHERE, thumbprint: keys.one.thumbprint },
    });
    const one = await startLinked({
      open: true,
      domain: "one.example",
      key: keys.one,
      peer: { domain: "two.example", port: two.port, thumbprint: keys.other.thumbprint },
    });
    expect(await untilSaid(one, /^warn link\.refused/)).toContain("The key of two.example is not the one");
  });

  it.each([
    ["a domain without a configured link", { ...hello, from: "three.example" }, /No link to three.example/],
    ["a hello for somebody else", { ...hello, to: "three.example" }, /This is the node of two.example/],
    ["a key that is not the configured one", hello, /The key of one.example/],
    ["a proof before a hello", { link: "proof", sig: "A".repeat(86) }, /not expected now/],
    ["no message of a link", { link: "handshake" }, /no message between nodes/],
    ["a nonce too short", { ...hello, nonce: "AAAA" }, /no message between nodes/],
  ])("are refused to %s", async (_, message, words) => {
    const { two } = await startTwoNodes();
    const raw = await dialRaw(two);
    raw.socket.send(JSON.stringify(message));
    const { code, reason } = await raw.closed;
    expect(code).toBe(1008);
    expect(reason).toMatch(words);
  });

  it("are refused to who mirrors the node's own proof", async () => {
    const { two, keys } = await startTwoNodes();
    const raw = await dialRaw(two);
    const key = {
      x: `0x${Buffer.from(keys.one.publicJwk.x, "base64url").toString("hex")}`,
      y: `0x${Buffer.from(keys.one.publicJwk.y, "base64url").toString("hex")}`,
    };
    raw.socket.send(JSON.stringify({ ...hello, key }));
    const theirs = JSON.parse(await raw.next());
    expect(theirs).toMatchObject({ link: "hello", from: "two.example", to: "one.example" });
    raw.socket.send(await raw.next());
    expect((await raw.closed).reason).toBe("one.example did not prove its key.");
  });

  it("are closed to who says nothing, or too much", async () => {
    const { two } = await startTwoNodes();
    const [silent, loud] = [await dialRaw(two), await dialRaw(two)];
    for (let i = 0; i < 9; i++) loud.socket.send("{}");
    expect((await loud.closed).code).toBe(1008);
    expect((await silent.closed).reason).toBe("The handshake took too long.");
  });

  it("are not there without --peer", async () => {
    const node = await startNode({ open: true });
    await expect(dialRaw(node)).rejects.toThrow("404");
  });
});

describe("a link that is down", () => {
  it("gives callers 503 at once, ends what rings, and heals by itself", async () => {
    const { one, two, tap } = await startTwoNodes();
    const [alice, bob] = [await enter(one, "alice", "one.example"), await enter(two, "bob", "two.example")];
    const invite = alice.send("INVITE", "sip:bob@two.example");
    const ringing = await bob.request("INVITE");
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    tap.cut();
    await alice.response(invite, 480);
    bob.respond(await bob.request("CANCEL"), 200);
    bob.respond(ringing, 487);
    await untilLink(one, false);
    const refused = await alice.ask("INVITE", "sip:bob@two.example");
    expect(refused.status).toBe(503);
    expect(oneOf(refused, "Warning")).toMatch(/cannot be reached/);
    tap.heal();
    await untilLink(one, true);
    const message = alice.send("MESSAGE", "sip:bob@two.example");
    bob.respond(await bob.request("MESSAGE"), 200);
    await alice.response(message, 200);
  });

  it("costs a call that is answered nothing: it ends as it should afterwards", async () => {
    const { one, two, tap } = await startTwoNodes();
    const [alice, bob] = [await enter(one, "alice", "one.example"), await enter(two, "bob", "two.example")];
    const invite = alice.send("INVITE", "sip:bob@two.example");
    const ringing = await bob.request("INVITE");
    bob.respond(ringing, 200);
    const dialog = alice.confirm(invite, await alice.response(invite, 200));
    await bob.request("ACK");
    tap.cut();
    await untilLink(one, false);
    tap.heal();
    await untilLink(one, true);
    const bye = alice.inDialog("BYE", dialog);
    bob.respond(await bob.request("BYE"), 200);
    await alice.response(bye, 200);
  });
});

describe("what may come over a link", () => {
  it("a sender of its own domain, and nobody else's", async () => {
    const { one, two } = await startTwoNodes();
    const [alice, bob] = [await enter(one, "alice", "one.example"), await enter(two, "bob", "two.example")];
    const own = await createSipClient(one.url, { user: "eve", domain: "two.example" });
    const forged = await own.ask("INVITE", "sip:bob@two.example");
    expect(forged.status).toBe(403);
    expect(oneOf(forged, "Warning")).toContain("From is not of one.example");
    expect(await bob.settle()).toEqual([]);
    expect((await alice.ask("OPTIONS", "sip:two.example")).status).toBe(200);
  });

  it("identities that its own domain asserts, and no other's", async () => {
    const { one, two } = await startTwoNodes({ open: false });
    const [alice, bob] = [await enterProven(one, "one.example"), await enterProven(two, "two.example")];
    const invite = alice.client.send("INVITE", `sip:${bob.device.account}@two.example`, {
      headers: [["P-Asserted-Identity", `<sip:${bob.device.account}@two.example>`]],
    });
    const ringing = await bob.client.request("INVITE");
    expect(allOf(ringing, "P-Asserted-Identity")).toEqual([`<sip:${alice.device.account}@one.example>`]);
    bob.client.respond(ringing, 486);
    await alice.client.response(invite, 486);
  });

  it("nothing for a third domain, and no noise", async () => {
    const { peer, two } = await startSpokenLink();
    const bob = await enter(two, "bob", "two.example");
    const passing = await peer.ask("INVITE", "sip:carol@three.example");
    expect(passing.status).toBe(404);
    const asserted = peer.ask("MESSAGE", "sip:bob@two.example", [
      ["P-Asserted-Identity", "<sip:bob@two.example>"],
      ["P-Asserted-Identity", "<sip:0xabc@one.example>"],
      ["P-Preferred-Identity", "<sip:x@one.example>"],
    ]);
    const got = await bob.request("MESSAGE");
    expect(allOf(got, "P-Asserted-Identity")).toEqual(["<sip:0xabc@one.example>"]);
    expect(oneOf(got, "P-Preferred-Identity")).toBe("");
    bob.respond(got, 200);
    expect((await asserted).status).toBe(200);
    peer.write("INVITE what is this SIP/2.0\r\n\r\n");
    peer.write("\r\n\r\n");
    const broken = writeSip("INVITE sip:bob@two.example SIP/2.0", [
      ["Via", "SIP/2.0/WS one.example;branch=z9hG4bKx"],
      ["From", "<sip:a@one.example>;tag=1"],
      ["To", "<sip:bob@two.example>"],
      ["Call-ID", "x"],
      ["CSeq", "no number"],
    ]);
    peer.write(broken);
    expect((await peer.next()).status).toBe(400);
    expect((await peer.ask("OPTIONS", "sip:two.example")).status).toBe(200);
  });
});

/** two.example, linked with a peer whose every word the test chooses: a real handshake, then raw SIP. */
async function startSpokenLink() {
  const nodes: TwoNodes = await startTwoNodes();
  const { two, keys } = nodes;
  await nodes.one.close();
  await untilLink(two, false);
  const { createCallerHandshake } = await import("../../signaller/link/handshake.ts");
  const { parseLinkMessage } = await import("../../signaller/link/hello.ts");
  const handshake = createCallerHandshake(
    { domain: "one.example", key: keys.one, thumbprintOf: () => keys.two.thumbprint },
    "two.example",
  );
  const raw = await dialRaw(two);
  raw.socket.send(handshake.first);
  for (let proven = false; !proven; ) {
    const message = parseLinkMessage(Buffer.from(await raw.next()));
    if (message === undefined) throw new Error("The node speaks as it should.");
    const { send, done } = await handshake.take(message);
    for (const text of send) raw.socket.send(text);
    proven = done !== undefined;
  }
  await untilLink(two, true);
  let requests = 0;
  const next = async (): Promise<SipText> => readSip(await raw.next());
  return {
    two,
    peer: {
      next,
      write: (text: string) => raw.socket.send(text),
      ask(
        method: string,
        uri: string,
        headers: readonly (readonly [string, string])[] = [],
      ): Promise<SipText> {
        requests++;
        const text = writeSip(`${method} ${uri} SIP/2.0`, [
          ["Via", `SIP/2.0/WS one.example;branch=z9hG4bK${requests}`],
          ["Max-Forwards", "70"],
          ["From", "<sip:alice@one.example>;tag=1"],
          ["To", `<${uri}>`],
          ["Call-ID", `call-${requests}`],
          ["CSeq", `1 ${method}`],
          ...headers,
        ]);
        raw.socket.send(text);
        return next();
      },
    },
  };
}
