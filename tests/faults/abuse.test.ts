import { describe, expect, it, onTestFinished } from "vitest";
import { closePayload, connectRaw } from "../../signaller/websocket/raw-client.suite.ts";
import { type Node, startNode } from "./node.ts";
import { connectPeer, exchange, offer, openPeer, type Peer } from "./peer.ts";

// What PeerServer 1.0.2 does under abuse was written down, line by line; here is what this node does instead. Limits
// are as shipped. In each test somebody else is connected, and must not notice.

async function start(): Promise<{ node: Node; port: number; bystanders: readonly [Peer, Peer] }> {
  const node = await startNode(onTestFinished);
  const { port } = node;
  const [one, other] = [
    await openPeer("one", { port, from: "127.9.9.1" }),
    await openPeer("other", { port, from: "127.9.9.2" }),
  ];
  return { node, port, bystanders: [one, other] };
}

async function notNoticed([one, other]: readonly [Peer, Peer]): Promise<void> {
  const heard = [one, other].map(({ raw }) => raw.frames.length);
  await exchange(one, other, "still");
  await exchange(other, one, "here");
  expect([one, other].map(({ raw }, i) => raw.frames.length - (heard[i] ?? 0))).toEqual([1, 1]);
}

describe("messages", () => {
  it("that are no messages get an ERROR for their sender, and in the end a goodbye", async () => {
    const { node, port, bystanders } = await start();
    const [one] = bystanders;
    const texts = [
      "{",
      "null",
      "7",
      "true",
      '"OFFER"',
      "[]",
      "{}",
      "",
      '{"type":7}',
      '{"type":"OFFER","dst":"one"}',
    ];
    const sender = await openPeer("sender", { port });
    for (const text of texts) {
      sender.say(text);
      expect(await sender.hear(), text).toMatchObject({
        type: "ERROR",
        payload: { msg: expect.any(String) },
      });
    }
    sender.say("null");
    expect((await sender.raw.untilClosed()).code).toBe(1008);
    // Deep nesting, where a parser that recurses would end.
    const deep = await openPeer("deep", { port });
    deep.say(`{"type":"OFFER","payload":${"[".repeat(30_000)}${"]".repeat(30_000)},"dst":"one"}`);
    expect(await deep.hear()).toMatchObject({ type: "ERROR" });
    await notNoticed(bystanders);
    expect(one.raw.frames).toHaveLength(2);
    expect(await node.metric("bugs_total")).toBe(0);
  });

  it("tell the truth about who sent them, whatever they say", async () => {
    const { port, bystanders } = await start();
    const mallory = await openPeer("mallory", { port });
    for (const text of [
      '{"src":"other","type":"OFFER","payload":{},"dst":"one"}',
      '{"type":"OFFER","payload":{},"src":"other","dst":"one"}',
      '{"type":"OFFER","payload":{},"dst":"one","src":"other"}',
      '{"type":"OFFER","payload":{},"\\u0073rc":"other","dst":"one"}',
      '{"type":"OFFER","payload":{"src":"other"},"dst":"one"}',
      '{"__proto__":{"src":"other"},"type":"OFFER","payload":{},"dst":"one"}',
    ]) {
      mallory.say(text);
      expect(await bystanders[0].hear(), text).toMatchObject({ type: "OFFER", src: "mallory" });
    }
  });

  it("of the kind that only a server sends reach nobody", async () => {
    const { node, port, bystanders } = await start();
    const mallory = await openPeer("mallory", { port });
    for (const type of ["LEAVE", "EXPIRE"]) {
      mallory.say({ type, dst: "one", src: "other" });
      mallory.say({ type, dst: "one", payload: {} });
      mallory.say(`{"type":"OFFER","payload":{},"dst":"one","type":"${type}"}`);
    }
    for (const type of ["OPEN", "ID-TAKEN", "ERROR", "INVALID-KEY"]) {
      mallory.say({ type, dst: "one", payload: { msg: "x" } });
      expect(await mallory.hear()).toMatchObject({ type: "ERROR" });
    }
    await notNoticed(bystanders);
    expect(bystanders[0].raw.frames.map(({ payload }) => JSON.parse(payload.toString()).type)).toEqual([
      "OPEN",
      "OFFER",
    ]);
    expect(await node.metric('peerjs_total{what="ignored"}')).toBe(6);
  });

  it("LEAVE to nobody is a goodbye: the socket is closed and the id is free", async () => {
    const { port, bystanders } = await start();
    const leaver = await openPeer("leaver", { port, token: "one" });
    leaver.say({ type: "LEAVE" });
    expect((await leaver.raw.untilClosed()).code).toBe(1000);
    await openPeer("leaver", { port, token: "two" });
    await notNoticed(bystanders);
  });
});

describe("ids", () => {
  it("that are taken are told so; their owner does not notice", async () => {
    const { port, bystanders } = await start();
    const thief = await connectPeer("one", { port, token: "guessed" });
    expect(await thief.hear()).toEqual({ type: "ID-TAKEN", payload: { msg: "ID is taken" } });
    expect((await thief.raw.untilClosed()).code).toBe(1000);
    await notNoticed(bystanders);
  });

  it("that come again with their token get their OPEN, and the old socket is closed", async () => {
    const { port, bystanders } = await start();
    const old = await openPeer("roamer", { port });
    const anew = await openPeer("roamer", { port });
    expect((await old.raw.untilClosed()).code).toBe(1000);
    await exchange(bystanders[0], anew, "to the new one");
    old.raw.socket.destroy();
    await exchange(anew, bystanders[0], "from the new one");
    await notNoticed(bystanders);
  });

  it("that are no ids are refused in words", async () => {
    const { port, bystanders } = await start();
    const hostile = [
      "a".repeat(7_000),
      "a".repeat(129),
      "\0",
      "a\0b",
      "<script>alert(1)</script>",
      "__proto__",
      "constructor.prototype",
      "../../etc/passwd",
      "a\r\nb",
      "alice.eth",
      "alice@node.example",
      "sip:alice",
      "+99912345678",
      "99912345678",
      "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
      "ünïcode",
      " a",
      "a  b",
    ];
    for (const id of hostile) {
      const peer = await connectPeer(id, { port });
      expect(await peer.hear(), id.slice(0, 40)).toMatchObject({ type: "ERROR" });
      expect((await peer.raw.untilClosed()).code).toBe(1008);
    }
    const [tooLong] = [
      await connectRaw({ port, path: `/peerjs?key=peerjs&id=${"a".repeat(10_240)}&token=t` }),
    ];
    expect(tooLong.head).toMatch(/^HTTP\/1\.1 431 /);
    await notNoticed(bystanders);
  });

  it("of the prototype of an object are ids like others", async () => {
    const { port } = await start();
    const alice = await openPeer("constructor", { port });
    const bob = await openPeer("hasOwnProperty", { port });
    await exchange(alice, bob, "a");
    await exchange(bob, alice, "b");
    alice.say(offer("toString"));
    expect(await alice.hearOf("EXPIRE")).toMatchObject({ src: "toString" });
  });

  it("are not given to whoever has no key or token", async () => {
    const { port, bystanders } = await start();
    for (const [query, words] of [
      ["key=wrong&id=a&token=t", "Invalid key provided"],
      ["key=peerjs&id=a", "No id, token, or key supplied to websocket server"],
      ["key=peerjs&token=t", "No id, token, or key supplied to websocket server"],
      ["id=a&token=t", "No id, token, or key supplied to websocket server"],
      ["", "No id, token, or key supplied to websocket server"],
    ]) {
      const raw = await connectRaw({ port, path: `/peerjs?${query}` });
      expect(JSON.parse((await raw.next()).payload.toString())).toEqual({
        type: "ERROR",
        payload: { msg: words },
      });
      expect((await raw.untilClosed()).code).toBe(1008);
    }
    await notNoticed(bystanders);
  });

  it("are not told to whoever asks, and those the node gives need its key", async () => {
    const { port } = await start();
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return {
        status: response.status,
        type: response.headers.get("content-type"),
        text: await response.text(),
      };
    };
    expect(await ask("/peerjs/id")).toMatchObject({ status: 200, type: "text/plain; charset=utf-8" });
    expect((await ask("/peerjs/id")).text).not.toBe((await ask("/peerjs/id")).text);
    expect((await ask("/other/id")).status).toBe(401);
    expect((await ask("/peerjs/peers")).status).toBe(401);
    expect((await ask("/other/peers")).status).toBe(401);
  });
});

describe("frames", () => {
  it("that break RFC 6455 end their own connection with its code", async () => {
    const { port, bystanders } = await start();
    for (const [frame, code] of [
      [{ opcode: 1, payload: "a", masked: false }, 1002],
      [{ opcode: 1, payload: Buffer.of(0xff, 0xfe) }, 1007],
      [{ opcode: 1, payload: "", announced: 110_000_000 }, 1009],
      [{ opcode: 2, payload: "", announced: 2 ** 40 }, 1009],
      [{ opcode: 8, payload: closePayload(1006) }, 1002],
    ] as const) {
      const peer = await openPeer("breaker", { port });
      peer.raw.write(frame);
      expect((await peer.raw.untilClosed()).code).toBe(code);
    }
    await notNoticed(bystanders);
  });

  it("of 10 MB and 90 MB are refused at their header, and nobody waits", async () => {
    const { node, port, bystanders } = await start();
    const before = node.rss();
    for (const size of [10_000_000, 90_000_000]) {
      const peer = await openPeer("giant", { port });
      const longest = await longestWait(bystanders, async () => {
        peer.raw.write({ opcode: 1, payload: "", announced: size });
        const chunk = Buffer.alloc(1_000_000);
        for (let sent = 0; sent < size && !peer.raw.socket.destroyed; sent += chunk.length) {
          if (!peer.raw.socket.write(chunk)) await new Promise(resolve => setImmediate(resolve));
        }
        await peer.raw.ended;
      });
      expect(peer.raw.frames.at(-1)?.payload.readUInt16BE(0)).toBe(1009);
      // PeerServer: 116 ms and 2.6 s.
      expect(longest).toBeLessThan(100);
    }
    expect(node.rss() - before).toBeLessThan(20);
  });
});

/** The longest time a message took between the bystanders while something went on. */
async function longestWait(
  [one, other]: readonly [Peer, Peer],
  during: () => Promise<void>,
): Promise<number> {
  let over = false;
  let longest = 0;
  const done = during().finally(() => {
    over = true;
  });
  for (let i = 0; !over; i += 1) {
    const began = performance.now();
    await exchange(one, other, `during ${i}`);
    longest = Math.max(longest, performance.now() - began);
    await new Promise(resolve => setImmediate(resolve));
  }
  await done;
  return longest;
}
